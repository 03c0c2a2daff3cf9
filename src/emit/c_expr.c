/* Scalar expressions as C. */
#include "emit/c_number.h"
#include "emit/skel.h"
#include <ctype.h>
#include <math.h>

void emit_need(EmitUses *u, const Target *t, Arena *a, const char *snippet) {
    for (uint32_t i = 0; i < u->snippet.n; i++)
        if (!strcmp(u->snippet.at[i], snippet)) return;
    const char *text = skeleton(skeleton_of(a, t, snippet));
    for (const char *p = text ? text : ""; *p;) {
        size_t n = 0;
        while (isalnum((unsigned char)p[n]) || p[n] == '_') n++;
        const char *named = n && !isdigit((unsigned char)*p) ? arena_printf(a, "%.*s.h", (int)n, p) : snippet;
        if (strcmp(named, snippet) && skeleton(named)) emit_need(u, t, a, named);
        p += n ? n : 1;
    }
    vec_push(a, &u->snippet, arena_strdup(a, snippet));
}

void c_need(Emit *m, const char *snippet) {
    emit_need(m->uses, m->p->target, m->arena, snippet);
}

const char *emit_c_type(DType t) {
    return dtype_info[t].c_type;
}

const char *emit_const_type(DType t) {
#define X(name, bytes, bits, c, cls, npy) "const " c,
    static const char *const text[] = {"", DTYPE_TABLE(X)};
#undef X
    return t == DT_string ? "const char *const" : text[t];
}

const char *emit_pointer(DType t, bool writes) {
#define X(name, bytes, bits, c, cls, npy) {"const " c " *", c " *"},
    static const char *const text[][2] = {{"", ""}, DTYPE_TABLE(X)};
#undef X
    static const char *const string[2] = {"const char *const *", "const char **"};
    return t == DT_string ? string[writes] : text[t][writes];
}

const char *c_buffer_name(Emit *m, BufId b) {
    m->used[b] = true;
    return m->n->buf.at[b].name;
}

const char *c_half_call(Emit *m, DType t, const char *direction) {
    const char *f = arena_printf(m->arena, "%s_%s_f32", dtype_info[t].name, direction);
    c_need(m, arena_printf(m->arena, "%s.h", f));
    return f;
}

const char *c_axis_name(const Emit *m, AxisId a) {
    uint32_t known = idmap_get(&m->called, a);
    m->used_axis[a] = true;
    return known == MAP_NONE ? m->n->axis.at[a].name : m->names.at[known];
}

bool c_name_free(const Emit *m, const char *name) {
    if (!strcmp(name, "scratch")) return false;
    for (uint32_t i = 0; m->f->sizes && i < m->p->size.n; i++)
        if (!strcmp(m->p->size.at[i].name, name)) return false;
    if (m->pool && (!strcmp(name, m->begin) || !strcmp(name, m->end) || !strcmp(name, m->pool))) return false;
    for (uint32_t i = 0; i < m->n->buf.n; i++)
        if (!strcmp(m->n->buf.at[i].name, name)) return false;
    for (uint32_t i = 0; i < m->t->var.n; i++)
        if (!strcmp(m->t->var.at[i].name, name)) return false;
    for (uint32_t i = 0; i < m->open.n; i++)
        if (!strcmp(m->open.at[i], name)) return false;
    return true;
}

static bool like_temporary(const char *name) {
    return name[0] == 't' && name[1] && !name[1 + strspn(name + 1, "0123456789")];
}

void c_call_axis(Emit *m, AxisId a) {
    const char *name = m->n->axis.at[a].base;
    if (!c_name_free(m, name) || like_temporary(name)) name = m->n->axis.at[a].name;
    for (int k = 2; !c_name_free(m, name) || like_temporary(name); k++)
        name = arena_printf(m->arena, "%s_%d", m->n->axis.at[a].base, k);
    vec_push(m->arena, &m->names, name);
    idmap_set(m->arena, &m->called, a, m->names.n - 1);
    vec_push(m->arena, &m->open, name);
}

const char *c_vector_type(Emit *m) {
    const char *v = arena_printf(m->arena, "%sx%d", dtype_info[nest_lane(m->n)].name, m->lanes);
    c_need(m, arena_printf(m->arena, "%s.h", v));
    return v;
}

