/* What kernels of bytes are written with where one instruction sums the products of a vector of bytes: rows of sums, rows that
 * are scaled, rounded and clipped, rows that are copied. */
#include "emit/c_internal.h"
#include <math.h>

/* The loops of a row's sums, outside in, the lanes last, and what they add up. */
typedef struct {
    const LoopNode *loop[3], *set, *lanes;
    int nloop; /* without that of the lanes */
    ExprId x, w, at_x, at_w;
    int64_t less;
} Row;

static bool constant(const Nest *n, ExprId e) { return x_get(n, e)->kind == X_int; }

static bool row_loops(Emit *m, const LoopNode *t, Row *r) {
    *r = (Row){.nloop = 0};
    const LoopNode *at = t;
    while (at->body.n == 1 && at->body.at[0]->kind == LOOP_for && r->nloop < 3) at = r->loop[r->nloop++] = at->body.at[0];
    if (at->body.n != 1 || at->body.at[0]->kind != LOOP_set || !r->nloop) return false;
    r->set = at->body.at[0];
    r->lanes = r->loop[--r->nloop];
    if (!constant(m->n, r->lanes->hi) || !constant(m->n, r->lanes->lo) || x_get(m->n, r->lanes->lo)->i) return false;
    if (!row_operands(m->n, r->set->value, &r->x, &r->w, &r->less)) return false;
    r->at_x = c_operand_place(m, r->x), r->at_w = c_operand_place(m, r->w);
    return r->nloop > 0;
}

/* `name + at`, the lanes' loop at its first iteration and those of `r`, which may be NULL, where their bounds are constants. */
static void first_place(Emit *m, const Row *r, uint32_t lane, const char *name, ExprId at, Str *out) {
    ExprId *first = x_axis_table(m->n, m->arena, 0);
    if (lane != NO_AXIS) first[lane] = x_index(m->n, 0);
    for (int i = 0; r && i < r->nloop; i++)
        if (constant(m->n, r->loop[i]->lo)) first[r->loop[i]->axis] = r->loop[i]->lo;
    c_place(m, name, x_substitute(m->n, at, first), out);
}

/* The sums and what they begin with: `added`: themselves. */
static void begin_row(Emit *m, const LoopNode *t, const char *name, bool added, int depth, Str *out) {
    const char *sum = c_var_name(m, t->var);
    if (t->offset == NO_EXPR && !added) {
        c_indent(out, depth);
        str_addf(out, "memset(%s, 0, sizeof %s);\n", sum, sum);
    }
    c_need(m, arena_printf(m->arena, "%s.h", name));
    c_indent(out, depth);
    str_addf(out, "%s(%s, ", name, sum);
    if (t->offset == NO_EXPR || added)
        str_add(out, sum);
    else
        first_place(m, NULL, NO_AXIS, c_buffer_name(m, x_get(m->n, t->offset)->id), x_load_offset(m->n, t->offset), out);
    str_add(out, ", ");
}

/* What they begin with, stored. */
static void store_start(Emit *m, const LoopNode *t, int depth, Str *out) {
    const char *sum = c_var_name(m, t->var);
    c_indent(out, depth);
    if (t->offset == NO_EXPR) {
        str_addf(out, "memset(%s, 0, sizeof %s);\n", sum, sum);
        return;
    }
    str_addf(out, "memcpy(%s, ", sum);
    first_place(m, NULL, NO_AXIS, c_buffer_name(m, x_get(m->n, t->offset)->id), x_load_offset(m->n, t->offset), out);
    str_addf(out, ", sizeof %s);\n", sum);
}

static bool dense_row(Emit *m, const LoopNode *t, const Row *r, int depth, Str *out) {
    int64_t k, lanes = x_get(m->n, r->lanes->hi)->i;
    if (r->nloop != 1 || !constant(m->n, r->loop[0]->lo) || !constant(m->n, r->loop[0]->hi) || r->less ||
        x_uses_axis(m->n, r->at_x, r->lanes->axis) || x_get(m->n, r->x)->dtype != DT_i8)
        return false;
    k = x_get(m->n, r->loop[0]->hi)->i - x_get(m->n, r->loop[0]->lo)->i;
    begin_row(m, t, "dot_rows", false, depth, out);
    first_place(m, r, r->lanes->axis, c_operand_name(m, r->x), r->at_x, out);
    str_add(out, ", ");
    first_place(m, r, r->lanes->axis, c_operand_name(m, r->w), r->at_w, out);
    str_addf(out, ", %lld, %lld);\n", (long long)k, (long long)lanes);
    return true;
}

