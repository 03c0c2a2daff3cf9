/* Loop tree -> C, in the scalar and the GNU vector dialect. Names are kept: axes and buffers are called as in the nest. */
#include "emit/package.h"
#include "nest/internal.h"
#include <math.h>

typedef struct {
    const Program *p;
    const Function *f;
    Nest *n;
    LoopTree *t;
    EmitUses *uses;
    Arena *arena;
    const char *index_type; /* int, or int64_t where a buffer is too large for it */
    AxisId lane;            /* axis of the open LOOP_vector, NO_AXIS outside */
    int lanes;
    Vec(const char *) open; /* names of the loops around */
    IdMap called;           /* axis -> position in names */
    Vec(const char *) names;
    IdMap temp;             /* expression -> number of the temporary that holds it */
    uint32_t temps;
    bool *used; /* one a buffer: the body names it */
} Emit;

/* C's precedence levels, as far as they occur. */
enum { P_TERNARY = 3, P_OR = 4, P_AND = 5, P_BIT = 6, P_EQUAL = 9, P_RELATION = 10, P_ADD = 12, P_MUL = 13, P_UNARY = 14, P_PRIMARY = 15 };

static void need(Emit *m, const char *snippet) {
    for (uint32_t i = 0; i < m->uses->snippet.n; i++)
        if (!strcmp(m->uses->snippet.at[i], snippet)) return;
    vec_push(m->arena, &m->uses->snippet, arena_strdup(m->arena, snippet));
}

const char *emit_c_type(DType t) { return dtype_info[t].c_type; }

/* Halves are numbers of 16 bits in memory and floats in registers. */
static bool is_half(DType t) { return t == DT_f16 || t == DT_bf16; }
static const char *register_type(DType t) { return is_half(t) ? "float" : emit_c_type(t); }

static const char *buffer_name(Emit *m, BufId b) {
    m->used[b] = true;
    return m->n->buf.at[b].name;
}

/* `NAME_to_f32` or `NAME_from_f32`. */
static const char *half_call(Emit *m, DType t, const char *direction) {
    const char *f = arena_printf(m->arena, "%s_%s_f32", dtype_info[t].name, direction);
    need(m, arena_printf(m->arena, "%s.h", f));
    return f;
}

static const char *axis_name(const Emit *m, AxisId a) {
    uint32_t known = idmap_get(&m->called, a);
    return known == MAP_NONE ? m->n->axis.at[a].name : m->names.at[known];
}

static bool name_free(const Emit *m, const char *name) {
    if (!strcmp(name, "scratch")) return false;
    for (uint32_t i = 0; i < m->n->buf.n; i++)
        if (!strcmp(m->n->buf.at[i].name, name)) return false;
    for (uint32_t i = 0; i < m->t->var.n; i++)
        if (!strcmp(m->t->var.at[i].name, name)) return false;
    for (uint32_t i = 0; i < m->open.n; i++)
        if (!strcmp(m->open.at[i], name)) return false;
    return true;
}

static bool like_temporary(const char *name) { return name[0] == 't' && name[1] >= '0' && name[1] <= '9'; }

/* A name for the loop that opens: the one wished for unless something around it is called so. */
static void call_axis(Emit *m, AxisId a) {
    const char *name = m->n->axis.at[a].base;
    if (!name_free(m, name) || like_temporary(name)) name = m->n->axis.at[a].name;
    for (int k = 2; !name_free(m, name) || like_temporary(name); k++) name = arena_printf(m->arena, "%s_%d", m->n->axis.at[a].base, k);
    vec_push(m->arena, &m->names, name);
    idmap_set(m->arena, &m->called, a, m->names.n - 1);
    vec_push(m->arena, &m->open, name);
}

static const char *var_name(const Emit *m, uint32_t v) { return m->t->var.at[v].name; }

static const char *vector_type(Emit *m) {
    const char *v = arena_printf(m->arena, "f32x%d", m->lanes);
    need(m, arena_printf(m->arena, "%s.h", v));
    return v;
}

static void expr(Emit *m, ExprId e, int prec, Str *out);
static void vector(Emit *m, ExprId e, int prec, Str *out);

static void open_paren(Str *out, bool yes) { str_add(out, yes ? "(" : ""); }
static void close_paren(Str *out, bool yes) { str_add(out, yes ? ")" : ""); }

/* ---- literals ---- */

static void real_literal(Emit *m, double v, bool is_double, Str *out) {
    if (isnan(v)) {
        str_add(out, is_double ? "(double)NAN" : "NAN");
        return;
    }
    if (isinf(v)) {
        str_addf(out, "%s%sINFINITY", v < 0 ? "-" : "", is_double ? "(double)" : "");
        return;
    }
    const char *s = float_text(m->arena, v, is_double);
    str_add(out, s);
    if (!strpbrk(s, ".en")) str_add(out, ".0");
    if (!is_double) str_add(out, "f");
}

