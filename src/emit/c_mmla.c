/* Sums of two pixels' bytes by two lanes' in one instruction (the step `mmla`). */
#include "emit/c_number.h"

static ExprId at_point(Emit *m, ExprId e, AxisId a, ExprId point) {
    ExprId *map = x_axis_table(m->n, m->arena, 0);
    map[a] = point;
    return x_substitute(m->n, e, map);
}

/* Which of the two pixels count: 3 where both do. */
static void rows(Emit *m, const LoopNode *s, Str *out) {
    const ExprId counts[2] = {s->hi, s->lo};
    if (counts[0] == NO_EXPR && counts[1] == NO_EXPR) str_add(out, "3");
    for (int i = 0; i < 2 && (counts[0] != NO_EXPR || counts[1] != NO_EXPR); i++) {
        if (i) str_add(out, " + ");
        if (counts[i] == NO_EXPR) {
            str_addf(out, "%d", i + 1);
            continue;
        }
        str_add(out, "(");
        c_expr(m, counts[i], P_OR, out);
        str_addf(out, " ? %d : 0)", i + 1);
    }
}

int c_mmla(Emit *m, const LoopNode *s, const char *target, int depth, Str *out) {
    Nest *n = m->n;
    ExprId x, w, pixel = x_axis(n, s->mmla), none = x_index(n, 0), two = x_index(n, 2);
    int64_t four;
    if (!dot_operands(n, s->value, m->p->target->dot_by, &x, &w) || !mmla_fours(n, x_load_offset(n, x), s->dot, &four)) return 0;
    const char *xs = c_buffer_name(m, x_get(n, x)->id), *ws = c_buffer_name(m, x_get(n, w)->id);
    ExprId at_x = at_point(m, x_load_offset(n, x), s->dot, none), at_w = at_point(m, x_load_offset(n, w), s->dot, none);
    ExprId apart = x_fn2(n, FN_sub, at_point(m, at_x, s->mmla, x_index(n, 1)), at_point(m, at_x, s->mmla, none));
    at_x = at_point(m, at_x, s->mmla, x_fn2(n, FN_mul, x_fn2(n, FN_div, pixel, two), two));
    at_w = x_fn2(n, FN_add, at_w, x_fn2(n, FN_mul, x_fn2(n, FN_mod, pixel, two), x_index(n, 16)));
    c_indent(out, depth);
    str_addf(out, "%s = %s(%s, ", target, c_vector_fn(m, "mmla"), target);
    c_lanes_at(m, xs, at_x, out);
    str_add(out, ", ");
    c_expr(m, apart, 0, out);
    str_add(out, ", ");
    c_index_number(m, four, 0, out);
    str_add(out, ", ");
    rows(m, s, out);
    str_add(out, ", ");
    c_lanes_at(m, ws, at_w, out);
    str_add(out, ");\n");
    return 1;
}

int c_mmla_rows(Emit *m, const LoopNode *x, int depth, Str *out) {
    const LoopVar *v = &m->t->var.at[x->var];
    const char *at[MAX_RANK];
    m->lanes = v->lanes;
    c_need(m, "UNROLL.h");
    for (int i = 0, k = 0; i < v->ndim; i++) {
        do at[i] = arena_printf(m->arena, "i%d", k++);
        while (!c_name_free(m, at[i]));
        c_indent(out, depth + i);
        str_add(out, "UNROLL\n");
        c_indent(out, depth + i);
        str_addf(out, i == v->ndim - 1 ? "for (int %s = 0; %s < %lld; %s += 2)\n" : "for (int %s = 0; %s < %lld; %s++)\n", at[i], at[i], (long long)v->dim[i], at[i]);
    }
    c_indent(out, depth + v->ndim);
    str_addf(out, "%s(&%s", c_vector_fn(m, "mmla_rows"), c_var_name(m, x->var));
    for (int i = 0; i < v->ndim; i++) str_addf(out, "[%s]", at[i]);
    str_add(out, ");\n");
    return 2;
}
