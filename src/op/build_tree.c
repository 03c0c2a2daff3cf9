/* Decision trees as tables: every row walks every tree for as many steps as the deepest one has, and the leaves it ends
 * in are added up. A place below the number of nodes is a node, the others are leaves, where a walk stays. */
#include "op/build.h"

enum { X, ROOTS, FEATURES, VALUES, YES, NO, WEIGHTS, TARGETS, MODES, MISSING };
enum { LEQ, LT, GTE, GT, EQ, NEQ, MODES_END };
static const char *const mode_name[MODES_END] = {"LEQ", "LT", "GTE", "GT", "EQ", "NEQ"};
static const Fn mode_fn[MODES_END] = {FN_le, FN_lt, FN_ge, FN_gt, FN_eq, FN_ne};

typedef struct {
    const NestBuild *b;
    const Attr_TreeEnsemble *a;
    Nest *n;
    DType type; /* computed in */
    int64_t rows, trees, nodes, leaves, entries;
    BufId at; /* [rows, trees] */
} Trees;

static AxisId axis(const Trees *t, const char *name, int64_t extent, AxisKind kind) {
    return nest_axis(t->n, name, extent, kind);
}

static ExprId load1(const Trees *t, int operand, ExprId i) {
    return x_load(t->n, bd_in(t->b, (unsigned)operand), &i);
}

/* Whether the walk goes on at `yes`: the node's comparison, or a missing value that the node takes for true. */
static ExprId decision(const Trees *t, ExprId row, ExprId node) {
    Nest *n = t->n;
    ExprId at[2] = {row, x_to_index(n, load1(t, FEATURES, node))};
    ExprId x = x_cast(n, t->type, x_load(n, bd_in(t->b, X), at)), v = x_cast(n, t->type, load1(t, VALUES, node)), yes;
    if (bd_in(t->b, MODES) == NO_BUF) {
        int m = 0;
        while (m + 1 < MODES_END && strcmp(t->a->mode, mode_name[m])) m++;
        yes = x_fn2(n, mode_fn[m], x, v);
    } else {
        ExprId mode = x_to_index(n, load1(t, MODES, node));
        yes = x_fn2(n, mode_fn[MODES_END - 1], x, v);
        for (int m = MODES_END - 2; m >= 0; m--)
            yes = x_select(n, x_fn2(n, FN_eq, mode, x_index(n, m)), x_fn2(n, mode_fn[m], x, v), yes);
    }
    if (bd_in(t->b, MISSING) == NO_BUF) return yes;
    ExprId nan = x_fn2(n, FN_ne, x, x), kept = x_cast(n, DT_bool, load1(t, MISSING, node));
    return x_fn2(n, FN_or, yes, x_fn2(n, FN_and, nan, kept));
}

static void walk(Trees *t) {
    Nest *n = t->n;
    int64_t dim[2] = {t->rows, t->trees};
    t->at = bd_local(t->b, "at", DT_i32, 2, dim);
    AxisId first[2] = {axis(t, "n", t->rows, AXIS_spatial), axis(t, "t", t->trees, AXIS_spatial)};
    bd_store(t->b, t->at, 2, first, x_cast(n, DT_i32, load1(t, ROOTS, x_axis(n, first[1]))));
    AxisId axes[3] = {axis(t, "n", t->rows, AXIS_spatial), axis(t, "t", t->trees, AXIS_spatial),
                      axis(t, "step", t->a->depth, AXIS_serial)};
    ExprId here[2] = {x_axis(n, axes[0]), x_axis(n, axes[1])};
    ExprId place = x_load(n, t->at, here), node = x_to_index(n, place);
    ExprId next = x_select(n, decision(t, here[0], node), x_cast(n, DT_i32, load1(t, YES, node)),
                           x_cast(n, DT_i32, load1(t, NO, node)));
    ExprId moved = x_select(n, x_fn2(n, FN_lt, place, x_int(n, DT_i32, t->nodes)), next, place);
    bd_store_at(t->b, t->at, 3, axes, here, moved);
}

/* The leaf where row i ended in tree k; within the table even if `depth` were too small. */
static ExprId leaf_of(const Trees *t, ExprId i, ExprId k) {
    ExprId at[2] = {i, k};
    ExprId leaf = bd_plus(t->b, x_to_index(t->n, x_load(t->n, t->at, at)), -t->nodes);
    return bd_clamp(t->b, leaf, 0, t->leaves - 1);
}

static ExprId weight(const Trees *t, ExprId leaf, ExprId e) {
    ExprId at[2] = {leaf, e};
    return x_cast(t->n, t->type, x_load(t->n, bd_in(t->b, WEIGHTS), at));
}

/* A target that no leaf names has no least and no largest weight: 0. */
static ExprId or_zero(const Trees *t, Combine c, ExprId v) {
    if (c == COMBINE_sum) return v;
    ExprId none = x_fn2(t->n, FN_eq, v, x_neutral(t->n, c, t->type));
    return x_select(t->n, none, x_real(t->n, t->type, 0), v);
}