static void int_literal(int64_t v, DType t, Str *out) {
    switch (t) {
    case DT_i64:
        if (v == INT64_MIN) str_add(out, "INT64_MIN");
        else str_addf(out, "INT64_C(%lld)", (long long)v);
        break;
    case DT_u64: str_addf(out, "UINT64_C(%llu)", (unsigned long long)v); break;
    case DT_u32: str_addf(out, "%lluu", (unsigned long long)(uint32_t)v); break;
    case DT_i32:
        if (v == INT32_MIN) str_add(out, "INT32_MIN");
        else str_addf(out, "%lld", (long long)v);
        break;
    case DT_bool: str_add(out, v ? "true" : "false"); break;
    default: str_addf(out, "%lld", (long long)v);
    }
}

static void literal(Emit *m, ExprId e, int prec, Str *out) {
    const Expr *x = x_get(m->n, e);
    bool negative = x->kind == X_real ? signbit(x->f) != 0 : x->i < 0;
    bool paren = negative && prec > P_UNARY;
    open_paren(out, paren);
    double v = x->dtype == DT_f16 ? (double)f16_to_f32(f16_from_f32((float)x->f))
               : x->dtype == DT_bf16 ? (double)bf16_to_f32(bf16_from_f32((float)x->f)) : x->f;
    if (x->kind == X_real) real_literal(m, v, x->dtype == DT_f64, out);
    else if (x->is_index) str_addf(out, "%lld", (long long)x->i);
    else int_literal(x->i, (DType)x->dtype, out);
    close_paren(out, paren);
}

/* ---- scalar expressions ---- */

static void call(Emit *m, const char *name, const char *snippet, ExprId e, Str *out) {
    if (snippet) need(m, snippet);
    str_addf(out, "%s(", name);
    for (int i = 0; i < x_get(m->n, e)->narg; i++) {
        if (i) str_add(out, ", ");
        expr(m, x_arg(m->n, e, i), 0, out);
    }
    str_add(out, ")");
}

static void infix(Emit *m, const char *op, int level, int left, int right, ExprId e, int prec, Str *out) {
    bool paren = prec > level;
    open_paren(out, paren);
    expr(m, x_arg(m->n, e, 0), left, out);
    str_addf(out, " %s ", op);
    expr(m, x_arg(m->n, e, 1), right, out);
    close_paren(out, paren);
}

/* Integer arithmetic wraps: computed unsigned, then brought back. */
static void wrapping(Emit *m, const char *op, DType t, ExprId e, Str *out) {
    const char *u = dtype_info[t].bytes > 4 ? "uint64_t" : "uint32_t";
    str_addf(out, "(%s)(", emit_c_type(t));
    if (x_get(m->n, e)->narg == 1) {
        str_addf(out, "%s(%s)", op[0] == '-' ? "0u - " : op, u);
        expr(m, x_arg(m->n, e, 0), P_UNARY, out);
    } else {
        str_addf(out, "(%s)", u);
        expr(m, x_arg(m->n, e, 0), P_UNARY, out);
        str_addf(out, " %s (%s)", op, u);
        expr(m, x_arg(m->n, e, 1), P_UNARY, out);
    }
    str_add(out, ")");
}

/* Integers go through a 64-bit helper: name_i64 or name_u64. */
static void int_call(Emit *m, const char *name, DType t, ExprId e, Str *out) {
    const char *f = arena_printf(m->arena, "%s_%s", name, dtype_info[t].cls == 'i' ? "i64" : "u64");
    str_addf(out, "(%s)", emit_c_type(t));
    call(m, f, arena_printf(m->arena, "%s.h", f), e, out);
}

static void float_call(Emit *m, const char *name, DType t, ExprId e, Str *out) {
    const char *f = arena_printf(m->arena, "%s_%s", name, t == DT_f64 ? "f64" : "f32");
    call(m, f, arena_printf(m->arena, "%s.h", f), e, out);
}

static void index_fn(Emit *m, ExprId e, int prec, Str *out) {
    Fn f = (Fn)x_get(m->n, e)->id;
    Range r;
    const char *suffix = m->index_type[0] == 'i' && m->index_type[3] == '6' ? "64" : "";
    switch (f) {
    case FN_add: infix(m, "+", P_ADD, P_ADD, P_ADD, e, prec, out); return;
    case FN_sub: infix(m, "-", P_ADD, P_ADD, P_MUL, e, prec, out); return;
    case FN_mul: infix(m, "*", P_MUL, P_MUL, P_UNARY, e, prec, out); return;
    case FN_neg:
        open_paren(out, prec > P_UNARY);
        str_add(out, "-");
        expr(m, x_arg(m->n, e, 0), P_PRIMARY, out);
        close_paren(out, prec > P_UNARY);
        return;
    case FN_div:
    case FN_mod:
        if (x_range(m->n, x_arg(m->n, e, 0), &r) && r.lo >= 0 && x_range(m->n, x_arg(m->n, e, 1), &r) && r.lo > 0) {
            infix(m, f == FN_div ? "/" : "%", P_MUL, P_MUL, P_UNARY, e, prec, out);
            return;
        }
        break;
    case FN_select:
        open_paren(out, prec > P_TERNARY);
        expr(m, x_arg(m->n, e, 0), P_OR, out);
        str_add(out, " ? ");
        expr(m, x_arg(m->n, e, 1), P_OR, out);
        str_add(out, " : ");
        expr(m, x_arg(m->n, e, 2), P_TERNARY, out);
        close_paren(out, prec > P_TERNARY);
        return;
    default: break;
    }
    const char *name = arena_printf(m->arena, "index%s_%s", suffix, fn_info[f].name);
    call(m, name, arena_printf(m->arena, "%s.h", name), e, out);
}