const char *c_lanes_type(Emit *m, DType t) {
    c_vector_type(m);
    return t == DT_i32 || t == DT_bool ? arena_printf(m->arena, "i32x%d", m->lanes) : c_vector_type(m);
}

const char *c_vector_fn(Emit *m, const char *name) {
    const char *f = arena_printf(m->arena, "%s_%s", c_vector_type(m), name);
    if (skeleton(arena_printf(m->arena, "%s.h", f))) c_need(m, arena_printf(m->arena, "%s.h", f));
    return f;
}

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
        if (v == INT64_MIN)
            str_add(out, "INT64_MIN");
        else
            str_addf(out, "INT64_C(%lld)", (long long)v);
        break;
    case DT_u64: str_addf(out, "UINT64_C(%llu)", (unsigned long long)v); break;
    case DT_u32: str_addf(out, "%lluu", (unsigned long long)(uint32_t)v); break;
    case DT_i32:
        if (v == INT32_MIN)
            str_add(out, "INT32_MIN");
        else
            str_addf(out, "%lld", (long long)v);
        break;
    case DT_bool: str_add(out, v ? "true" : "false"); break;
    case DT_string: str_add(out, "\"\""); break;
    default: str_addf(out, "%lld", (long long)v);
    }
}

/* A number that depends on sizes. */
static void lifted(Emit *m, ExprId e, int prec, Str *out) {
    const Expr *x = x_get(m->n, e);
    const char *text = m->f->lift[e];
    int level = strchr(text, '+') || strchr(text, '-') ? P_ADD : strchr(text, '*') ? P_MUL : P_PRIMARY;
    bool paren = !x->is_index || prec > level;
    *m->f->sizes |= m->f->lift_uses[e];
    if (!x->is_index) str_addf(out, "(%s)", c_register_type((DType)x->dtype));
    open_paren(out, paren);
    str_add(out, text);
    close_paren(out, paren);
}

static void literal(Emit *m, ExprId e, int prec, Str *out) {
    const Expr *x = x_get(m->n, e);
    if (m->f->lift && e < m->f->nlift && m->f->lift[e]) {
        lifted(m, e, prec, out);
        return;
    }
    if (x->kind == X_int && x->is_index) {
        c_index_number(m, x->i, prec, out);
        return;
    }
    bool negative = x->kind == X_real ? signbit(x->f) != 0 : x->i < 0;
    bool is_double = x->dtype == DT_f64, plain = x->kind == X_real ? !isfinite(x->f) : x->dtype != DT_i32 || x->i == INT32_MIN;
    bool paren = negative && plain && prec > P_UNARY;
    double v = x->f;
    Str text = str_new(m->arena);
    if (x->kind == X_real && c_is_half((DType)x->dtype))
        v = (double)dtype_decode((DType)x->dtype, dtype_encode((DType)x->dtype, (float)v));
    if (x->kind == X_real)
        real_literal(m, v, is_double, &text);
    else
        int_literal(x->i, (DType)x->dtype, &text);
    if (!plain)
        c_number(m, x->kind == X_int ? NUMBER_i32 : is_double ? NUMBER_f64 : NUMBER_f32, prec, text.at, out);
    else
        str_addf(out, "%s%s%s", paren ? "(" : "", text.at, paren ? ")" : "");
}

/* ---- scalar expressions ---- */

static void call(Emit *m, const char *name, const char *snippet, ExprId e, Str *out) {
    if (snippet) c_need(m, snippet);
    str_addf(out, "%s(", name);
    for (int i = 0; i < x_get(m->n, e)->narg; i++) {
        if (i) str_add(out, ", ");
        c_expr(m, x_arg(m->n, e, i), 0, out);
    }
    str_add(out, ")");
}

static void infix(Emit *m, const char *op, int level, int left, int right, ExprId e, int prec, Str *out) {
    bool paren = prec > level;
    void (*operand)(Emit *, ExprId, int, Str *) = level == P_ADD ? c_addend : c_expr;
    open_paren(out, paren);
    operand(m, x_arg(m->n, e, 0), left, out);
    str_addf(out, " %s ", op);
    operand(m, x_arg(m->n, e, 1), right, out);
    close_paren(out, paren);
}

