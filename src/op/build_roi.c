/* RoiAlign: pooling over regions that are data. How much of the operand a bin covers is data as well:
 * loops over the most there can be, whose guards become their bounds. */
#include "op/build.h"

typedef struct {
    const NestBuild *b;
    Nest *n;
    DType type;
    double scale, offset;
    bool at_least_one;
    int64_t ratio;
} Roi;

/* One dimension of RoiAlign: its samples. */
typedef struct {
    const char *letter;
    int64_t size, bins, most;      /* most: samples of a bin that can lie inside the operand, and some beside it */
    BufId start, bin, grid, first; /* [r] where the region and the samples start, size of a bin, samples in one */
    BufId low, ahead;              /* [r,p,j] element below sample first+j, -1: outside; how far behind it */
} Line;

static ExprId real(const Roi *r, double v) {
    return x_real(r->n, r->type, v);
}
static ExprId fn2(const Roi *r, Fn f, ExprId x, ExprId y) {
    return x_fn2(r->n, f, x, y);
}
static ExprId whole(const Roi *r, Fn round, ExprId x) {
    return x_cast(r->n, DT_i32, x_fn1(r->n, round, x));
}

/* Column `at` of region r, in elements of the operand. */
static ExprId edge(const Roi *r, BufId rois, ExprId region, int64_t at) {
    ExprId index[2] = {region, x_index(r->n, at)};
    return fn2(r, FN_sub, fn2(r, FN_mul, bd_load(r->b, rois, index), real(r, r->scale)), real(r, r->offset));
}

static BufId per_region(const Roi *r, const char *what, const Line *l, DType t, int64_t regions, AxisId *axis,
                        ExprId *e) {
    *axis = nest_axis(r->n, "r", regions, AXIS_spatial);
    *e = x_axis(r->n, *axis);
    return bd_local(r->b, arena_printf(r->n->arena, "%s_%s", what, l->letter), t, 1, &regions);
}

/* start, bin, grid and first of every region; column: where rois holds the start, the end is two behind it. */
static void line_regions(const Roi *r, Line *l, int64_t column) {
    BufId rois = bd_in(r->b, 1);
    int64_t regions = bd_buf(r->b, rois)->dim[0];
    AxisId a;
    ExprId e;
    l->start = per_region(r, "start", l, r->type, regions, &a, &e);
    bd_store(r->b, l->start, 1, &a, edge(r, rois, e, column));
    l->bin = per_region(r, "bin", l, r->type, regions, &a, &e);
    ExprId size = fn2(r, FN_sub, edge(r, rois, e, column + 2), edge(r, rois, e, column));
    if (r->at_least_one) size = fn2(r, FN_max, size, real(r, 1));
    bd_store(r->b, l->bin, 1, &a, fn2(r, FN_div, size, real(r, (double)l->bins)));
    l->grid = per_region(r, "grid", l, DT_i32, regions, &a, &e);
    ExprId count = r->ratio > 0 ? x_int(r->n, DT_i32, r->ratio) : whole(r, FN_ceil, x_load(r->n, l->bin, &e));
    bd_store(r->b, l->grid, 1, &a, count);
}

/* Distance of neighbouring samples. */
static ExprId step(const Roi *r, const Line *l, ExprId region) {
    return fn2(r, FN_div, x_load(r->n, l->bin, &region), x_cast(r->n, r->type, x_load(r->n, l->grid, &region)));
}

/* Where bin p of a region starts. */
static ExprId bin_start(const Roi *r, const Line *l, ExprId region, ExprId p) {
    return fn2(r, FN_add, x_load(r->n, l->start, &region),
               fn2(r, FN_mul, x_cast(r->n, r->type, p), x_load(r->n, l->bin, &region)));
}

static void bin_axes(const Roi *r, const Line *l, int count, AxisId *axes, ExprId *at, int64_t *dim) {
    static const char *const name[] = {"r", "p", "j"};
    const int64_t extent[] = {bd_buf(r->b, bd_in(r->b, 1))->dim[0], l->bins, l->most};
    for (int i = 0; i < count; i++) {
        dim[i] = extent[i];
        axes[i] = nest_axis(r->n, name[i], dim[i], AXIS_spatial);
        at[i] = x_axis(r->n, axes[i]);
    }
}