static bool compare_or_logic(Emit *m, Fn f, ExprId e, int prec, Str *out) {
    switch (f) {
    case FN_lt: case FN_le: case FN_gt: case FN_ge:
        infix(m, fn_info[f].infix, P_RELATION, P_ADD, P_ADD, e, prec, out);
        return true;
    case FN_eq: case FN_ne: infix(m, fn_info[f].infix, P_EQUAL, P_ADD, P_ADD, e, prec, out); return true;
    case FN_and: infix(m, "&&", P_AND, P_AND, P_BIT, e, prec > P_AND || prec == P_OR ? P_PRIMARY : prec, out); return true;
    case FN_or: infix(m, "||", P_OR, P_OR, P_BIT, e, prec, out); return true;
    case FN_not:
        str_add(out, "!");
        expr(m, x_arg(m->n, e, 0), P_UNARY, out);
        return true;
    default: return false;
    }
}

static void select_fn(Emit *m, DType t, ExprId e, int prec, Str *out) {
    bool narrow = !dtype_is_float(t) && dtype_info[t].bytes < 4 && t != DT_bool;
    bool paren = prec > P_TERNARY || narrow;
    if (narrow) str_addf(out, "(%s)", emit_c_type(t));
    open_paren(out, paren);
    expr(m, x_arg(m->n, e, 0), P_OR, out);
    str_add(out, " ? ");
    expr(m, x_arg(m->n, e, 1), P_OR, out);
    str_add(out, " : ");
    expr(m, x_arg(m->n, e, 2), P_TERNARY, out);
    close_paren(out, paren);
}

static void float_fn(Emit *m, Fn f, DType t, ExprId e, int prec, Str *out) {
    switch (f) {
    case FN_add: infix(m, "+", P_ADD, P_ADD, P_MUL, e, prec, out); return;
    case FN_sub: infix(m, "-", P_ADD, P_ADD, P_MUL, e, prec, out); return;
    case FN_mul: infix(m, "*", P_MUL, P_MUL, P_UNARY, e, prec, out); return;
    case FN_div: infix(m, "/", P_MUL, P_MUL, P_UNARY, e, prec, out); return;
    case FN_neg:
        open_paren(out, prec > P_UNARY);
        str_add(out, "-");
        expr(m, x_arg(m->n, e, 0), P_PRIMARY, out);
        close_paren(out, prec > P_UNARY);
        return;
    default: break;
    }
    if (fn_info[f].libm) call(m, arena_printf(m->arena, "%s%s", fn_info[f].libm, t == DT_f64 ? "" : "f"), NULL, e, out);
    else float_call(m, fn_info[f].name, t, e, out);
}

static void int_fn(Emit *m, Fn f, DType t, ExprId e, Str *out) {
    switch (f) {
    case FN_add: wrapping(m, "+", t, e, out); return;
    case FN_sub: wrapping(m, "-", t, e, out); return;
    case FN_mul: wrapping(m, "*", t, e, out); return;
    case FN_neg: wrapping(m, "-", t, e, out); return;
    case FN_bitand: wrapping(m, "&", t, e, out); return;
    case FN_bitor: wrapping(m, "|", t, e, out); return;
    case FN_bitxor: wrapping(m, "^", t, e, out); return;
    case FN_bitnot: wrapping(m, "~", t, e, out); return;
    case FN_shift_left:
    case FN_shift_right: {
        const char *name = arena_printf(m->arena, "%s_%s", fn_info[f].name, dtype_info[t].cls == 'i' ? "i64" : "u64");
        need(m, arena_printf(m->arena, "%s.h", name));
        str_addf(out, "(%s)%s(", emit_c_type(t), name);
        expr(m, x_arg(m->n, e, 0), 0, out);
        str_add(out, ", ");
        expr(m, x_arg(m->n, e, 1), 0, out);
        str_addf(out, ", %d)", 8 * dtype_info[t].bytes);
        return;
    }
    default: int_call(m, fn_info[f].name, t, e, out);
    }
}

/* The 16 bits of number a. */
static void to_half(Emit *m, DType t, ExprId a, Str *out) {
    DType s = (DType)x_get(m->n, a)->dtype;
    bool is_float = s == DT_f32 || is_half(s);
    str_addf(out, "%s(%s", half_call(m, t, "from"), is_float ? "" : "(float)");
    expr(m, a, is_float ? 0 : P_UNARY, out);
    str_add(out, ")");
}

