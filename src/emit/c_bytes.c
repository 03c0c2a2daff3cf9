/* What kernels of bytes are written with where there are no vectors: pairs of products, rows that are widened, sums that
 * are scaled, rounded and clipped. */
#include "emit/c_number.h"
#include <math.h>

/* One more operand. */
static void next_number(Emit *m, int64_t v, Str *out) {
    str_add(out, ", ");
    c_index_number(m, v, 0, out);
}

static void place(Emit *m, const char *name, ExprId at, Str *out) {
    str_addf(out, "%s + ", m->about = name);
    c_expr(m, at, P_MUL, out);
    m->about = NULL;
}

/* What x reads, an array of the function or a buffer, where axes are what `zero` says. */
static void load_place(Emit *m, ExprId x, const ExprId *zero, Str *out) {
    bool var = x_get(m->n, x)->kind == X_var;
    ExprId at = x_substitute(m->n, var ? x_arg(m->n, x, 0) : x_load_offset(m->n, x), zero);
    place(m, var ? c_var_name(m, x_get(m->n, x)->id) : c_buffer_name(m, x_get(m->n, x)->id), at, out);
}

/* x at `at`, as a place that the window's axes, which `inner` holds, and that of the tile have no part in and what these
 * add: a constant where they are written out, so that equal loads are seen to be equal. */
static void split_place(Emit *m, ExprId x, ExprId at, ExprId inner, ExprId tile, Str *out) {
    Nest *n = m->n;
    ExprId *zero = x_axis_table(n, m->arena, 0);
    for (AxisId a = 0; a < n->axis.n; a++)
        if (x_uses_axis(n, inner, a) || (tile != NO_EXPR && x_uses_axis(n, tile, a))) zero[a] = x_index(n, 0);
    ExprId outer = x_substitute(n, at, zero), rest = x_fn2(n, FN_sub, at, outer);
    place(m, x_get(n, x)->kind == X_var ? c_var_name(m, x_get(n, x)->id) : c_buffer_name(m, x_get(n, x)->id), outer, out);
    str_add(out, " + ");
    c_expr(m, rest, P_MUL, out);
}

/* Products of two neighbours of x and of w. */
int c_twos(Emit *m, const LoopNode *s, const char *target, int depth, Str *out) {
    ExprId x, w, *zero = x_axis_table(m->n, m->arena, 0);
    if (!twos_operands(m->n, s->value, &x, &w)) return 0;
    ExprId at_w = x_get(m->n, w)->kind == X_var ? x_arg(m->n, w, 0) : x_load_offset(m->n, w), tile = s->nindex ? s->index[s->nindex - 1] : NO_EXPR;
    ExprId at_x = x_get(m->n, x)->kind == X_var ? x_arg(m->n, x, 0) : x_load_offset(m->n, x);
    int64_t coef = 0;
    zero[s->dot] = x_index(m->n, 0);
    bool row = tile != NO_EXPR && x_get(m->n, tile)->kind == X_axis && m->n->axis.at[x_get(m->n, tile)->id].extent == 2 &&
               x_coefficient(m->n, at_x, x_get(m->n, tile)->id, &coef) && coef == 1 && !x_uses_axis(m->n, at_w, x_get(m->n, tile)->id);
    if (row) zero[x_get(m->n, tile)->id] = x_index(m->n, 0);
    c_need(m, row ? "dot_i16_row.h" : "dot_i16.h");
    c_indent(out, depth);
    str_addf(out, "%s = dot_i16%s(%s, ", target, row ? "_row" : "", target);
    split_place(m, x, x_substitute(m->n, at_x, zero), at_w, tile, out);
    str_add(out, ", ");
    load_place(m, w, zero, out);
    if (row) { /* which of the two, and whether the second factor is known to be 0 */
        str_add(out, ", ");
        c_expr(m, tile, 0, out);
        str_add(out, ", ");
        if (s->lo == NO_EXPR)
            str_add(out, "1");
        else
            c_expr(m, x_substitute(m->n, s->lo, zero), 0, out);
    }
    str_add(out, ");\n");
    return 1;
}