/* Iterations of the loop: `hi - NAME`, where its first one has a name, or their number. */
static void iterations(Emit *m, const LoopNode *loop, Str *out) {
    if (constant(m->n, loop->lo) && constant(m->n, loop->hi)) {
        str_addf(out, "%lld", (long long)(x_get(m->n, loop->hi)->i - x_get(m->n, loop->lo)->i));
        return;
    }
    ExprId lo = constant(m->n, loop->lo) ? loop->lo : x_axis(m->n, loop->axis);
    c_expr(m, x_fn2(m->n, FN_sub, loop->hi, lo), 0, out);
}

/* How far the window's rows and columns lie apart, then how many there are. */
static bool window_steps(Emit *m, const Row *r, ExprId at, int64_t step[2]) {
    step[0] = step[1] = 0;
    for (int i = 0; i < r->nloop; i++)
        if (!x_coefficient(m->n, at, r->loop[i]->axis, &step[2 - r->nloop + i])) return false;
    return true;
}

/* Names for the first iterations that have one, `added` or not as begin_row has it, and the call. */
static void window_call(Emit *m, const LoopNode *t, const Row *r, bool added, int depth, Str *out) {
    int64_t by_x[2], by_w[2];
    window_steps(m, r, r->at_x, by_x);
    window_steps(m, r, r->at_w, by_w);
    for (int i = 0; i < r->nloop; i++) {
        const LoopNode *k = r->loop[i];
        if (constant(m->n, k->lo)) continue;
        c_call_axis(m, k->axis);
        c_indent(out, depth);
        str_addf(out, "const %s %s = ", m->index_type, c_axis_name(m, k->axis));
        c_expr(m, k->lo, 0, out);
        str_add(out, ";\n");
    }
    begin_row(m, t, arena_printf(m->arena, "dot_window_%s", dtype_info[x_get(m->n, r->x)->dtype].name), added, depth, out);
    first_place(m, r, r->lanes->axis, c_operand_name(m, r->x), r->at_x, out);
    str_addf(out, ", %lld, %lld, ", (long long)by_x[0], (long long)by_x[1]);
    first_place(m, r, r->lanes->axis, c_operand_name(m, r->w), r->at_w, out);
    str_addf(out, ", %lld, %lld, ", (long long)by_w[0], (long long)by_w[1]);
    for (int i = 0; i < 2; i++) {
        if (i < 2 - r->nloop) str_add(out, "1");
        else iterations(m, r->loop[i - 2 + r->nloop], out);
        str_add(out, ", ");
    }
    str_addf(out, "%lld, %lld);\n", (long long)x_get(m->n, r->lanes->hi)->i, (long long)r->less);
}

static bool is_window(Emit *m, const Row *r) {
    int64_t by[2], coef;
    return r->nloop >= 1 && r->nloop <= 2 && window_steps(m, r, r->at_x, by) && window_steps(m, r, r->at_w, by) &&
           x_coefficient(m->n, r->at_x, r->lanes->axis, &coef) && coef == 1;
}

static bool window_row(Emit *m, const LoopNode *t, const Row *r, int depth, Str *out) {
    uint32_t open = m->open.n;
    bool block = false;
    if (!is_window(m, r)) return false;
    for (int i = 0; i < r->nloop; i++) block |= !constant(m->n, r->loop[i]->lo);
    if (block) {
        c_indent(out, depth);
        str_add(out, "{\n");
    }
    window_call(m, t, r, false, depth + block, out);
    m->open.n = open;
    if (!block) return true;
    c_indent(out, depth);
    str_add(out, "}\n");
    return true;
}