static void cast(Emit *m, ExprId e, int prec, Str *out) {
    const Expr *x = x_get(m->n, e);
    ExprId a = x_arg(m->n, e, 0);
    const Expr *from = x_get(m->n, a);
    DType t = (DType)x->dtype, s = (DType)from->dtype;
    if (x->is_index) {
        bool narrow = dtype_info[s].bytes <= 4 && s != DT_u32;
        const char *name = strcmp(m->index_type, "int") ? "index64_of" : "index_of";
        if (narrow) {
            str_addf(out, "(%s)", m->index_type);
            expr(m, a, P_UNARY, out);
        } else {
            need(m, arena_printf(m->arena, "%s.h", name));
            str_addf(out, "%s((int64_t)", name);
            expr(m, a, P_UNARY, out);
            str_add(out, ")");
        }
        return;
    }
    if (t == DT_bool) {
        open_paren(out, prec > P_EQUAL);
        expr(m, a, P_ADD, out);
        str_add(out, " != 0");
        close_paren(out, prec > P_EQUAL);
        return;
    }
    if (is_half(t)) {
        str_addf(out, "%s(", half_call(m, t, "to"));
        to_half(m, t, a, out);
        str_add(out, ")");
        return;
    }
    if (is_half(s) && t == DT_f32) {
        expr(m, a, prec, out);
        return;
    }
    str_addf(out, "(%s)", emit_c_type(t));
    if (dtype_is_float(s) && dtype_is_int(t)) { /* out of range: the nearest; NaN: 0 */
        bool is_signed = dtype_info[t].cls == 'i';
        need(m, is_signed ? "saturate_i64.h" : "saturate_u64.h");
        str_addf(out, "saturate_%s(", is_signed ? "i64" : "u64");
        expr(m, a, 0, out);
        int bits = 8 * dtype_info[t].bytes;
        if (is_signed && bits == 64) str_add(out, ", INT64_MIN, INT64_MAX)");
        else if (is_signed) str_addf(out, ", INT%d_MIN, INT%d_MAX)", bits, bits);
        else str_addf(out, ", UINT%d_MAX)", bits);
        return;
    }
    expr(m, a, P_UNARY, out);
}

static void var_ref(Emit *m, ExprId e, Str *out) {
    const Expr *x = x_get(m->n, e);
    str_add(out, var_name(m, x->id));
    for (int i = 0; i < x->narg; i++) {
        str_add(out, "[");
        expr(m, x_arg(m->n, e, i), 0, out);
        str_add(out, "]");
    }
}

static void element(Emit *m, ExprId e, Str *out) {
    const Expr *x = x_get(m->n, e);
    ExprId index[MAX_RANK];
    BufId b = x->id;
    for (int i = 0; i < x->narg; i++) index[i] = x_arg(m->n, e, i);
    ExprId at = buffer_offset(m->n, b, index);
    str_addf(out, "%s[", buffer_name(m, b));
    expr(m, at, 0, out);
    str_add(out, "]");
}

static void load(Emit *m, ExprId e, Str *out) {
    DType t = (DType)x_get(m->n, e)->dtype;
    if (is_half(t)) str_addf(out, "%s(", half_call(m, t, "to"));
    element(m, e, out);
    if (is_half(t)) str_add(out, ")");
}

static void fn(Emit *m, ExprId e, int prec, Str *out) {
    const Expr *x = x_get(m->n, e);
    Fn f = (Fn)x->id;
    DType t = (DType)x_get(m->n, x_arg(m->n, e, 0))->dtype;
    if (x->is_index) index_fn(m, e, prec, out);
    else if (f == FN_select) select_fn(m, (DType)x->dtype, e, prec, out);
    else if (compare_or_logic(m, f, e, prec, out)) {}
    else if (t == DT_bool && (f == FN_min || f == FN_mul)) infix(m, "&&", P_AND, P_BIT, P_BIT, e, prec > P_AND || prec == P_OR ? P_PRIMARY : prec, out);
    else if (t == DT_bool && (f == FN_max || f == FN_add)) infix(m, "||", P_OR, P_BIT, P_BIT, e, prec, out);
    else if (dtype_is_float(t)) float_fn(m, f, t, e, prec, out);
    else int_fn(m, f, t, e, out);
}

static void expr(Emit *m, ExprId e, int prec, Str *out) {
    uint32_t temp = idmap_get(&m->temp, e);
    if (temp != MAP_NONE) {
        str_addf(out, "t%u", temp);
        return;
    }
    const Expr *x = x_get(m->n, e);
    switch ((ExprKind)x->kind) {
    case X_int:
    case X_real: literal(m, e, prec, out); break;
    case X_axis: str_add(out, axis_name(m, x->id)); break;
    case X_load: load(m, e, out); break;
    case X_var: var_ref(m, e, out); break;
    case X_cast: cast(m, e, prec, out); break;
    case X_fn: fn(m, e, prec, out); break;
    case X_reduce: break; /* lowering left none */
    }
}

/* ---- vector expressions: every operand that differs between lanes is a vector, others are broadcast ---- */

