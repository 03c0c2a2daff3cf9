/* Vector expressions as C: every operand that differs between lanes is a vector, others are broadcast. */
#include "emit/c_number.h"
#include "emit/skel.h"

static ExprId lane_at(Emit *m, ExprId e, int lane) {
    ExprId *map = x_axis_table(m->n, m->arena, 0);
    map[m->lane] = x_index(m->n, lane);
    return x_substitute(m->n, e, map);
}

ExprId c_lane_zero(Emit *m, ExprId e) { return lane_at(m, e, 0); }

/* Elements that do not stand at equal distances, one by one. */
static void scattered_load(Emit *m, const char *name, ExprId at, Str *out) {
    str_addf(out, "(%s){", c_vector_type(m));
    for (int i = 0; i < m->lanes; i++) {
        str_addf(out, "%s%s[", i ? ", " : "", name);
        c_expr(m, lane_at(m, at, i), 0, out);
        str_add(out, "]");
    }
    str_add(out, "}");
}

void c_lanes_at(Emit *m, const char *name, ExprId at, Str *out) {
    c_place(m, name, c_lane_zero(m, at), out);
}

/* Bytes, halves or integers of 32 bits. */
static void converting_load(Emit *m, ExprId e, Str *out) {
    const Expr *x = x_get(m->n, e);
    int64_t by = 1;
    x_coefficient(m->n, x_load_offset(m->n, e), m->lane, &by);
    bool apart = by != 1 && x->dtype == DT_f16;
    str_addf(out, "%s(", c_vector_fn(m, arena_printf(m->arena, "%s_%s", apart ? "gather" : "load", dtype_info[x->dtype].name)));
    c_lanes_at(m, c_buffer_name(m, x_get(m->n, e)->id), x_load_offset(m->n, e), out);
    if (apart) str_addf(out, ", %lld", (long long)by);
    str_add(out, ")");
}

/* From a buffer or from an array of the function. */
static void vector_load(Emit *m, ExprId e, Str *out) {
    const Expr *x = x_get(m->n, e);
    int64_t coef;
    bool var = x->kind == X_var;
    const char *name = var ? c_var_name(m, x->id) : c_buffer_name(m, x->id);
    ExprId at = var ? x_arg(m->n, e, 0) : x_load_offset(m->n, e);
    if (!x_coefficient(m->n, at, m->lane, &coef)) {
        scattered_load(m, name, at, out);
        return;
    }
    str_addf(out, "%s_%s(", c_vector_type(m), coef == 1 ? "load" : "gather");
    c_lanes_at(m, name, at, out);
    if (coef != 1) {
        str_add(out, ", ");
        c_index_number(m, coef, 0, out);
    }
    str_add(out, ")");
}

static void vector_infix(Emit *m, const char *op, int level, ExprId e, int prec, Str *out) {
    void (*operand)(Emit *, ExprId, int, Str *) = level == P_ADD ? c_vector_addend : c_vector;
    open_paren(out, prec > level);
    operand(m, x_arg(m->n, e, 0), level, out);
    str_addf(out, " %s ", op);
    operand(m, x_arg(m->n, e, 1), level + 1, out);
    close_paren(out, prec > level);
}

void c_vector_addend(Emit *m, ExprId e, int prec, Str *out) {
    bool apart = c_product(m, e) && nest_lane(m->n) == DT_f32 && x_varies(m->n, e, m->lane);
    if (apart) str_addf(out, "%s(", c_vector_fn(m, "rounded"));
    c_vector(m, e, apart ? 0 : prec, out);
    if (apart) str_add(out, ")");
}

/* By a number that a program which rounds must divide by itself, if the target has a snippet for that. */
static void vector_quotient(Emit *m, ExprId e, int prec, Str *out) {
    const char *f = arena_printf(m->arena, "%s_divisor", c_vector_type(m)), *snippet = arena_printf(m->arena, "%s.h", f);
    if (!m->p->rounds || x_varies(m->n, x_arg(m->n, e, 1), m->lane) || !skeleton(skeleton_of(m->arena, m->p->target, snippet))) {
        vector_infix(m, "/", P_MUL, e, prec, out);
        return;
    }
    c_need(m, snippet);
    open_paren(out, prec > P_MUL);
    c_vector(m, x_arg(m->n, e, 0), P_MUL, out);
    str_addf(out, " / %s(", f);
    c_vector(m, x_arg(m->n, e, 1), 0, out);
    str_add(out, ")");
    close_paren(out, prec > P_MUL);
}