/* first: a sample in front of the operand, so that `most` samples from it on reach behind the operand. */
static void line_samples(const Roi *r, Line *l) {
    AxisId axes[3];
    ExprId at[3];
    int64_t dim[3];
    bin_axes(r, l, 2, axes, at, dim);
    l->first = bd_local(r->b, arena_printf(r->n->arena, "first_%s", l->letter), DT_i32, 2, dim);
    ExprId skipped = fn2(r, FN_div, fn2(r, FN_sub, real(r, -2), bin_start(r, l, at[0], at[1])), step(r, l, at[0]));
    ExprId first = r->ratio > 0
                       ? x_int(r->n, DT_i32, 0)
                       : whole(r, FN_floor, fn2(r, FN_max, fn2(r, FN_min, skipped, real(r, 1 << 24)), real(r, 0)));
    bd_store(r->b, l->first, 2, axes, first);
    for (int ahead = 0; ahead < 2; ahead++) {
        bin_axes(r, l, 3, axes, at, dim);
        ExprId j = x_fn2(r->n, FN_add, x_to_index(r->n, x_load(r->n, l->first, at)), at[2]);
        ExprId middle = fn2(r, FN_add, x_cast(r->n, r->type, j), real(r, 0.5));
        ExprId y = fn2(r, FN_add, bin_start(r, l, at[0], at[1]),
                       fn2(r, FN_div, fn2(r, FN_mul, middle, x_load(r->n, l->bin, &at[0])),
                           x_cast(r->n, r->type, x_load(r->n, l->grid, &at[0]))));
        ExprId in = fn2(r, FN_and, fn2(r, FN_ge, y, real(r, -1)), fn2(r, FN_le, y, real(r, (double)l->size)));
        ExprId counts = x_fn2(r->n, FN_lt, j, x_to_index(r->n, x_load(r->n, l->grid, &at[0])));
        y = fn2(r, FN_max, y, real(r, 0));
        ExprId low = x_fn1(r->n, FN_floor, y), last = real(r, (double)(l->size - 1));
        const char *name = arena_printf(r->n->arena, "%s_%s", ahead ? "ahead" : "low", l->letter);
        if (ahead) {
            l->ahead = bd_local(r->b, name, r->type, 3, dim);
            bd_store(r->b, l->ahead, 3, axes,
                     x_select(r->n, fn2(r, FN_ge, low, last), real(r, 0), fn2(r, FN_sub, y, low)));
        } else {
            l->low = bd_local(r->b, name, DT_i32, 3, dim);
            ExprId i = x_cast(r->n, DT_i32, fn2(r, FN_min, low, last));
            bd_store(r->b, l->low, 3, axes,
                     x_select(r->n, x_fn2(r->n, FN_and, in, counts), i, x_int(r->n, DT_i32, -1)));
        }
    }
}

/* Samples of a bin that lie inside the operand. */
static ExprId inside(const Roi *r, const Line *l, ExprId region, ExprId p) {
    AxisId j = nest_axis(r->n, arena_printf(r->n->arena, "j%s", l->letter), l->most, AXIS_reduce);
    ExprId at[3] = {region, p, x_axis(r->n, j)};
    ExprId in = x_fn2(r->n, FN_ge, x_load(r->n, l->low, at), x_int(r->n, DT_i32, 0));
    return x_reduce(r->n, COMBINE_sum, x_cast(r->n, DT_i32, in), NO_EXPR, 1, &j);
}

/* The sample at (jh, jw): its four neighbours weighted, summed or the largest of them. */
static ExprId sample(const Roi *r, const Line *line, const ExprId at[4], ExprId jh, ExprId jw, bool largest) {
    Nest *n = r->n;
    BufId x = bd_in(r->b, 0), batch = bd_in(r->b, 2);
    ExprId h[3] = {at[0], at[1], jh}, w[3] = {at[0], at[2], jw}, sum = NO_EXPR;
    const ExprId *own[2] = {h, w};
    for (int corner = 0; corner < 4; corner++) {
        ExprId from[4] = {x_at(n, x_load(n, batch, &at[0]), bd_buf(r->b, x)->dim[0]), at[3]}, weight = NO_EXPR;
        for (int d = 0; d < 2; d++) {
            bool high = corner & (d ? 1 : 2);
            ExprId low = bd_clamp(r->b, x_to_index(n, x_load(n, line[d].low, own[d])), 0, line[d].size - 1);
            ExprId part = x_load(n, line[d].ahead, own[d]);
            if (!high) part = fn2(r, FN_sub, real(r, 1), part);
            from[d + 2] = high ? x_fn2(n, FN_min, bd_plus(r->b, low, 1), x_index(n, line[d].size - 1)) : low;
            weight = weight == NO_EXPR ? part : fn2(r, FN_mul, weight, part);
        }
        ExprId v = fn2(r, FN_mul, weight, bd_load(r->b, x, from));
        sum = sum == NO_EXPR ? v : fn2(r, largest ? FN_max : FN_add, sum, v);
    }
    return sum;
}