static ExprId lane_zero(Emit *m, ExprId e) {
    ExprId *map = arena_array_of(m->arena, m->n->axis.n, ExprId);
    for (uint32_t i = 0; i < m->n->axis.n; i++) map[i] = NO_EXPR;
    map[m->lane] = x_index(m->n, 0);
    return x_substitute(m->n, e, map);
}

/* From a buffer or from an array of the function. */
static void vector_load(Emit *m, ExprId e, Str *out) {
    const Expr *x = x_get(m->n, e);
    ExprId index[MAX_RANK];
    int64_t coef;
    const char *name = x->kind == X_var ? var_name(m, x->id) : buffer_name(m, x->id);
    for (int i = 0; i < x->narg; i++) index[i] = x_arg(m->n, e, i);
    ExprId at = x->kind == X_var ? index[0] : buffer_offset(m->n, x->id, index);
    x_coefficient(m->n, at, m->lane, &coef);
    at = lane_zero(m, at);
    str_addf(out, "%s_%s(%s", vector_type(m), coef == 1 ? "load" : "gather", name);
    const Expr *o = x_get(m->n, at);
    if (o->kind != X_int || o->i != 0) {
        str_add(out, " + ");
        expr(m, at, P_MUL, out);
    }
    if (coef != 1) str_addf(out, ", %lld", (long long)coef);
    str_add(out, ")");
}

static void vector_infix(Emit *m, const char *op, int level, ExprId e, int prec, Str *out) {
    open_paren(out, prec > level);
    vector(m, x_arg(m->n, e, 0), level, out);
    str_addf(out, " %s ", op);
    vector(m, x_arg(m->n, e, 1), level + 1, out);
    close_paren(out, prec > level);
}

static void vector(Emit *m, ExprId e, int prec, Str *out) {
    if (!x_varies(m->n, e, m->lane)) {
        str_addf(out, "%s_set(", vector_type(m));
        expr(m, e, 0, out);
        str_add(out, ")");
        return;
    }
    uint32_t temp = idmap_get(&m->temp, e);
    if (temp != MAP_NONE) {
        str_addf(out, "t%u", temp);
        return;
    }
    const Expr *x = x_get(m->n, e);
    if (x->kind == X_var && x->i == X_VAR_VECTOR) {
        var_ref(m, e, out);
        return;
    }
    if (x->kind == X_load || x->kind == X_var) {
        vector_load(m, e, out);
        return;
    }
    switch ((Fn)x->id) {
    case FN_add: vector_infix(m, "+", P_ADD, e, prec, out); return;
    case FN_sub: vector_infix(m, "-", P_ADD, e, prec, out); return;
    case FN_mul: vector_infix(m, "*", P_MUL, e, prec, out); return;
    case FN_div: vector_infix(m, "/", P_MUL, e, prec, out); return;
    case FN_neg:
        str_add(out, "-");
        vector(m, x_arg(m->n, e, 0), P_PRIMARY, out);
        return;
    default:
        str_addf(out, "%s_%s(", vector_type(m), fn_info[x->id].name);
        for (int i = 0; i < x_get(m->n, e)->narg; i++) {
            if (i) str_add(out, ", ");
            vector(m, x_arg(m->n, e, i), 0, out);
        }
        str_add(out, ")");
    }
}

/* ---- temporaries: what a statement computes more than once ---- */

typedef struct {
    IdMap uses, has_load, sure;
    Vec(ExprId) order; /* operands first */
} Shared;

static bool count_uses(Emit *m, Shared *s, ExprId e) {
    uint32_t u = idmap_get(&s->uses, e);
    idmap_set(m->arena, &s->uses, e, u == MAP_NONE ? 1 : u + 1);
    if (u != MAP_NONE) return idmap_get(&s->has_load, e) == 1;
    const Expr *x = x_get(m->n, e);
    bool load = x->kind == X_load;
    if (x->kind == X_fn || x->kind == X_cast)
        for (int i = 0; i < x_get(m->n, e)->narg; i++) load |= count_uses(m, s, x_arg(m->n, e, i));
    idmap_set(m->arena, &s->has_load, e, load);
    vec_push(m->arena, &s->order, e);
    return load;
}

/* Marks what is computed whichever way the selects go. */
static void mark_sure(Emit *m, Shared *s, ExprId e) {
    if (idmap_get(&s->sure, e) != MAP_NONE) return;
    idmap_set(m->arena, &s->sure, e, 1);
    const Expr *x = x_get(m->n, e);
    if (x->kind != X_fn && x->kind != X_cast) return;
    int narg = x->narg;
    if (x->kind == X_fn && x->id == FN_select) narg = 1;
    if (x->kind == X_fn && (x->id == FN_and || x->id == FN_or)) narg = 1;
    for (int i = 0; i < narg; i++) mark_sure(m, s, x_arg(m->n, e, i));
}

static void indent(Str *out, int depth) {
    for (int i = 0; i < depth; i++) str_add(out, "    ");
}