static void vector_compare(Emit *m, int level, ExprId e, int prec, Str *out) {
    open_paren(out, prec > level);
    c_vector(m, x_arg(m->n, e, 0), P_ADD, out);
    str_addf(out, " %s ", fn_info[x_get(m->n, e)->id].infix);
    c_vector(m, x_arg(m->n, e, 1), P_ADD, out);
    close_paren(out, prec > level);
}

/* Everything inside is in parentheses: the bitwise operators bind as nobody expects. */
static void vector_logic(Emit *m, const char *op, ExprId e, int prec, Str *out) {
    open_paren(out, prec > 0);
    c_vector(m, x_arg(m->n, e, 0), P_PRIMARY, out);
    str_addf(out, " %s ", op);
    c_vector(m, x_arg(m->n, e, 1), P_PRIMARY, out);
    close_paren(out, prec > 0);
}

/* A select whose condition is the same for all lanes. */
static void vector_either(Emit *m, ExprId e, int prec, Str *out) {
    open_paren(out, prec > P_TERNARY);
    c_expr(m, x_arg(m->n, e, 0), P_OR, out);
    str_add(out, " ? ");
    c_vector(m, x_arg(m->n, e, 1), P_OR, out);
    str_add(out, " : ");
    c_vector(m, x_arg(m->n, e, 2), P_TERNARY, out);
    close_paren(out, prec > P_TERNARY);
}

void c_vector(Emit *m, ExprId e, int prec, Str *out) {
    if (!x_varies(m->n, e, m->lane)) {
        if (m->n->halves && x_get(m->n, e)->kind == X_load && idmap_get(&m->temp, e) == MAP_NONE) {
            str_addf(out, "%s(", c_vector_fn(m, "dup"));
            c_place(m, c_buffer_name(m, x_get(m->n, e)->id), x_load_offset(m->n, e), out);
            str_add(out, ")");
            return;
        }
        str_addf(out, "%s(", c_vector_fn(m, x_get(m->n, e)->dtype == DT_i32 ? "set_i32" : "set"));
        c_expr(m, e, 0, out);
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
        c_var_ref(m, e, out);
        return;
    }
    if (x->kind == X_load && x->dtype != nest_lane(m->n)) {
        converting_load(m, e, out);
        return;
    }
    if (x->kind == X_load || x->kind == X_var) {
        vector_load(m, e, out);
        return;
    }
    if (x->kind == X_cast) { /* bytes are floats once they are loaded, and become bytes where they are stored */
        ExprId a = x_arg(m->n, e, 0);
        bool converts = x_get(m->n, a)->dtype == DT_i32;
        if (converts) str_addf(out, "%s(", c_vector_fn(m, "from_i32"));
        c_vector(m, a, converts ? 0 : prec, out);
        if (converts) str_add(out, ")");
        return;
    }
    switch ((Fn)x->id) {
    case FN_add: vector_infix(m, "+", P_ADD, e, prec, out); return;
    case FN_sub: vector_infix(m, "-", P_ADD, e, prec, out); return;
    case FN_mul: vector_infix(m, "*", P_MUL, e, prec, out); return;
    case FN_div: vector_quotient(m, e, prec, out); return;
    case FN_neg:
    case FN_not:
        open_paren(out, prec > P_UNARY);
        str_add(out, x->id == FN_neg ? "-" : "~");
        c_vector(m, x_arg(m->n, e, 0), P_PRIMARY, out);
        close_paren(out, prec > P_UNARY);
        return;
    case FN_lt:
    case FN_le:
    case FN_gt:
    case FN_ge: vector_compare(m, P_RELATION, e, prec, out); return;
    case FN_eq:
    case FN_ne: vector_compare(m, P_EQUAL, e, prec, out); return;
    case FN_and: vector_logic(m, "&", e, prec, out); return;
    case FN_or: vector_logic(m, "|", e, prec, out); return;
    case FN_select:
        if (!x_varies(m->n, x_arg(m->n, e, 0), m->lane)) {
            vector_either(m, e, prec, out);
            return;
        }
        break;
    default: break;
    }
    /* min and max are shorter where their second operand is a constant. */
    bool turned = (x->id == FN_min || x->id == FN_max) && x_get(m->n, x_arg(m->n, e, 0))->kind == X_real;
    str_addf(out, "%s(", c_vector_fn(m, fn_info[x->id].name));
    for (int i = 0; i < x_get(m->n, e)->narg; i++) {
        if (i) str_add(out, ", ");
        c_vector(m, x_arg(m->n, e, turned ? 1 - i : i), 0, out);
    }
    str_add(out, ")");
}