/* Rows of a window that do not lie evenly, as those of a ring: a call each. */
static bool window_by_rows(Emit *m, const LoopNode *t, const Row *r, int depth, Str *out) {
    Row each = *r;
    const LoopNode *k = r->loop[0];
    each.nloop = 1;
    each.loop[0] = r->loop[1];
    if (r->nloop != 2 || k->down || !is_window(m, &each)) return false;
    uint32_t open = m->open.n;
    bool block = !constant(m->n, each.loop[0]->lo);
    store_start(m, t, depth, out);
    c_call_axis(m, k->axis);
    const char *name = c_axis_name(m, k->axis);
    c_indent(out, depth);
    str_addf(out, "for (%s %s = ", m->index_type, name);
    c_expr(m, k->lo, 0, out);
    str_addf(out, "; %s < ", name);
    c_expr(m, k->hi, P_ADD, out);
    str_addf(out, "; %s++)%s\n", name, block ? " {" : "");
    window_call(m, t, &each, true, depth + 1, out);
    m->open.n = open;
    if (!block) return true;
    c_indent(out, depth);
    str_add(out, "}\n");
    return true;
}

int c_row(Emit *m, const LoopNode *t, int depth, Str *out) {
    Row r;
    if (row_loops(m, t, &r) && (dense_row(m, t, &r, depth, out) || window_row(m, t, &r, depth, out) || window_by_rows(m, t, &r, depth, out))) return 2;
    store_start(m, t, depth, out);
    int count = 1;
    for (uint32_t i = 0; i < t->body.n; i++) count += c_statement(m, t->body.at[i], depth, out);
    return count;
}

/* ---- results ---- */

/* a row of whole sums as floats, times a row of constants. */
static bool scaled_sums(const Emit *m, ExprId e, AxisId lane, ExprId *sum, ExprId *scale) {
    const Nest *n = m->n;
    const Expr *x = x_get(n, e);
    if (x->kind != X_fn || x->id != FN_mul || x->dtype != DT_f32) return false;
    for (int i = 0; i < 2; i++) {
        const Expr *c = x_get(n, x_arg(n, e, i));
        *scale = x_arg(n, e, 1 - i);
        if (c->kind != X_cast || x_get(n, *scale)->kind != X_load || n->buf.at[x_get(n, *scale)->id].kind != BUF_const) continue;
        *sum = x_arg(n, x_arg(n, e, i), 0);
        const Expr *s = x_get(n, *sum);
        if (s->kind == X_var && s->dtype == DT_i32 && s->narg == 1 && m->t->var.at[s->id].ndim == 1 && c_walks_by_one(n, x_arg(n, *sum, 0), lane))
            return c_walks_by_one(n, x_load_offset(m->n, *scale), lane);
    }
    return false;
}

#define LARGEST_PLUS 16384 /* what is added to 16 bits */

bool c_scale_row(Emit *m, const LoopNode *loop, int depth, Str *out) {
    Nest *n = m->n;
    const LoopNode *s = loop->body.n == 1 ? loop->body.at[0] : NULL;
    Rounded r;
    ExprId sum, scale;
    if (!target_sums_rows(m->p->target) || !s || s->kind != LOOP_store || s->combine != COMBINE_store || loop->parallel) return false;
    if (!constant(n, loop->lo) || !constant(n, loop->hi) || x_get(n, loop->lo)->i || !c_walks_by_one(n, s->offset, loop->axis)) return false;
    if (!c_rounded(m, s->value, &r) || fabs(r.plus) > LARGEST_PLUS || !scaled_sums(m, r.v, loop->axis, &sum, &scale)) return false;
    c_need(m, "scale_row.h");
    c_indent(out, depth);
    str_add(out, "scale_row(");
    first_place(m, NULL, loop->axis, c_buffer_name(m, s->buf), s->offset, out);
    str_add(out, ", ");
    first_place(m, NULL, loop->axis, c_var_name(m, x_get(n, sum)->id), x_arg(n, sum, 0), out);
    str_add(out, ", ");
    first_place(m, NULL, loop->axis, c_buffer_name(m, x_get(n, scale)->id), x_load_offset(n, scale), out);
    str_addf(out, ", %lld, %.0f, %.0f, %.0f);\n", (long long)x_get(n, loop->hi)->i, r.plus, r.lo, r.hi);
    return true;
}

/* ---- copies ---- */

#define FEW 3 /* bytes that are copied one by one as quickly */

/* A loop that copies bytes into a local, those that lie inside of what is copied from: in `rows` for the whole loop, and from
 * first to last (NO_EXPR: no such bound); the others are a number. */
typedef struct {
    const char *name;
    ExprId to, load, rows, first, last;
    int64_t count, otherwise;
} Copy;