static int temporaries(Emit *m, ExprId value, int depth, Str *out) {
    Shared s = {0};
    int made = 0;
    count_uses(m, &s, value);
    mark_sure(m, &s, value);
    m->temp = (IdMap){0};
    for (uint32_t i = 0; i < s.order.n; i++) {
        ExprId e = s.order.at[i];
        Expr x = *x_get(m->n, e);
        bool worth = (x.kind == X_fn && !x.is_index) || x.kind == X_load || (x.kind == X_cast && !x.is_index);
        if (!worth || idmap_get(&s.uses, e) < 2) continue;
        if (idmap_get(&s.has_load, e) == 1 && idmap_get(&s.sure, e) == MAP_NONE) continue;
        bool vec = m->lane != NO_AXIS && x_varies(m->n, e, m->lane);
        while (!name_free(m, arena_printf(m->arena, "t%u", m->temps))) m->temps++;
        indent(out, depth);
        str_addf(out, "const %s t%u = ", vec ? vector_type(m) : register_type((DType)x.dtype), m->temps);
        if (vec) vector(m, e, 0, out);
        else expr(m, e, 0, out);
        str_add(out, ";\n");
        idmap_set(m->arena, &m->temp, e, m->temps++);
        made++;
    }
    return made;
}

/* ---- statements ---- */

static int statement(Emit *m, const LoopNode *x, int depth, Str *out);

/* Body in braces unless it is a single statement. */
static void body(Emit *m, const LoopNode *x, int depth, Str *out) {
    Str inner = str_new(m->arena);
    int count = 0;
    for (uint32_t i = 0; i < x->body.n; i++) count += statement(m, x->body.at[i], depth + 1, &inner);
    if (count == 0) {
        str_add(out, " {}\n");
        return;
    }
    str_add(out, count > 1 ? " {\n" : "\n");
    str_addn(out, inner.at, inner.n);
    if (count > 1) {
        indent(out, depth);
        str_add(out, "}\n");
    }
}

static int for_loop(Emit *m, const LoopNode *x, int depth, Str *out) {
    call_axis(m, x->axis);
    const char *name = axis_name(m, x->axis);
    if (x->unroll && m->p->target->dialect != DIALECT_c99) {
        need(m, "unroll.h");
        indent(out, depth);
        str_add(out, "UNROLL\n");
    }
    indent(out, depth);
    str_addf(out, "for (%s %s = ", m->index_type, name);
    expr(m, x->lo, 0, out);
    str_addf(out, "; %s < ", name);
    expr(m, x->hi, P_ADD, out);
    str_addf(out, "; %s++)", name);
    body(m, x, depth, out);
    m->open.n--;
    return x->unroll ? 2 : 1;
}

/* Into memory: what is only moved keeps its bits. */
static void combine_half(Emit *m, const LoopNode *x, const char *target, DType t, Str *out) {
    const Expr *v = x_get(m->n, x->value);
    bool held = idmap_get(&m->temp, x->value) != MAP_NONE;
    str_addf(out, "%s = ", target);
    if (x->combine == COMBINE_store && v->kind == X_load && v->dtype == t && !held) {
        element(m, x->value, out);
    } else if (x->combine == COMBINE_store) {
        bool rounds = v->kind == X_cast && v->dtype == t && !held;
        to_half(m, t, rounds ? x_arg(m->n, x->value, 0) : x->value, out);
    } else {
        static const char *const sign[] = {"+", "*"};
        const char *before = arena_printf(m->arena, "%s(%s)", half_call(m, t, "to"), target);
        str_addf(out, "%s(", half_call(m, t, "from"));
        if (x->combine <= COMBINE_prod) {
            str_addf(out, "%s %s ", before, sign[x->combine]);
            expr(m, x->value, P_UNARY, out);
        } else {
            const char *f = x->combine == COMBINE_max ? "max_f32" : "min_f32";
            need(m, arena_printf(m->arena, "%s.h", f));
            str_addf(out, "%s(%s, ", f, before);
            expr(m, x->value, 0, out);
            str_add(out, ")");
        }
        str_add(out, ")");
    }
    str_add(out, ";\n");
}

