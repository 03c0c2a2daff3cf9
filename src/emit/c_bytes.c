/* What kernels of bytes are written with where there are no vectors: pairs of products, rows that are widened, sums that
 * are scaled, rounded and clipped. */
#include "emit/c_number.h"
#include "emit/skel.h"
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

ExprId c_operand_place(Emit *m, ExprId x) { return x_get(m->n, x)->kind == X_var ? x_arg(m->n, x, 0) : x_load_offset(m->n, x); }

const char *c_operand_name(Emit *m, ExprId x) {
    return x_get(m->n, x)->kind == X_var ? c_var_name(m, x_get(m->n, x)->id) : c_buffer_name(m, x_get(m->n, x)->id);
}

bool c_walks_by_one(const Nest *n, ExprId e, AxisId a) {
    int64_t coef;
    return x_coefficient(n, e, a, &coef) && coef == 1;
}

/* What x reads where axes are what `zero` says. */
static void load_place(Emit *m, ExprId x, const ExprId *zero, Str *out) {
    place(m, c_operand_name(m, x), x_substitute(m->n, c_operand_place(m, x), zero), out);
}

/* x at `at`, as a place that the window's axes, which `inner` holds, and those of the tile have no part in and what these
 * add: a constant where they are written out, so that equal loads are seen to be equal. */
static void split_place(Emit *m, ExprId x, ExprId at, ExprId inner, const LoopNode *s, Str *out) {
    Nest *n = m->n;
    ExprId *zero = x_axis_table(n, m->arena, 0);
    for (AxisId a = 0; a < n->axis.n; a++) {
        bool inside = x_uses_axis(n, inner, a);
        for (int i = 0; i < s->nindex; i++) inside |= x_uses_axis(n, s->index[i], a);
        if (inside) zero[a] = x_index(n, 0);
    }
    ExprId outer = x_substitute(n, at, zero), rest = x_fn2(n, FN_sub, at, outer);
    place(m, c_operand_name(m, x), outer, out);
    str_add(out, " + ");
    c_expr(m, rest, P_MUL, out);
}

/* How far `at` moves where axis a, and b if there is one, go from 0 to 1; -1: not by a constant. */
static int64_t moves_by(Emit *m, ExprId at, AxisId a, AxisId b) {
    Nest *n = m->n;
    ExprId *zero = x_axis_table(n, m->arena, 0), *one = x_axis_table(n, m->arena, 0);
    zero[a] = x_index(n, 0), one[a] = x_index(n, 1);
    if (b != NO_AXIS) zero[b] = x_index(n, 0), one[b] = x_index(n, 1);
    const Expr *d = x_get(n, x_fn2(n, FN_sub, x_substitute(n, at, one), x_substitute(n, at, zero)));
    return d->kind == X_int ? d->i : -1;
}

/* The axis of the tile whose second point begins at the second of two neighbours; *by: from there to the next two. */
static AxisId row_axis(Emit *m, const LoopNode *s, ExprId at_x, ExprId at_w, int64_t *by) {
    Nest *n = m->n;
    for (int i = 0; i < s->nindex; i++) {
        const Expr *tile = x_get(n, s->index[i]);
        if (tile->kind != X_axis || n->axis.at[tile->id].extent != 2 || x_uses_axis(n, at_w, tile->id)) continue;
        ExprId *zero = x_axis_table(n, m->arena, 0);
        zero[s->dot] = x_index(n, 0);
        *by = moves_by(m, at_x, tile->id, s->dot);
        if (moves_by(m, x_substitute(n, at_x, zero), tile->id, NO_AXIS) == 1 && *by > 0) return tile->id;
    }
    return NO_AXIS;
}

/* Numbers that are stored by twos, these *by apart: which one of its two a window begins at. NO_EXPR: always the first one, or
 * neighbours lie side by side wherever it begins. at: the place for the first of the two taps. */
static ExprId second_of_two(Emit *m, const LoopNode *s, ExprId at_x, ExprId at, int64_t *by) {
    Nest *n = m->n;
    int64_t place[3];
    for (int k = 0; k < 3; k++) {
        ExprId *to = x_axis_table(n, m->arena, 0);
        for (AxisId a = 0; a < n->axis.n; a++) to[a] = x_index(n, a == s->dot ? k : 0);
        const Expr *e = x_get(n, x_substitute(n, at_x, to));
        if (e->kind != X_int) return NO_EXPR;
        place[k] = e->i;
    }
    *by = place[2] - place[0];
    if (*by == 2) return NO_EXPR;
    ExprId odd = x_fn2(n, FN_mod, at, x_index(n, 2));
    return x_get(n, odd)->kind == X_int && x_get(n, odd)->i == 0 ? NO_EXPR : odd;
}