/* Sums of a tile: products of its pixels' numbers and bytes of words that hold two points by two lanes. */
int c_tile(Emit *m, const LoopNode *s, int depth, Str *out) {
    Nest *n = m->n;
    ExprId x, w, *zero = x_axis_table(n, m->arena, 0), *two = x_axis_table(n, m->arena, 0);
    const LoopVar *v = &m->t->var.at[s->var];
    int64_t pixels = 1, lanes = v->ndim ? v->dim[v->ndim - 1] : 1, depth_of = x_get(n, s->hi)->i;
    if (!pair_operands(n, s->value, &x, &w)) return 0;
    for (int i = 0; i + 1 < v->ndim; i++) pixels *= v->dim[i];
    zero[s->axis] = x_index(n, 0);
    two[s->axis] = x_index(n, depth_of > 2 ? 2 : 0);
    ExprId at = x_get(n, x)->kind == X_var ? x_arg(n, x, 0) : x_load_offset(n, x);
    const Expr *by = x_get(n, x_fn2(n, FN_sub, x_substitute(n, at, two), x_substitute(n, at, zero)));
    const char *name = arena_printf(m->arena, "dot_%lldx%lld", (long long)pixels, (long long)lanes);
    c_need(m, arena_printf(m->arena, "%s.h", name));
    c_indent(out, depth);
    if (v->ndim < 2) /* a row of lanes, or a single sum */
        str_addf(out, "%s((int32_t(*)[%lld])%s%s, ", name, (long long)lanes, v->ndim ? "" : "&", c_var_name(m, s->var));
    else
        str_addf(out, "%s(%s, ", name, c_var_name(m, s->var));
    if (s->offset == NO_EXPR)
        str_add(out, "NULL");
    else
        place(m, c_buffer_name(m, x_get(n, s->offset)->id), x_load_offset(n, s->offset), out);
    str_add(out, ", ");
    load_place(m, x, zero, out);
    next_number(m, by->kind == X_int ? by->i : 2, out);
    str_add(out, ", ");
    load_place(m, w, zero, out);
    next_number(m, depth_of, out);
    str_add(out, ");\n");
    return 1;
}

/* ---- rows ---- */

/* e is a byte, or that less a number, as i16; in `out` the load and the number. */
static bool widened_byte(const Nest *n, ExprId e, ExprId *load, int64_t *less) {
    const Expr *x = x_get(n, e);
    *less = 0;
    if (x->kind != X_cast || x->dtype != DT_i16) return false;
    x = x_get(n, e = x_arg(n, e, 0));
    if (x->kind == X_fn && x->dtype == DT_i32 && (x->id == FN_sub || x->id == FN_add)) {
        const Expr *c = x_get(n, x_arg(n, e, 1));
        if (c->kind != X_int) return false;
        *less = x->id == FN_sub ? c->i : -c->i;
        x = x_get(n, e = x_arg(n, e, 0));
    }
    if (x->kind == X_cast && x->dtype == DT_i32) x = x_get(n, e = x_arg(n, e, 0));
    *load = e;
    return x->kind == X_load && (x->dtype == DT_i8 || x->dtype == DT_u8);
}

/* Where e is for the loop's first iteration. */
static ExprId at_first(Emit *m, const LoopNode *loop, ExprId e) {
    ExprId *first = x_axis_table(m->n, m->arena, 0);
    first[loop->axis] = loop->lo;
    return x_substitute(m->n, e, first);
}

static bool walks_by_one(const Nest *n, ExprId e, AxisId a) {
    int64_t coef;
    return x_coefficient(n, e, a, &coef) && coef == 1;
}

/* Along the loop e goes 0, 1, *by, *by + 1, 2 * *by .. from an even place: neighbours by twos. by 2: all side by side. */
static bool walks_by_twos(Emit *m, const LoopNode *loop, ExprId e, int64_t count, int64_t *by) {
    Nest *n = m->n;
    ExprId first = at_first(m, loop, e);
    *by = 2;
    if (walks_by_one(n, e, loop->axis)) return true;
    for (int64_t i = 1; i < count; i++) {
        ExprId *at = x_axis_table(n, m->arena, 0);
        at[loop->axis] = x_index(n, x_get(n, loop->lo)->i + i);
        const Expr *d = x_get(n, x_fn2(n, FN_sub, x_substitute(n, e, at), first));
        if (d->kind != X_int) return false;
        if (i == 2) *by = d->i;
        if (d->i != i / 2 * *by + i % 2) return false;
    }
    return count > 2;
}