static void combine(Emit *m, const LoopNode *x, const char *target, DType t, bool vec, Str *out) {
    static const char *const sign[] = {"+", "*"};
    str_add(out, target);
    if (x->combine == COMBINE_store) {
        str_add(out, " = ");
        if (vec) vector(m, x->value, 0, out);
        else expr(m, x->value, 0, out);
    } else if (x->combine <= COMBINE_prod && (dtype_is_float(t) || vec)) {
        str_addf(out, " %s= ", sign[x->combine]);
        if (vec) vector(m, x->value, 0, out);
        else expr(m, x->value, 0, out);
    } else if (x->combine <= COMBINE_prod) {
        const char *u = dtype_info[t].bytes > 4 ? "uint64_t" : "uint32_t";
        if (t == DT_bool) {
            str_addf(out, " = %s %s ", target, x->combine == COMBINE_sum ? "||" : "&&");
            expr(m, x->value, P_PRIMARY, out);
        } else {
            str_addf(out, " = (%s)((%s)%s %s (%s)", emit_c_type(t), u, target, sign[x->combine], u);
            expr(m, x->value, P_UNARY, out);
            str_add(out, ")");
        }
    } else {
        bool max = x->combine == COMBINE_max;
        const char *f = max ? "max" : "min";
        if (t == DT_bool) {
            str_addf(out, " = %s %s ", target, max ? "||" : "&&");
            expr(m, x->value, P_PRIMARY, out);
            str_add(out, ";\n");
            return;
        }
        const char *name = vec ? arena_printf(m->arena, "%s_%s", vector_type(m), f)
                               : arena_printf(m->arena, "%s_%s", f, dtype_is_float(t) ? (t == DT_f64 ? "f64" : "f32")
                                                                   : dtype_info[t].cls == 'i' ? "i64" : "u64");
        if (!vec) need(m, arena_printf(m->arena, "%s.h", name));
        str_addf(out, " = %s%s%s%s(%s, ", dtype_is_float(t) || vec ? "" : "(", dtype_is_float(t) || vec ? "" : emit_c_type(t),
                 dtype_is_float(t) || vec ? "" : ")", name, target);
        if (vec) vector(m, x->value, 0, out);
        else expr(m, x->value, 0, out);
        str_add(out, ")");
    }
    str_add(out, ";\n");
}

/* Through a helper: the place need not be aligned. */
static int vector_store(Emit *m, const LoopNode *x, const char *name, ExprId offset, int depth, Str *out) {
    int made = temporaries(m, x->value, depth, out);
    indent(out, depth);
    str_addf(out, "%s_store(%s", vector_type(m), name);
    ExprId at = lane_zero(m, offset);
    if (x_get(m->n, at)->kind != X_int || x_get(m->n, at)->i) {
        str_add(out, " + ");
        expr(m, at, P_MUL, out);
    }
    str_add(out, ", ");
    vector(m, x->value, 0, out);
    str_add(out, ");\n");
    m->temp = (IdMap){0};
    return 1 + made;
}

static int set_or_store(Emit *m, const LoopNode *x, int depth, Str *out) {
    Str target = str_new(m->arena);
    bool vec = m->lane != NO_AXIS;
    DType t;
    m->temp = (IdMap){0};
    if (x->kind == LOOP_set) {
        const LoopVar *v = &m->t->var.at[x->var];
        t = v->dtype;
        if (vec && v->lanes == 1 && x->nindex == 1) return vector_store(m, x, var_name(m, x->var), x->index[0], depth, out);
        vec = vec && v->lanes > 1;
        str_add(&target, var_name(m, x->var));
        for (int i = 0; i < x->nindex; i++) {
            str_add(&target, "[");
            expr(m, x->index[i], 0, &target);
            str_add(&target, "]");
        }
    } else {
        t = m->n->buf.at[x->buf].dtype;
        if (vec) return vector_store(m, x, buffer_name(m, x->buf), x->offset, depth, out);
        str_addf(&target, "%s[", buffer_name(m, x->buf));
        expr(m, x->offset, 0, &target);
        str_add(&target, "]");
    }
    int made = temporaries(m, x->value, depth, out);
    indent(out, depth);
    if (x->kind == LOOP_store && is_half(t)) combine_half(m, x, target.at, t, out);
    else combine(m, x, target.at, t, vec, out);
    m->temp = (IdMap){0};
    return 1 + made;
}

/* A declaration; an array is filled by loops over its dimensions. */
static int declare(Emit *m, const LoopNode *x, int depth, Str *out) {
    const LoopVar *v = &m->t->var.at[x->var];
    const char *name = var_name(m, x->var), *type = register_type(v->dtype);
    int lanes = m->lanes;
    if (v->lanes > 1) {
        m->lanes = v->lanes;
        type = vector_type(m);
    }
    Str init = str_new(m->arena);
    if (x->value != NO_EXPR) {
        if (v->lanes > 1) str_addf(&init, "%s_set(", type);
        expr(m, x->value, 0, &init);
        if (v->lanes > 1) str_add(&init, ")");
    }
    m->lanes = lanes;
    indent(out, depth);
    str_addf(out, "%s %s", type, name);
    for (int i = 0; i < v->ndim; i++) str_addf(out, "[%lld]", (long long)v->dim[i]);
    if (v->ndim == 0 && init.n) str_addf(out, " = %s", init.at);
    str_add(out, ";\n");
    if (v->ndim == 0 || !init.n) return 2; /* a declaration is no body */
    const char *at[MAX_RANK];
    for (int i = 0, k = 0; i < v->ndim; i++) {
        do at[i] = arena_printf(m->arena, "i%d", k++);
        while (!name_free(m, at[i]));
        if (m->p->target->dialect != DIALECT_c99) {
            need(m, "unroll.h");
            indent(out, depth + i);
            str_add(out, "UNROLL\n");
        }
        indent(out, depth + i);
        str_addf(out, "for (int %s = 0; %s < %lld; %s++)\n", at[i], at[i], (long long)v->dim[i], at[i]);
    }
    indent(out, depth + v->ndim);
    str_add(out, name);
    for (int i = 0; i < v->ndim; i++) str_addf(out, "[%s]", at[i]);
    str_addf(out, " = %s;\n", init.at);
    return 2;
}