/* Products of two neighbours of x and of w. */
int c_twos(Emit *m, const LoopNode *s, const char *target, int depth, Str *out) {
    Nest *n = m->n;
    ExprId x, w, *zero = x_axis_table(n, m->arena, 0);
    if (!twos_operands(n, s->value, &x, &w)) return 0;
    ExprId at_w = c_operand_place(m, w), at_x = c_operand_place(m, x);
    int64_t by = 0;
    AxisId row = row_axis(m, s, at_x, at_w, &by);
    zero[s->dot] = x_index(n, 0);
    if (row != NO_AXIS) zero[row] = x_index(n, 0);
    ExprId at = x_substitute(n, at_x, zero), odd = row != NO_AXIS ? x_axis(n, row) : second_of_two(m, s, at_x, at, &by);
    if (row == NO_AXIS && odd != NO_EXPR) at = x_fn2(n, FN_sub, at, odd);
    c_need(m, odd != NO_EXPR ? "dot_i16_row.h" : "dot_i16.h");
    c_indent(out, depth);
    str_addf(out, "%s = dot_i16%s(%s, ", target, odd != NO_EXPR ? "_row" : "", target);
    split_place(m, x, at, at_w, s, out);
    str_add(out, ", ");
    if (odd != NO_EXPR) {
        c_index_number(m, by, 0, out);
        str_add(out, ", ");
    }
    load_place(m, w, zero, out);
    if (odd != NO_EXPR) { /* which of the two, and whether the second factor is known to be 0 */
        str_add(out, ", ");
        c_expr(m, odd, 0, out);
        str_add(out, ", ");
        if (s->lo == NO_EXPR)
            str_add(out, "1");
        else
            c_expr(m, x_substitute(n, s->lo, zero), 0, out);
    }
    str_add(out, ");\n");
    return 1;
}

/* How far x moves in a tile's sums from two points to the next two, 2 if that is no constant. */
static int64_t step_of_twos(Emit *m, const LoopNode *tile, ExprId x) {
    Nest *n = m->n;
    ExprId *zero = x_axis_table(n, m->arena, 0), *two = x_axis_table(n, m->arena, 0), at = c_operand_place(m, x);
    zero[tile->axis] = x_index(n, 0);
    two[tile->axis] = x_index(n, x_get(n, tile->hi)->i > 2 ? 2 : 0);
    const Expr *by = x_get(n, x_fn2(n, FN_sub, x_substitute(n, at, two), x_substitute(n, at, zero)));
    return by->kind == X_int ? by->i : 2;
}