/* The condition as one of the loop's iterations from a first or up to a last one. */
static bool bound_copy(Nest *n, ExprId cond, AxisId a, Copy *c) {
    int64_t coef;
    ExprId rest;
    if (!x_uses_axis(n, cond, a)) {
        c->rows = c->rows == NO_EXPR ? cond : x_fn2(n, FN_and, c->rows, cond);
        return true;
    }
    if (!x_bound(n, cond, a, &coef, &rest) || (coef != 1 && coef != -1)) return false;
    ExprId *to = coef == 1 ? &c->first : &c->last;
    ExprId at = coef == 1 ? x_fn2(n, FN_sub, x_index(n, 0), rest) : x_fn2(n, FN_add, rest, x_index(n, 1));
    if (*to != NO_EXPR) return false;
    *to = at;
    return true;
}

static bool copies(Emit *m, const LoopNode *loop, Copy *c) {
    Nest *n = m->n;
    const LoopNode *s = loop->body.n == 1 ? loop->body.at[0] : NULL;
    if (!target_sums_rows(m->p->target) || !s || loop->unroll || loop->parallel || s->combine != COMBINE_store) return false;
    bool set = s->kind == LOOP_set && s->nindex == 1;
    if ((!set && (s->kind != LOOP_store || n->buf.at[s->buf].kind != BUF_local)) || !constant(n, loop->lo) || !constant(n, loop->hi)) return false;
    *c = (Copy){.to = set ? s->index[0] : s->offset, .load = s->value, .rows = NO_EXPR, .first = NO_EXPR, .last = NO_EXPR};
    c->count = x_get(n, loop->hi)->i;
    if (x_get(n, s->value)->kind == X_fn && x_get(n, s->value)->id == FN_select) {
        ExprId conj[MAX_CONJUNCTS], otherwise = x_arg(n, s->value, 2);
        int count = x_conjuncts(n, x_arg(n, s->value, 0), conj, MAX_CONJUNCTS);
        if (!constant(n, otherwise)) return false;
        c->otherwise = x_get(n, otherwise)->i;
        c->load = x_arg(n, s->value, 1);
        for (int i = 0; i < count; i++)
            if (!bound_copy(n, conj[i], loop->axis, c)) return false;
    }
    const Expr *x = x_get(n, c->load);
    if (x_get(n, loop->lo)->i || x->kind != X_load || !is_byte((DType)x->dtype) || c->count < FEW) return false;
    if (!c_walks_by_one(n, x_load_offset(n, c->load), loop->axis) || !c_walks_by_one(n, c->to, loop->axis)) return false;
    c->name = set ? c_var_name(m, s->var) : c_buffer_name(m, s->buf);
    return true;
}

bool c_copy_row(Emit *m, const LoopNode *loop, int depth, Str *out) {
    Copy c;
    if (!copies(m, loop, &c)) return false;
    bool within = c.first != NO_EXPR || c.last != NO_EXPR;
    c_indent(out, depth);
    if (c.rows != NO_EXPR) {
        str_add(out, "if (");
        c_expr(m, c.rows, 0, out);
        str_add(out, ")\n");
        c_indent(out, depth + 1);
    }
    if (within) c_need(m, "copy_within.h");
    str_add(out, within ? "copy_within(" : "memcpy(");
    first_place(m, NULL, loop->axis, c.name, c.to, out);
    str_add(out, ", ");
    first_place(m, NULL, loop->axis, c_buffer_name(m, x_get(m->n, c.load)->id), x_load_offset(m->n, c.load), out);
    if (within) {
        str_add(out, ", ");
        c_expr(m, c.first == NO_EXPR ? x_index(m->n, 0) : c.first, 0, out);
        str_add(out, ", ");
        c_expr(m, c.last == NO_EXPR ? x_index(m->n, c.count) : c.last, 0, out);
        str_addf(out, ", %lld, %lld);\n", (long long)c.count, (long long)c.otherwise);
    } else {
        str_addf(out, ", %lld);\n", (long long)c.count);
    }
    if (c.rows == NO_EXPR) return true;
    c_indent(out, depth);
    str_add(out, "else\n");
    c_indent(out, depth + 1);
    str_add(out, "memset(");
    first_place(m, NULL, loop->axis, c.name, c.to, out);
    str_addf(out, ", %lld, %lld);\n", (long long)c.otherwise, (long long)c.count);
    return true;
}