bool c_product(const Emit *m, ExprId e) {
    const Expr *x = x_get(m->n, e);
    if (!m->p->rounds || x->kind != X_fn || x->dtype != DT_f32 || idmap_get(&m->temp, e) != MAP_NONE) return false;
    return x->id == FN_mul || x->id == FN_sq || (x->id == FN_neg && c_product(m, x_arg(m->n, e, 0)));
}

void c_addend(Emit *m, ExprId e, int prec, Str *out) {
    bool apart = c_product(m, e);
    if (apart) c_need(m, "rounded_f32.h");
    if (apart) str_add(out, "rounded_f32(");
    c_expr(m, e, apart ? 0 : prec, out);
    if (apart) str_add(out, ")");
}

/* Integer arithmetic wraps: computed unsigned, then brought back. */
static void wrapping(Emit *m, const char *op, DType t, ExprId e, Str *out) {
    const char *u = dtype_info[t].bytes > 4 ? "uint64_t" : "uint32_t";
    str_addf(out, "(%s)(", emit_c_type(t));
    if (x_get(m->n, e)->narg == 1) {
        str_addf(out, "%s(%s)", op[0] == '-' ? "0u - " : op, u);
        c_expr(m, x_arg(m->n, e, 0), P_UNARY, out);
    } else {
        str_addf(out, "(%s)", u);
        c_expr(m, x_arg(m->n, e, 0), P_UNARY, out);
        str_addf(out, " %s (%s)", op, u);
        c_expr(m, x_arg(m->n, e, 1), P_UNARY, out);
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
    case FN_mul: {
        const Expr *a = x_get(m->n, x_arg(m->n, e, 0));
        m->along = a->kind == X_axis ? c_axis_name(m, a->id) : NULL;
        infix(m, "*", P_MUL, P_MUL, P_UNARY, e, prec, out);
        m->along = NULL;
        return;
    }
    case FN_neg:
        open_paren(out, prec > P_UNARY);
        str_add(out, "-");
        c_expr(m, x_arg(m->n, e, 0), P_PRIMARY, out);
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
        c_expr(m, x_arg(m->n, e, 0), P_OR, out);
        str_add(out, " ? ");
        c_expr(m, x_arg(m->n, e, 1), P_OR, out);
        str_add(out, " : ");
        c_expr(m, x_arg(m->n, e, 2), P_TERNARY, out);
        close_paren(out, prec > P_TERNARY);
        return;
    default: break;
    }
    const char *name = arena_printf(m->arena, "index%s_%s", suffix, fn_info[f].name);
    call(m, name, arena_printf(m->arena, "%s.h", name), e, out);
}

static void compare_strings(Emit *m, Fn f, ExprId e, int prec, Str *out) {
    int level = f == FN_eq || f == FN_ne ? P_EQUAL : P_RELATION;
    open_paren(out, prec > level);
    call(m, "string_order", "string_order.h", e, out);
    str_addf(out, " %s 0", fn_info[f].infix);
    close_paren(out, prec > level);
}

static bool compare_or_logic(Emit *m, Fn f, ExprId e, int prec, Str *out) {
    if (f >= FN_lt && f <= FN_ne && x_get(m->n, x_arg(m->n, e, 0))->dtype == DT_string) {
        compare_strings(m, f, e, prec, out);
        return true;
    }
    switch (f) {
    case FN_lt:
    case FN_le:
    case FN_gt:
    case FN_ge: infix(m, fn_info[f].infix, P_RELATION, P_ADD, P_ADD, e, prec, out); return true;
    case FN_eq:
    case FN_ne: infix(m, fn_info[f].infix, P_EQUAL, P_ADD, P_ADD, e, prec, out); return true;
    case FN_and:
        infix(m, "&&", P_AND, P_AND, P_BIT, e, prec > P_AND || prec == P_OR ? P_PRIMARY : prec, out);
        return true;
    case FN_or: infix(m, "||", P_OR, P_OR, P_BIT, e, prec, out); return true;
    case FN_not:
        str_add(out, "!");
        c_expr(m, x_arg(m->n, e, 0), P_UNARY, out);
        return true;
    default: return false;
    }
}