/* Sums of a tile: products of its pixels' numbers and bytes of words that hold two points by two lanes. */
int c_tile(Emit *m, const LoopNode *s, int depth, Str *out) {
    Nest *n = m->n;
    ExprId x, w, *zero = x_axis_table(n, m->arena, 0);
    const LoopVar *v = &m->t->var.at[s->var];
    int64_t pixels = 1, lanes = v->ndim ? v->dim[v->ndim - 1] : 1, depth_of = x_get(n, s->hi)->i;
    if (!pair_operands(n, s->value, &x, &w)) return 0;
    for (int i = 0; i + 1 < v->ndim; i++) pixels *= v->dim[i];
    zero[s->axis] = x_index(n, 0);
    bool bytes = pair_points(n, x) == 4;
    const char *name = arena_printf(m->arena, "dot_%lldx%lld", (long long)pixels, (long long)lanes);
    if (bytes) name = arena_printf(m->arena, "dot_%sx%lld", dtype_info[x_get(n, x)->dtype].name, (long long)lanes);
    c_need(m, arena_printf(m->arena, "%s.h", name));
    c_indent(out, depth);
    if (bytes)
        str_addf(out, "%s(%s%s, ", name, v->ndim ? "" : "&", c_var_name(m, s->var));
    else if (v->ndim < 2) /* a row of lanes, or a single sum */
        str_addf(out, "%s((int32_t(*)[%lld])%s%s, ", name, (long long)lanes, v->ndim ? "" : "&", c_var_name(m, s->var));
    else
        str_addf(out, "%s(%s, ", name, c_var_name(m, s->var));
    if (s->offset == NO_EXPR)
        str_add(out, "NULL");
    else
        place(m, c_buffer_name(m, x_get(n, s->offset)->id), x_load_offset(n, s->offset), out);
    str_add(out, ", ");
    load_place(m, x, zero, out);
    if (!bytes) next_number(m, step_of_twos(m, s, x), out);
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

/* Along the loop e goes 0, 1, *by, *by + 1, 2 * *by .. from an even place: neighbours by twos. by 2: all side by side. */
static bool walks_by_twos(Emit *m, const LoopNode *loop, ExprId e, int64_t count, int64_t *by) {
    Nest *n = m->n;
    ExprId first = at_first(m, loop, e);
    *by = 2;
    if (c_walks_by_one(n, e, loop->axis)) return true;
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

/* Where a row goes: along the loop from `first` on, `by` from two to two (of what is gathered, from one to one); odd != NO_EXPR: from point `odd` of a place that lies
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

/* The loop walks e by one, or by two. */
static bool column_to(Emit *m, const LoopNode *loop, ExprId e, Row *r) {
    *r = (Row){.first = at_first(m, loop, e), .odd = NO_EXPR};
    return x_coefficient(m->n, e, loop->axis, &r->by) && (r->by == 1 || r->by == 2);
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
    ExprId first, last;  /* the iterations that do, as far as they tell it; NO_EXPR: from the beginning, to the end */
    int64_t less, count, step;
    Row to;
} Widened;

/* Condition c tells where the loop's iterations begin or end to have something to load: e + k / step >= number, or < number. */
static bool end_of(Emit *m, const LoopNode *loop, ExprId c, Widened *w) {
    Nest *n = m->n;
    const Expr x = *x_get(n, c);
    Linear l;
    ExprId moving = NO_EXPR;
    int64_t step = 1;
    if (x.kind != X_fn || (x.id != FN_lt && x.id != FN_ge) || x_get(n, x_arg(n, c, 1))->kind != X_int || !linear_of(n, x_arg(n, c, 0), &l)) return false;
    for (int i = 0; i < l.n; i++) {
        const Expr *atom = x_get(n, l.term[i].atom);
        if (!x_uses_axis(n, l.term[i].atom, loop->axis)) continue;
        if (moving != NO_EXPR || l.term[i].coef != 1) return false;
        moving = l.term[i].atom;
        if (atom->kind == X_axis) continue;
        const Expr *by = atom->kind == X_fn && atom->id == FN_div ? x_get(n, x_arg(n, moving, 1)) : NULL;
        if (!by || by->kind != X_int || by->i < 1 || x_get(n, x_arg(n, moving, 0))->kind != X_axis) return false;
        step = by->i;
    }
    ExprId *end = x.id == FN_lt ? &w->last : &w->first;
    if (moving == NO_EXPR || *end != NO_EXPR) return false;
    ExprId rest = x_fn2(n, FN_sub, x_arg(n, c, 0), moving);
    *end = x_fn2(n, FN_mul, x_fn2(n, FN_sub, x_arg(n, c, 1), rest), x_index(n, step));
    return true;
}

/* Cuts where there is something to load into what the loop has no part in and its first and last iteration. */
static bool split_inside(Emit *m, const LoopNode *loop, ExprId c, Widened *w) {
    Nest *n = m->n;
    const Expr x = *x_get(n, c);
    if (x.kind == X_fn && x.id == FN_and) return split_inside(m, loop, x_arg(n, c, 0), w) && split_inside(m, loop, x_arg(n, c, 1), w);
    if (x_uses_axis(n, c, loop->axis)) return x_get(n, loop->lo)->i == 0 && end_of(m, loop, c, w);
    w->inside = w->inside == NO_EXPR ? c : x_fn2(n, FN_and, w->inside, c);
    return true;
}

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
    w->inside = w->first = w->last = NO_EXPR;
    if (v->kind == X_fn && v->id == FN_select) {
        const Expr *otherwise = x_get(n, x_arg(n, value, 2));
        if (otherwise->kind != X_int || otherwise->i != 0 || !split_inside(m, loop, x_arg(n, value, 0), w)) return false;
        value = x_arg(n, value, 1);
    }
    return widened_byte(n, value, &w->load, &w->less) && x_coefficient(n, x_load_offset(n, w->load), loop->axis, &w->step) && w->step > 0 &&
           (w->step == 1 || (w->first == NO_EXPR && w->last == NO_EXPR)) && (w->step == 1 ? row_to(m, loop, set ? s->index[0] : s->offset, w->count, &w->to) : column_to(m, loop, set ? s->index[0] : s->offset, &w->to));
}

/* What widens the row: where only a part of it is there, with the iterations from which on and before which it is. */
static void widen_row(Emit *m, const LoopNode *loop, const Widened *w, const char *name, Str *out) {
    Nest *n = m->n;
    bool part = w->first != NO_EXPR || w->last != NO_EXPR;
    const char *type = dtype_info[x_get(n, w->load)->dtype].name;
    if (part) {
        const char *call = arena_printf(m->arena, "widen_%s_within", type);
        c_need(m, arena_printf(m->arena, "%s.h", call));
        str_addf(out, "%s(", call);
        place(m, name, w->to.first, out);
        next_number(m, w->to.by, out);
        str_add(out, ", ");
        c_expr(m, w->to.odd == NO_EXPR ? x_index(n, 0) : w->to.odd, 0, out);
        str_add(out, ", ");
    } else {
        row_place(m, arena_printf(m->arena, w->step == 1 ? "widen_%s" : "gather_%s", type), name, &w->to, out);
    }
    place(m, c_buffer_name(m, x_get(n, w->load)->id), at_first(m, loop, x_load_offset(n, w->load)), out);
    if (w->step != 1) next_number(m, w->step, out);
    next_number(m, w->count, out);
    next_number(m, w->less, out);
    if (part) {
        str_add(out, ", ");
        c_expr(m, w->first == NO_EXPR ? x_index(n, 0) : w->first, 0, out);
        str_add(out, ", ");
        c_expr(m, w->last == NO_EXPR ? x_index(n, w->count) : w->last, 0, out);
    }
    str_add(out, ");\n");
}

bool c_widen(Emit *m, const LoopNode *loop, int depth, Str *out) {
    Widened w;
    if (!widens(m, loop, &w)) return false;
    const char *name = w.s->kind == LOOP_set ? c_var_name(m, w.s->var) : c_buffer_name(m, w.s->buf);
    c_indent(out, depth);
    if (w.inside != NO_EXPR) {
        str_add(out, "if (");
        c_expr(m, w.inside, 0, out);
        str_add(out, ")\n");
        c_indent(out, depth + 1);
    }
    widen_row(m, loop, &w, name, out);
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

bool c_rounded(const Emit *m, ExprId e, Rounded *r) {
    const Nest *n = m->n;
    DType t = (DType)x_get(n, e)->dtype;
    double low, high;
    if (x_get(n, e)->kind != X_cast || (t != DT_i8 && t != DT_u8)) return false;
    ExprId a = x_arg(n, e, 0);
    *r = (Rounded){NO_EXPR, 0, dtype_lowest(t), dtype_largest(t)};
    if (x_get(n, a)->dtype != DT_f32) return false;
    if (with_number(n, a, FN_min, &a, &high)) r->hi = fmin(r->hi, high);
    if (with_number(n, a, FN_max, &a, &low)) r->lo = fmax(r->lo, low);
    with_number(n, a, FN_add, &a, &r->plus);
    const Expr *x = x_get(n, a);
    if (x->kind != X_fn || x->id != FN_rint || x->dtype != DT_f32 || fabs(r->plus) > 65536 || r->plus != rint(r->plus)) return false;
    r->v = x_arg(n, a, 0);
    return r->lo == rint(r->lo) && r->hi == rint(r->hi) && r->lo <= r->hi && is_number(n, r->v);
}

bool c_round_clip(Emit *m, ExprId e, Str *out) {
    Rounded r;
    if (!target_sums_bytes(m->p->target) || !c_rounded(m, e, &r)) return false;
    c_need(m, "round_clip.h");
    str_addf(out, "(%s)round_clip(", emit_c_type((DType)x_get(m->n, e)->dtype));
    c_expr(m, r.v, 0, out);
    next_number(m, (int64_t)r.plus, out);
    str_addf(out, ", %.0f, %.0f)", r.lo, r.hi);
    return true;
}

#define LARGEST_PLUS 16384 /* what is added to 16 bits */

bool c_store_rounded(Emit *m, const LoopNode *x, const char *name, ExprId offset, Str *out) {
    Rounded r;
    const char *type = dtype_info[x_get(m->n, x->value)->dtype].name, *f = arena_printf(m->arena, "%s_store_round_%s", c_vector_type(m), type);
    if (!skeleton(skeleton_of(m->arena, m->p->target, arena_printf(m->arena, "%s.h", f)))) return false;
    if (!c_rounded(m, x->value, &r) || fabs(r.plus) > LARGEST_PLUS) return false;
    c_need(m, arena_printf(m->arena, "%s.h", f));
    str_addf(out, "%s(", f);
    c_lanes_at(m, name, offset, out);
    str_add(out, ", ");
    c_vector(m, r.v, 0, out);
    str_addf(out, ", %.0f, %.0f, %.0f);\n", r.plus, r.lo, r.hi);
    return true;
}

/* v is an integer sum that a register holds, as a float, times a number. */
static bool scaled_sum(const Nest *n, ExprId v, ExprId *sum, ExprId *scale) {
    const Expr *x = x_get(n, v);
    if (x->kind != X_fn || x->id != FN_mul || x->dtype != DT_f32) return false;
    for (int i = 0; i < 2; i++) {
        const Expr *cast = x_get(n, x_arg(n, v, i));
        if (cast->kind != X_cast) continue;
        *sum = x_arg(n, x_arg(n, v, i), 0);
        *scale = x_arg(n, v, 1 - i);
        if (x_get(n, *sum)->kind == X_var && x_get(n, *sum)->dtype == DT_i32) return true;
    }
    return false;
}

bool c_round_two(Emit *m, const LoopNode *loop, int depth, Str *out) {
    Nest *n = m->n;
    Rounded r;
    ExprId sum, scale;
    const LoopNode *s = loop->body.n == 1 ? loop->body.at[0] : NULL;
    if (m->p->target->dot != 2 || !s || !loop->unroll || s->kind != LOOP_store || s->combine != COMBINE_store) return false;
    const Expr *lo = x_get(n, loop->lo), *hi = x_get(n, loop->hi);
    if (lo->kind != X_int || hi->kind != X_int || lo->i != 0 || hi->i != 2) return false;
    if (!c_rounded(m, s->value, &r) || !scaled_sum(n, r.v, &sum, &scale)) return false;
    ExprId *at[2] = {x_axis_table(n, m->arena, 0), x_axis_table(n, m->arena, 0)};
    for (int i = 0; i < 2; i++) at[i][loop->axis] = x_index(n, i);
    ExprId first = x_substitute(n, s->offset, at[0]), apart = x_fn2(n, FN_sub, x_substitute(n, s->offset, at[1]), first);
    if (x_get(n, apart)->kind != X_int) return false;
    const char *name = arena_printf(m->arena, "round_two_%s", dtype_info[x_get(n, s->value)->dtype].name);
    c_need(m, arena_printf(m->arena, "%s.h", name));
    c_indent(out, depth);
    str_addf(out, "%s(", name);
    place(m, c_buffer_name(m, s->buf), first, out);
    next_number(m, x_get(n, apart)->i, out);
    for (int i = 0; i < 4; i++) {
        str_add(out, ", ");
        c_expr(m, x_substitute(n, i < 2 ? sum : scale, at[i % 2]), 0, out);
    }
    next_number(m, (int64_t)r.plus, out);
    str_addf(out, ", %.0f, %.0f);\n", r.lo, r.hi);
    return true;
}

/* ---- all lanes of a tile ---- */

/* A loop over lanes, two at a time: sums of a tile in registers, then their bytes. */
typedef struct {
    const LoopNode *tile, *store;
    AxisId pixel, lane;
    ExprId x, w, scale;
    Rounded r;
} TileRow;

static bool from_zero(const Nest *n, const LoopNode *x) {
    return x->kind == LOOP_for && !x->parallel && x_get(n, x->lo)->kind == X_int && x_get(n, x->lo)->i == 0 && x_get(n, x->hi)->kind == X_int;
}

/* The loop holds nothing but the tile and the store of what it sums, over its pixels and two lanes. */
static bool tile_and_store(Emit *m, const LoopNode *loop, TileRow *row) {
    const Nest *n = m->n;
    if (loop->body.n != 3 || loop->unroll || !from_zero(n, loop)) return false;
    const LoopNode *acc = loop->body.at[0], *tile = row->tile = loop->body.at[1], *pixels = loop->body.at[2];
    if (acc->kind != LOOP_var || tile->kind != LOOP_tile || acc->var != tile->var || tile->offset == NO_EXPR || !from_zero(n, pixels)) return false;
    const LoopVar *v = &m->t->var.at[tile->var];
    const LoopNode *lanes = pixels->body.at[0], *store = row->store = pixels->body.n == 1 && from_zero(n, lanes) ? lanes->body.at[0] : NULL;
    if (!store || lanes->body.n != 1 || store->kind != LOOP_store || store->combine != COMBINE_store) return false;
    row->pixel = pixels->axis, row->lane = lanes->axis;
    return v->ndim == 2 && v->dim[0] > 1 && v->dim[0] == x_get(n, pixels->hi)->i && v->dim[1] == 2 && x_get(n, lanes->hi)->i == 2;
}

/* How far e moves with axis a; -1: not evenly, or down. */
static int64_t moves(const Nest *n, ExprId e, AxisId a) {
    int64_t coef = 0;
    if (!x_uses_axis(n, e, a)) return 0;
    return x_coefficient(n, e, a, &coef) && coef > 0 ? coef : -1;
}

static bool tile_row(Emit *m, const LoopNode *loop, TileRow *row) {
    Nest *n = m->n;
    AxisId a = loop->axis;
    ExprId sum;
    if (m->p->target->dot != 2 || !tile_and_store(m, loop, row)) return false;
    const LoopNode *tile = row->tile, *s = row->store;
    const DType t = (DType)x_get(n, s->value)->dtype;
    if (!pair_operands(n, tile->value, &row->x, &row->w) || pair_points(n, row->x) != 2 || !c_rounded(m, s->value, &row->r)) return false;
    if (row->r.lo != dtype_lowest(t) || row->r.hi != dtype_largest(t) || !scaled_sum(n, row->r.v, &sum, &row->scale)) return false;
    if (x_get(n, sum)->id != tile->var || x_get(n, row->scale)->kind != X_load) return false;
    if (x_arg(n, sum, 0) != x_axis(n, row->pixel) || x_arg(n, sum, 1) != x_axis(n, row->lane)) return false;
    ExprId scale = x_load_offset(n, row->scale), start = x_load_offset(n, tile->offset), at_x = c_operand_place(m, row->x);
    if (step_of_twos(m, tile, row->x) != 2 * m->t->var.at[tile->var].dim[0] || x_uses_axis(n, at_x, a)) return false;
    ExprId *zero = x_axis_table(n, m->arena, 0);
    zero[tile->axis] = x_index(n, 0);
    if (moves(n, scale, a) != 2 || moves(n, scale, row->lane) != 1 || x_uses_axis(n, scale, row->pixel) || moves(n, start, a) != 2) return false;
    return moves(n, s->offset, a) == 2 && moves(n, s->offset, row->lane) == 1 && moves(n, s->offset, row->pixel) > 0 &&
           moves(n, x_substitute(n, c_operand_place(m, row->w), zero), a) == 2 * x_get(n, tile->hi)->i;
}

bool c_tile_row(Emit *m, const LoopNode *loop, int depth, Str *out) {
    Nest *n = m->n;
    TileRow row;
    if (!tile_row(m, loop, &row)) return false;
    ExprId *zero = x_axis_table(n, m->arena, 0);
    zero[loop->axis] = zero[row.tile->axis] = zero[row.pixel] = zero[row.lane] = x_index(n, 0);
    const char *name = arena_printf(m->arena, "dot_%lldx2_%s", (long long)m->t->var.at[row.tile->var].dim[0], dtype_info[x_get(n, row.store->value)->dtype].name);
    c_need(m, arena_printf(m->arena, "%s.h", name));
    c_indent(out, depth);
    str_addf(out, "%s(", name);
    place(m, c_buffer_name(m, row.store->buf), x_substitute(n, row.store->offset, zero), out);
    next_number(m, moves(n, row.store->offset, row.pixel), out);
    next_number(m, 2 * x_get(n, loop->hi)->i, out);
    str_add(out, ", ");
    load_place(m, row.tile->offset, zero, out);
    str_add(out, ", ");
    load_place(m, row.scale, zero, out);
    str_add(out, ", ");
    load_place(m, row.x, zero, out);
    str_add(out, ", ");
    load_place(m, row.w, zero, out);
    next_number(m, x_get(n, row.tile->hi)->i, out);
    next_number(m, (int64_t)row.r.plus, out);
    str_add(out, ");\n");
    return true;
}