/* Where a row goes: along the loop from `first` on, `by` from two to two; odd != NO_EXPR: from point `odd` of a place that lies
 * by twos, which need not be even. */
typedef struct {
    ExprId first, odd;
    int64_t by;
} Row;

/* e = by * (k / 2) + k % 2 + rest, the loop walks k by one. */
static bool by_twos_anywhere(Emit *m, const LoopNode *loop, ExprId e, Row *r) {
    Nest *n = m->n;
    Linear l;
    int half = -1, rest = -1;
    int64_t coef;
    if (!linear_of(n, e, &l)) return false;
    for (int i = 0; i < l.n; i++) {
        const Expr *x = x_get(n, l.term[i].atom);
        if (x->kind != X_fn || !x->is_index || (x->id != FN_div && x->id != FN_mod)) continue;
        const Expr *two = x_get(n, x_arg(n, l.term[i].atom, 1));
        if (two->kind != X_int || two->i != 2 || !x_uses_axis(n, l.term[i].atom, loop->axis)) continue;
        if (x->id == FN_div) half = i;
        else rest = i;
    }
    if (half < 0 || rest < 0 || l.term[rest].coef != 1) return false;
    ExprId k = x_arg(n, l.term[half].atom, 0);
    if (k != x_arg(n, l.term[rest].atom, 0) || !x_coefficient(n, k, loop->axis, &coef) || coef != 1) return false;
    r->by = l.term[half].coef;
    r->odd = at_first(m, loop, k);
    ExprId twos = x_fn2(n, FN_mul, l.term[half].atom, x_index(n, r->by)), both = x_fn2(n, FN_add, twos, l.term[rest].atom);
    r->first = x_fn2(n, FN_sub, e, both);
    return !x_uses_axis(n, r->first, loop->axis);
}

static bool row_to(Emit *m, const LoopNode *loop, ExprId e, int64_t count, Row *r) {
    *r = (Row){.first = at_first(m, loop, e), .odd = NO_EXPR};
    return walks_by_twos(m, loop, e, count, &r->by) || by_twos_anywhere(m, loop, e, r);
}

static void row_place(Emit *m, const char *function, const char *name, const Row *r, Str *out) {
    const char *call = arena_printf(m->arena, "%s%s", function, r->odd == NO_EXPR ? "" : "_at");
    c_need(m, arena_printf(m->arena, "%s.h", call));
    str_addf(out, "%s(", call);
    place(m, name, r->first, out);
    str_addf(out, ", %lld, ", (long long)r->by);
    if (r->odd == NO_EXPR) return;
    c_expr(m, r->odd, 0, out);
    str_add(out, ", ");
}

#define FEW 3 /* bytes that are widened one by one as quickly */

/* A loop that only widens bytes, in `s` its store: operands of the snippet that does it. */
typedef struct {
    const LoopNode *s;
    ExprId load, inside; /* inside: where there is something to load, or NO_EXPR: everywhere */
    int64_t less, count, step;
    Row to;
} Widened;

static bool widens(Emit *m, const LoopNode *loop, Widened *w) {
    Nest *n = m->n;
    const LoopNode *s = w->s = loop->body.n == 1 ? loop->body.at[0] : NULL;
    if (!s || loop->unroll || loop->parallel || s->combine != COMBINE_store || !target_sums_bytes(m->p->target)) return false;
    if (x_get(n, loop->lo)->kind != X_int || x_get(n, loop->hi)->kind != X_int) return false;
    w->count = x_get(n, loop->hi)->i - x_get(n, loop->lo)->i;
    bool set = s->kind == LOOP_set && s->nindex == 1;
    if ((!set && s->kind != LOOP_store) || w->count < FEW) return false;
    ExprId value = s->value;
    const Expr *v = x_get(n, value);
    w->inside = NO_EXPR;
    if (v->kind == X_fn && v->id == FN_select) {
        const Expr *otherwise = x_get(n, x_arg(n, value, 2));
        w->inside = x_arg(n, value, 0);
        if (x_uses_axis(n, w->inside, loop->axis) || otherwise->kind != X_int || otherwise->i != 0) return false;
        value = x_arg(n, value, 1);
    }
    return widened_byte(n, value, &w->load, &w->less) && x_coefficient(n, x_load_offset(n, w->load), loop->axis, &w->step) && w->step > 0 &&
           row_to(m, loop, set ? s->index[0] : s->offset, w->count, &w->to) && (w->step == 1 || (w->to.by == 2 && w->to.odd == NO_EXPR));
}