static void select_fn(Emit *m, DType t, ExprId e, int prec, Str *out) {
    bool narrow = !dtype_is_float(t) && dtype_info[t].bytes < 4 && t != DT_bool;
    bool paren = prec > P_TERNARY || narrow;
    if (narrow) str_addf(out, "(%s)", emit_c_type(t));
    open_paren(out, paren);
    c_expr(m, x_arg(m->n, e, 0), P_OR, out);
    str_add(out, " ? ");
    c_expr(m, x_arg(m->n, e, 1), P_OR, out);
    str_add(out, " : ");
    c_expr(m, x_arg(m->n, e, 2), P_TERNARY, out);
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
        c_expr(m, x_arg(m->n, e, 0), P_PRIMARY, out);
        close_paren(out, prec > P_UNARY);
        return;
    default: break;
    }
    if (fn_info[f].libm)
        call(m, arena_printf(m->arena, "%s%s", fn_info[f].libm, t == DT_f64 ? "" : "f"), NULL, e, out);
    else
        float_call(m, fn_info[f].name, t, e, out);
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
        c_need(m, arena_printf(m->arena, "%s.h", name));
        str_addf(out, "(%s)%s(", emit_c_type(t), name);
        c_expr(m, x_arg(m->n, e, 0), 0, out);
        str_add(out, ", ");
        c_expr(m, x_arg(m->n, e, 1), 0, out);
        str_addf(out, ", %d)", dtype_info[t].bits);
        return;
    }
    default: int_call(m, fn_info[f].name, t, e, out);
    }
}

void c_to_half(Emit *m, DType t, ExprId a, Str *out) {
    DType s = (DType)x_get(m->n, a)->dtype;
    bool is_float = s == DT_f32 || c_is_half(s), wide = s == DT_f64; /* doubles are rounded once */
    if (wide) c_need(m, "f32_odd.h");
    str_addf(out, "%s(%s", c_half_call(m, t, "from"), is_float ? "" : wide ? "f32_odd(" : "(float)");
    c_expr(m, a, is_float || wide ? 0 : P_UNARY, out);
    str_add(out, wide ? "))" : ")");
}

/* An integer of less than 8 bits: the low ones of a, or of what it is in 64 bits. */
static void small_int(Emit *m, DType t, ExprId a, Str *out) {
    bool from_float = dtype_is_float((DType)x_get(m->n, a)->dtype);
    const char *wrap = dtype_info[t].cls == 'i' ? "low_bits_i8" : "low_bits_u8";
    c_need(m, arena_printf(m->arena, "%s.h", wrap));
    if (from_float) c_need(m, "saturate_i64.h");
    str_addf(out, "%s(%s", wrap, from_float ? "(uint64_t)saturate_i64(" : "(uint64_t)");
    c_expr(m, a, from_float ? 0 : P_UNARY, out);
    str_addf(out, "%s, %d)", from_float ? ", INT64_MIN, INT64_MAX)" : "", dtype_info[t].bits);
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
            c_expr(m, a, P_UNARY, out);
        } else {
            c_need(m, arena_printf(m->arena, "%s.h", name));
            str_addf(out, "%s((int64_t)", name);
            c_expr(m, a, P_UNARY, out);
            str_add(out, ")");
        }
        return;
    }
    if (c_round_clip(m, e, out)) return;
    if (t == DT_bool) {
        open_paren(out, prec > P_EQUAL);
        c_expr(m, a, P_ADD, out);
        str_add(out, " != 0");
        close_paren(out, prec > P_EQUAL);
        return;
    }
    if (c_is_half(t)) {
        str_addf(out, "%s(", c_half_call(m, t, "to"));
        c_to_half(m, t, a, out);
        str_add(out, ")");
        return;
    }
    if (c_is_half(s) && t == DT_f32) {
        c_expr(m, a, prec, out);
        return;
    }
    if (dtype_is_small(t)) {
        small_int(m, t, a, out);
        return;
    }
    str_addf(out, "(%s)", emit_c_type(t));
    if (dtype_is_float(s) && dtype_is_int(t)) { /* out of range: the nearest; NaN: 0 */
        bool is_signed = dtype_info[t].cls == 'i';
        int bits = 8 * dtype_info[t].bytes;
        const char *name = s != DT_f64 && bits <= 16 ? "f32" : is_signed ? "i64" : "u64";
        c_need(m, arena_printf(m->arena, "saturate_%s.h", name));
        str_addf(out, "saturate_%s(", name);
        c_expr(m, a, 0, out);
        if (name[0] == 'f')
            str_addf(out, ", %d.0f, %d.0f)", is_signed ? -(1 << (bits - 1)) : 0, (1 << (is_signed ? bits - 1 : bits)) - 1);
        else if (is_signed && bits == 64)
            str_add(out, ", INT64_MIN, INT64_MAX)");
        else if (is_signed)
            str_addf(out, ", INT%d_MIN, INT%d_MAX)", bits, bits);
        else
            str_addf(out, ", UINT%d_MAX)", bits);
        return;
    }
    c_expr(m, a, P_UNARY, out);
}