/* Each leaf has one weight a target. */
static void gather_all(const Trees *t, Combine c, BufId y) {
    AxisId axes[2] = {axis(t, "n", t->rows, AXIS_spatial), axis(t, "c", t->a->n_targets, AXIS_spatial)};
    AxisId k = axis(t, "k", t->trees, AXIS_reduce);
    ExprId leaf = leaf_of(t, x_axis(t->n, axes[0]), x_axis(t->n, k));
    ExprId v = x_reduce(t->n, c, weight(t, leaf, x_axis(t->n, axes[1])), NO_EXPR, 1, &k);
    bd_store(t->b, y, 2, axes, or_zero(t, c, v));
}

/* Each leaf has a few weights and says whose they are. */
static void scatter_each(const Trees *t, Combine c, BufId y) {
    Nest *n = t->n;
    AxisId first[2] = {axis(t, "n", t->rows, AXIS_spatial), axis(t, "c", t->a->n_targets, AXIS_spatial)};
    bd_store(t->b, y, 2, first, x_neutral(n, c, t->type));
    AxisId axes[3] = {axis(t, "n", t->rows, AXIS_spatial), axis(t, "t", t->trees, AXIS_serial),
                      axis(t, "e", t->entries, AXIS_serial)};
    ExprId i = x_axis(n, axes[0]), e = x_axis(n, axes[2]), leaf = leaf_of(t, i, x_axis(n, axes[1]));
    ExprId at[2] = {leaf, e};
    ExprId target = x_to_index(n, x_load(n, bd_in(t->b, TARGETS), at));
    ExprId to[2] = {i, bd_clamp(t->b, target, 0, t->a->n_targets - 1)};
    bd_store_at(t->b, y, 3, axes, to, weight(t, leaf, e))->combine = c;
    if (c == COMBINE_sum) return;
    AxisId last[2] = {axis(t, "n", t->rows, AXIS_spatial), axis(t, "c", t->a->n_targets, AXIS_spatial)};
    ExprId here[2] = {x_axis(n, last[0]), x_axis(n, last[1])};
    bd_store(t->b, y, 2, last, or_zero(t, c, x_load(n, y, here)));
}

bool build_TreeEnsemble(NestBuild *b) {
    const Attr_TreeEnsemble *a = bd_attr(b);
    Trees t = {.b = b, .a = a, .n = b->nest, .type = bd_buf(b, bd_in(b, X))->dtype};
    BufId y = bd_out(b, 0);
    t.rows = bd_buf(b, bd_in(b, X))->dim[0];
    t.trees = bd_buf(b, bd_in(b, ROOTS))->dim[0];
    t.nodes = bd_buf(b, bd_in(b, FEATURES))->dim[0];
    t.leaves = bd_buf(b, bd_in(b, WEIGHTS))->dim[0];
    t.entries = bd_buf(b, bd_in(b, WEIGHTS))->dim[1];
    Combine c = !strcmp(a->aggregate_function, "MIN")   ? COMBINE_min
                : !strcmp(a->aggregate_function, "MAX") ? COMBINE_max
                                                        : COMBINE_sum;
    walk(&t);
    if (bd_in(b, TARGETS) == NO_BUF)
        gather_all(&t, c, y);
    else
        scatter_each(&t, c, y);
    return true;
}

/* The first of equal keys counts, and NaN is found as NaN. */
bool build_LabelEncoder(NestBuild *b) {
    Nest *n = b->nest;
    BufId x = bd_in(b, 0), keys = bd_in(b, 1), values = bd_in(b, 2), y = bd_out(b, 0);
    int rank = bd_buf(b, x)->rank;
    int64_t count = bd_buf(b, keys)->dim[0];
    AxisId axes[MAX_RANK], again[MAX_RANK];
    ExprId at[MAX_RANK];
    bd_axes(b, x, axes, at);
    AxisId k = nest_axis(n, "k", count, AXIS_reduce);
    ExprId ke = x_axis(n, k), mine = bd_load(b, x, at), key = bd_load(b, keys, &ke), same = x_fn2(n, FN_eq, key, mine);
    if (dtype_is_float((DType)x_get(n, mine)->dtype))
        same = x_fn2(n, FN_or, same, x_fn2(n, FN_and, x_fn2(n, FN_ne, mine, mine), x_fn2(n, FN_ne, key, key)));
    ExprId found = x_select(n, same, x_cast(n, DT_i32, ke), x_int(n, DT_i32, count));
    BufId first = bd_local(b, "first", DT_i32, rank, bd_buf(b, x)->dim);
    bd_store(b, first, rank, axes, x_reduce(n, COMBINE_min, found, NO_EXPR, 1, &k));
    bd_axes(b, x, again, at);
    ExprId place = bd_clamp(b, x_to_index(n, x_load(n, first, at)), 0, count);
    bd_store(b, y, rank, again, x_load(n, values, &place));
    return true;
}