static int statement(Emit *m, const LoopNode *x, int depth, Str *out) {
    int count = 0;
    switch (x->kind) {
    case LOOP_block:
        for (uint32_t i = 0; i < x->body.n; i++) count += statement(m, x->body.at[i], depth, out);
        return count;
    case LOOP_vector:
        m->lane = x->axis;
        m->lanes = (int)m->n->axis.at[x->axis].extent;
        for (uint32_t i = 0; i < x->body.n; i++) count += statement(m, x->body.at[i], depth, out);
        m->lane = NO_AXIS;
        return count;
    case LOOP_for: return for_loop(m, x, depth, out);
    case LOOP_if:
        indent(out, depth);
        str_add(out, "if (");
        expr(m, x->lo, 0, out);
        str_add(out, ")");
        body(m, x, depth, out);
        return 1;
    case LOOP_var: return declare(m, x, depth, out);
    case LOOP_set:
    case LOOP_store: return set_or_store(m, x, depth, out);
    case LOOP_note:
        indent(out, depth);
        str_addf(out, "/* %s */\n", x->note);
        return 2; /* a comment is no body */
    }
    return 0;
}

/* ---- the function ---- */

static void table(Emit *m, const Buffer *b, Str *out) {
    int64_t count = buffer_elements(b), bytes = dtype_info[b->dtype].bytes;
    str_addf(out, "    static const %s %s[%lld] = {", emit_c_type(b->dtype), b->name, (long long)(count ? count : 1));
    for (int64_t i = 0; i < count; i++) {
        str_add(out, i % 10 ? ", " : i ? ",\n        " : "\n        ");
        literal_add(out, m->arena, b->dtype, (const unsigned char *)b->table + i * bytes);
    }
    str_add(out, count ? "\n    };\n" : "0};\n");
}

static void parameter(const Emit *m, uint32_t i, bool first, Str *out) {
    const Buffer *b = &m->n->buf.at[i];
    bool aliased = m->f->aliased && m->f->aliased[i];
    str_addf(out, "%s%s%s *%s%s", first ? "" : ", ", b->kind == BUF_out ? "" : "const ", emit_c_type(b->dtype),
             aliased ? "" : "restrict ", b->name);
}

/* int unless some index may not fit: then int64_t. */
static const char *index_type(Nest *n) {
    const int64_t most = INT32_MAX / 2;
    for (uint32_t i = 0; i < n->buf.n; i++)
        if (buffer_elements(&n->buf.at[i]) > most) return "int64_t";
    for (ExprId e = 0; e < n->expr.n; e++) {
        Range r;
        if (x_get(n, e)->is_index && x_range(n, e, &r) && (r.lo < -most || r.hi > most)) return "int64_t";
    }
    return "int";
}

/* Constant tables and the places in scratch of those buffers that the body names. */
static void locals(Emit *m, Str *out) {
    for (uint32_t i = 0; i < m->n->buf.n; i++) {
        const Buffer *b = &m->n->buf.at[i];
        if (!m->used[i]) {
            if (b->kind != BUF_table && b->kind != BUF_local) str_addf(out, "    (void)%s;\n", b->name);
        } else if (b->kind == BUF_table) {
            table(m, b, out);
        } else if (b->kind == BUF_local && m->t->scratch_offset[i] >= 0) {
            str_addf(out, "    %s *const %s = (%s *)(void *)(scratch + %lld);\n", emit_c_type(b->dtype), b->name,
                     emit_c_type(b->dtype), (long long)m->t->scratch_offset[i]);
        }
    }
}

void emit_function(const Program *p, const Function *f, EmitUses *uses, Str *out) {
    Emit m = {.p = p, .f = f, .n = f->nest, .t = f->tree, .uses = uses, .arena = out->arena, .lane = NO_AXIS};
    bool first = true, scratch = false;
    m.index_type = index_type(m.n);
    m.used = arena_array_of(out->arena, m.n->buf.n + 1, bool);
    str_addf(out, "static void %s_%s(", p->name, f->name);
    for (uint32_t i = 0; i < m.n->buf.n; i++) {
        BufKind k = m.n->buf.at[i].kind;
        if (k != BUF_in && k != BUF_out && k != BUF_const) continue;
        parameter(&m, i, first, out);
        first = false;
    }
    if (f->scratch_bytes > 0) str_addf(out, "%sunsigned char *restrict scratch", first ? "" : ", ");
    str_add(out, first && f->scratch_bytes == 0 ? "void) {\n" : ") {\n");
    Str text = str_new(out->arena);
    statement(&m, m.t->root, 1, &text);
    locals(&m, out);
    for (uint32_t i = 0; i < m.n->buf.n; i++) scratch |= m.used[i] && m.t->scratch_offset[i] >= 0;
    if (f->scratch_bytes > 0 && !scratch) str_add(out, "    (void)scratch;\n");
    str_addn(out, text.at, text.n);
    str_add(out, "}\n");
}