void c_var_ref(Emit *m, ExprId e, Str *out) {
    const Expr *x = x_get(m->n, e);
    str_add(out, c_var_name(m, x->id));
    for (int i = 0; i < x->narg; i++) {
        str_add(out, "[");
        c_expr(m, x_arg(m->n, e, i), 0, out);
        str_add(out, "]");
    }
}

void c_element(Emit *m, ExprId e, Str *out) {
    const char *outer = m->about;
    str_addf(out, "%s[", m->about = c_buffer_name(m, x_get(m->n, e)->id));
    c_expr(m, x_load_offset(m->n, e), 0, out);
    str_add(out, "]");
    m->about = outer;
}

static void load(Emit *m, ExprId e, Str *out) {
    DType t = (DType)x_get(m->n, e)->dtype;
    if (c_is_half(t)) str_addf(out, "%s(", c_half_call(m, t, "to"));
    c_element(m, e, out);
    if (c_is_half(t)) str_add(out, ")");
}

/* A load that became a number is the 0 at a string's end. */
static void text_at(Emit *m, ExprId e, Str *out) {
    ExprId load = x_arg(m->n, e, 0);
    bool place = x_get(m->n, load)->kind == X_load;
    str_add(out, place ? "(const char *)&" : "\"\"");
    if (place) c_element(m, load, out);
}

static void fn(Emit *m, ExprId e, int prec, Str *out) {
    const Expr *x = x_get(m->n, e);
    Fn f = (Fn)x->id;
    DType t = (DType)x_get(m->n, x_arg(m->n, e, 0))->dtype;
    if (x->is_index)
        index_fn(m, e, prec, out);
    else if (f == FN_text_at)
        text_at(m, e, out);
    else if (fn_is_text(f))
        call(m, fn_info[f].name, arena_printf(m->arena, "%s.h", fn_info[f].name), e, out);
    else if (f == FN_select)
        select_fn(m, (DType)x->dtype, e, prec, out);
    else if (compare_or_logic(m, f, e, prec, out)) {
    } else if (t == DT_bool && (f == FN_min || f == FN_mul))
        infix(m, "&&", P_AND, P_BIT, P_BIT, e, prec > P_AND || prec == P_OR ? P_PRIMARY : prec, out);
    else if (t == DT_bool && (f == FN_max || f == FN_add))
        infix(m, "||", P_OR, P_BIT, P_BIT, e, prec, out);
    else if (dtype_is_float(t))
        float_fn(m, f, t, e, prec, out);
    else
        int_fn(m, f, t, e, out);
}

void c_expr(Emit *m, ExprId e, int prec, Str *out) {
    uint32_t temp = idmap_get(&m->temp, e);
    if (temp != MAP_NONE) {
        str_addf(out, "t%u", temp);
        return;
    }
    const Expr *x = x_get(m->n, e);
    switch ((ExprKind)x->kind) {
    case X_int:
    case X_real: literal(m, e, prec, out); break;
    case X_axis: str_add(out, c_axis_name(m, x->id)); break;
    case X_load: load(m, e, out); break;
    case X_var: c_var_ref(m, e, out); break;
    case X_cast: cast(m, e, prec, out); break;
    case X_fn: fn(m, e, prec, out); break;
    case X_reduce: break; /* lowering left none */
    }
}

void c_place(Emit *m, const char *name, ExprId at, Str *out) {
    const Expr *o = x_get(m->n, at);
    str_add(out, name);
    if (o->kind == X_int && o->i == 0) return;
    str_add(out, " + ");
    const char *outer = m->about;
    m->about = name;
    c_expr(m, at, P_MUL, out);
    m->about = outer;
}