/* Samples outside the operand are 0; they are not walked. */
static ExprId aligned(const Roi *r, const Line *line, const ExprId at[4], bool largest, const BufId *count) {
    Nest *n = r->n;
    AxisId j[2];
    ExprId je[2], guard = x_int(n, DT_bool, 1), grid[2], in[2];
    for (int d = 0; d < 2; d++) {
        ExprId bin[3] = {at[0], at[d + 1]};
        j[d] = nest_axis(n, arena_printf(n->arena, "j%s", line[d].letter), line[d].most, AXIS_reduce);
        je[d] = bin[2] = x_axis(n, j[d]);
        grid[d] = x_to_index(n, x_load(n, line[d].grid, &at[0]));
        ExprId left = x_fn2(n, FN_sub, grid[d], x_to_index(n, x_load(n, line[d].first, bin)));
        guard = x_fn2(n, FN_and, guard, x_fn2(n, FN_lt, je[d], left)); /* bounds of the loop */
        guard = x_fn2(n, FN_and, guard, x_fn2(n, FN_ge, x_load(n, line[d].low, bin), x_int(n, DT_i32, 0)));
        if (count) in[d] = x_load(n, count[d], bin);
    }
    ExprId v =
        x_reduce(n, largest ? COMBINE_max : COMBINE_sum, sample(r, line, at, je[0], je[1], largest), guard, 2, j);
    if (!largest) {
        ExprId all = fn2(r, FN_mul, x_cast(n, r->type, grid[0]), x_cast(n, r->type, grid[1]));
        return fn2(r, FN_div, v, fn2(r, FN_max, all, real(r, 1)));
    }
    ExprId every = x_int(n, DT_bool, 1);
    for (int d = 0; d < 2; d++) {
        every = x_fn2(n, FN_and, every, x_fn2(n, FN_gt, grid[d], x_index(n, 0)));
        every = x_fn2(n, FN_and, every, x_fn2(n, FN_eq, x_to_index(n, in[d]), grid[d]));
    }
    return x_select(n, every, v, fn2(r, FN_max, v, real(r, 0)));
}

bool build_RoiAlign(NestBuild *b) {
    const Attr_RoiAlign *a = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Nest *n = b->nest;
    bool half = !strcmp(a->coordinate_transformation_mode, "half_pixel"), largest = !strcmp(a->mode, "max");
    Roi r = {b, n, bd_compute(bd_buf(b, x)->dtype), a->spatial_scale, half ? 0.5 : 0, !half, a->sampling_ratio};
    Line line[2] = {{.letter = "h"}, {.letter = "w"}};
    BufId count[2];
    if (!bd_rank(b, x, 4) || !bd_rank(b, y, 4) || !bd_rank(b, bd_in(b, 1), 2)) return false;
    for (int d = 0; d < 2; d++) {
        Line *l = &line[d];
        l->size = bd_buf(b, x)->dim[d + 2];
        l->bins = bd_buf(b, y)->dim[d + 2];
        l->most = r.ratio > 0 ? r.ratio : 2 * l->size + 10; /* samples are more than half an element apart */
        line_regions(&r, l, 1 - d);
        line_samples(&r, l);
        if (!largest) continue;
        AxisId axes[2];
        ExprId at[2];
        int64_t dim[2];
        bin_axes(&r, l, 2, axes, at, dim);
        count[d] = bd_local(b, arena_printf(n->arena, "inside_%s", l->letter), DT_i32, 2, dim);
        bd_store(b, count[d], 2, axes, inside(&r, l, at[0], at[1]));
    }
    static const char *const name[] = {"r", "p", "q", "c"};
    AxisId axes[4];
    ExprId at[4];
    for (int i = 0; i < 4; i++) {
        axes[i] = nest_axis(n, name[i], bd_buf(b, y)->dim[i == 0 ? 0 : i == 3 ? 1 : i + 1], AXIS_spatial);
        at[i] = x_axis(n, axes[i]);
    }
    ExprId to[4] = {at[0], at[3], at[1], at[2]};
    bd_store_at(b, y, 4, axes, to, aligned(&r, line, at, largest, largest ? count : NULL));
    return true;
}