bool c_widen(Emit *m, const LoopNode *loop, int depth, Str *out) {
    Widened w;
    if (!widens(m, loop, &w)) return false;
    const char *type = dtype_info[x_get(m->n, w.load)->dtype].name;
    const char *name = w.s->kind == LOOP_set ? c_var_name(m, w.s->var) : c_buffer_name(m, w.s->buf);
    c_indent(out, depth);
    if (w.inside != NO_EXPR) {
        str_add(out, "if (");
        c_expr(m, w.inside, 0, out);
        str_add(out, ")\n");
        c_indent(out, depth + 1);
    }
    row_place(m, arena_printf(m->arena, w.step == 1 ? "widen_%s" : "gather_%s", type), name, &w.to, out);
    place(m, c_buffer_name(m, x_get(m->n, w.load)->id), at_first(m, loop, x_load_offset(m->n, w.load)), out);
    if (w.step != 1) next_number(m, w.step, out);
    next_number(m, w.count, out);
    next_number(m, w.less, out);
    str_add(out, ");\n");
    if (w.inside == NO_EXPR) return true;
    c_indent(out, depth);
    str_add(out, "else\n");
    c_indent(out, depth + 1);
    row_place(m, "clear_i16", name, &w.to, out);
    c_index_number(m, w.count, 0, out);
    str_add(out, ");\n");
    return true;
}

/* ---- results ---- */

/* Made of integers and constants alone, so that it is a number. */
static bool is_number(const Nest *n, ExprId e) {
    const Expr *x = x_get(n, e);
    if (x->kind == X_cast && dtype_is_int((DType)x_get(n, x_arg(n, e, 0))->dtype)) return true;
    if (x->kind == X_load) return n->buf.at[x->id].kind == BUF_const || dtype_is_int((DType)x->dtype);
    if (x->kind == X_real) return isfinite(x->f);
    if (x->kind != X_fn) return x->kind == X_int;
    if (x->id == FN_div && x_get(n, x_arg(n, e, 1))->kind != X_real) return false;
    if (x->id > FN_div && x->id != FN_min && x->id != FN_max && x->id != FN_neg) return false;
    for (int i = 0; i < x->narg; i++)
        if (!is_number(n, x_arg(n, e, i))) return false;
    return true;
}

/* e = f(a, c) with a constant c. */
static bool with_number(const Nest *n, ExprId e, Fn f, ExprId *a, double *c) {
    const Expr *x = x_get(n, e);
    if (x->kind != X_fn || x->id != (uint32_t)f || x->dtype != DT_f32 || x_get(n, x_arg(n, e, 1))->kind != X_real) return false;
    *a = x_arg(n, e, 0);
    *c = x_get(n, x_arg(n, e, 1))->f;
    return true;
}

bool c_round_clip(Emit *m, ExprId e, Str *out) {
    const Nest *n = m->n;
    DType t = (DType)x_get(n, e)->dtype;
    double lo = dtype_lowest(t), hi = dtype_largest(t), low, high, plus = 0;
    ExprId a = x_arg(n, e, 0);
    if ((t != DT_i8 && t != DT_u8) || !target_sums_bytes(m->p->target) || x_get(n, a)->dtype != DT_f32) return false;
    if (with_number(n, a, FN_min, &a, &high)) hi = fmin(hi, high);
    if (with_number(n, a, FN_max, &a, &low)) lo = fmax(lo, low);
    with_number(n, a, FN_add, &a, &plus);
    const Expr *x = x_get(n, a);
    if (x->kind != X_fn || x->id != FN_rint || x->dtype != DT_f32 || fabs(plus) > 65536 || plus != rint(plus)) return false;
    if (lo != rint(lo) || hi != rint(hi) || lo > hi || !is_number(n, x_arg(n, a, 0))) return false;
    c_need(m, "round_clip.h");
    str_addf(out, "(%s)round_clip(", emit_c_type(t));
    c_expr(m, x_arg(n, a, 0), 0, out);
    next_number(m, (int64_t)plus, out);
    str_addf(out, ", %.0f, %.0f)", lo, hi);
    return true;
}
