/* Resize: the source positions and weights of every resized dimension are computed here, in double, and become
 * tables; formulas of the coordinate modes are those of the ONNX operator's specification. */
#include "op/build.h"
#include <math.h>

#define MAX_TABLE (INT64_C(1) << 26) /* entries */

typedef struct {
    const NestBuild *b;
    const Attr_Resize *r;
    int64_t in, out;
    double scale, start, end; /* of the region of interest, 0 and 1 the whole operand */
    int taps;
    int64_t *first; /* [out] source position of tap 0; first + taps <= in */
    double *weight; /* [out][taps] */
    bool *inside;   /* [out] false: the extrapolation value */
    bool crop;
} Side;

static bool is(const char *a, const char *b) {
    return !strcmp(a, b);
}

/* Where output position o lies in the operand. */
static double source(const Side *s, int64_t o) {
    const char *mode = s->r->coordinate_transformation_mode;
    double x = (double)o, in = (double)s->in, length = s->scale * in;
    if (is(mode, "align_corners")) return length == 1 ? 0 : x * (in - 1) / (length - 1);
    if (is(mode, "asymmetric")) return x / s->scale;
    if (is(mode, "tf_half_pixel_for_nn")) return (x + 0.5) / s->scale;
    if (is(mode, "tf_crop_and_resize")) {
        double span = (s->end - s->start) * (in - 1);
        return s->start * (in - 1) + (length == 1 ? span / 2 : x * span / (length - 1));
    }
    if (is(mode, "pytorch_half_pixel") && length == 1) return -0.5;
    double half = (x + 0.5) / s->scale - 0.5;
    if (is(mode, "half_pixel_symmetric")) half += in / 2 * (1 - (double)s->out / length);
    return half;
}

static double nearest(const Side *s, double x) {
    const char *mode = s->r->nearest_mode;
    double low = floor(x), ratio = x - low;
    if (is(mode, "simple")) mode = s->scale < 1 ? "ceil" : "floor"; /* before there were modes */
    if (ratio == 0 || is(mode, "floor")) return low;
    if (is(mode, "ceil")) return low + 1;
    return low + (is(mode, "round_prefer_ceil") ? ratio >= 0.5 : ratio > 0.5);
}

static double kernel(const Side *s, double distance) {
    double x = fabs(distance), a = s->r->cubic_coeff_a;
    if (is(s->r->mode, "linear")) return x < 1 ? 1 - x : 0;
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}

static int64_t clamp(double v, int64_t lo, int64_t hi) {
    return v <= (double)lo || isnan(v) ? lo : v >= (double)hi ? hi : (int64_t)v;
}

/* Half the width of the filter in operand elements: stretched when antialiased and shrinking. */
static double stretch(const Side *s) {
    return s->r->antialias && s->scale < 1 ? s->scale : 1;
}
static double support(const Side *s) {
    return (is(s->r->mode, "linear") ? 1 : 2) / stretch(s);
}

/* Weights of one output position; what lies outside the operand is its edge, or nothing with exclude_outside. */
static void fill_row(Side *s, int64_t o) {
    double x = source(s, o), reach = support(s), sum = 0, squeeze = stretch(s);
    double *w = s->weight + o * s->taps;
    s->inside[o] = !s->crop || (x >= 0 && x <= (double)(s->in - 1));
    x = fmin(fmax(x, -reach - 1), (double)s->in + reach);
    double lo = floor(x - reach) + 1, hi = ceil(x + reach) - 1;
    s->first[o] = clamp(lo, 0, s->in - s->taps);
    for (double i = lo; i <= hi; i++) {
        bool outside = i < 0 || i > (double)(s->in - 1);
        double v = outside && s->r->exclude_outside ? 0 : kernel(s, (i - x) * squeeze);
        w[clamp(i, 0, s->in - 1) - s->first[o]] += v;
        sum += v;
    }
    for (int t = 0; t < s->taps && sum != 0 && (s->r->exclude_outside || s->r->antialias); t++) w[t] /= sum;
}

static bool fill(Side *s) {
    Arena *a = s->b->nest->arena;
    bool near = is(s->r->mode, "nearest");
    double taps = near ? 1 : 2 * ceil(support(s));
    s->taps = taps > (double)s->in ? (int)s->in : (int)taps;
    int64_t entries;
    if (!near && support(s) > 8 * ((double)s->in + 1))
        return bd_error(s->b, "scales", "the filter is too wide for the operand");
    if (s->in > INT32_MAX || !size_mul(s->out, s->taps, &entries) || entries > MAX_TABLE)
        return bd_error(s->b, "sizes", "too large to be resized");
    s->first = arena_array_of(a, s->out, int64_t);
    s->inside = arena_array_of(a, s->out, bool);
    s->weight = arena_array_of(a, entries, double);
    for (int64_t o = 0; o < s->out; o++) {
        if (!near) {
            fill_row(s, o);
            continue;
        }
        double x = source(s, o);
        s->inside[o] = !s->crop || (x >= 0 && x <= (double)(s->in - 1));
        s->first[o] = clamp(nearest(s, x), 0, s->in - 1);
        s->weight[o] = 1;
    }
    return true;
}

/* Every row picks a single element: no weights are needed. */
static void drop_taps(Side *s) {
    for (int64_t o = 0; o < s->out; o++) {
        int ones = 0;
        for (int t = 0; t < s->taps; t++) {
            double w = s->weight[o * s->taps + t];
            if (w != 0 && w != 1) return;
            ones += w == 1;
        }
        if (ones != 1) return;
    }
    for (int64_t o = 0; o < s->out; o++) {
        int t = 0;
        while (s->weight[o * s->taps + t] == 0) t++;
        s->first[o] += t;
    }
    s->taps = 1;
}

/* first[o] as o / k or a * o + c where it is one. */
static ExprId closed_form(const Side *s, ExprId o) {
    if (s->out == 0) return o;
    int64_t k = s->out / s->in, c = s->first[0], a = s->out > 1 ? s->first[1] - c : 0;
    bool ratio = k > 0 && s->out % s->in == 0, affine = true;
    for (int64_t i = 0; i < s->out; i++) {
        ratio = ratio && s->first[i] == i / k;
        affine = affine && s->first[i] == a * i + c;
    }
    if (affine) return bd_plus(s->b, bd_times(s->b, o, a), c);
    return ratio ? bd_div(s->b, o, k) : NO_EXPR;
}

static ExprId table_load(const NestBuild *b, const char *axis, const char *what, DType t, int rank, const int64_t *dim,
                         const double *v, const ExprId *at) {
    Nest *n = b->nest;
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= dim[i];
    char *data = arena_array(n->arena, (size_t)count, (size_t)dtype_info[t].bytes);
    Tensor to = {.dtype = t, .data = data};
    for (int64_t i = 0; i < count; i++) tensor_set_float(&to, i, v[i]);
    BufId buf = nest_buffer(n, arena_printf(n->arena, "%s_%s", axis, what), BUF_table, t, rank, dim, UINT32_MAX);
    n->buf.at[buf].table = data;
    return x_load(n, buf, at);
}

static ExprId integers_load(const Side *s, const char *axis, const char *what, DType t, ExprId at) {
    double *v = arena_array_of(s->b->nest->arena, s->out, double);
    for (int64_t i = 0; i < s->out; i++) v[i] = t == DT_u8 ? (double)s->inside[i] : (double)s->first[i];
    return table_load(s->b, axis, what, t, 1, &s->out, v, &at);
}

static bool side(const NestBuild *b, int d, Side *s) {
    const Attr_Resize *r = bd_attr(b);
    int rank = bd_buf(b, bd_in(b, 0))->rank;
    *s = (Side){.b = b, .r = r, .in = bd_buf(b, bd_in(b, 0))->dim[d], .out = bd_buf(b, bd_out(b, 0))->dim[d], .end = 1};
    s->crop = is(r->coordinate_transformation_mode, "tf_crop_and_resize");
    if (s->in < 1) return s->out == 0 || bd_error(b, NULL, "dimension %d is empty", d);
    s->scale = (uint32_t)d < r->scales.n && r->scales.at[d] != 0 ? r->scales.at[d] : (double)s->out / (double)s->in;
    if (s->out > 0 && !(s->scale > 0 && isfinite(s->scale)))
        return bd_error(b, "scales", "entry %d is not positive", d);
    if (s->crop && r->roi.n == 2 * (uint32_t)rank) {
        s->start = r->roi.at[d];
        s->end = r->roi.at[d + rank];
    }
    bool whole = s->start == 0 && s->end == 1;
    if (s->out == 0 || (s->in == s->out && s->scale == 1 && whole)) return true; /* taps 0: passed through */
    if (!fill(s)) return false;
    drop_taps(s);
    return true;
}

static bool known_modes(const NestBuild *b) {
    static const char *const coordinates[] = {"half_pixel",           "half_pixel_symmetric", "pytorch_half_pixel",
                                              "align_corners",        "asymmetric",           "tf_crop_and_resize",
                                              "tf_half_pixel_for_nn"};
    const Attr_Resize *r = bd_attr(b);
    bool found = false;
    for (size_t i = 0; i < sizeof coordinates / sizeof *coordinates; i++)
        found |= is(coordinates[i], r->coordinate_transformation_mode);
    if (!found)
        return bd_error(b, "coordinate_transformation_mode", "'%s' is unknown", r->coordinate_transformation_mode);
    if (!is(r->mode, "nearest") && !is(r->mode, "linear") && !is(r->mode, "cubic"))
        return bd_error(b, "mode", "'%s' is none of nearest, linear, cubic", r->mode);
    return true;
}

bool build_Resize(NestBuild *b) {
    const Attr_Resize *r = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Nest *n = b->nest;
    int rank = bd_buf(b, y)->rank, nred = 0;
    AxisId axes[MAX_RANK], red[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], weight = NO_EXPR, inside = x_int(n, DT_bool, 1);
    if (!known_modes(b) || !bd_rank(b, x, rank)) return false;
    DType t = bd_compute(bd_buf(b, x)->dtype);
    if (!dtype_is_float(t)) t = DT_f64;
    bd_axes(b, y, axes, at);
    for (int d = 0; d < rank; d++) {
        Side s;
        const char *name = bd_axis_name(b, rank, d);
        if (!side(b, d, &s)) return false;
        from[d] = at[d];
        if (s.taps == 0) continue;
        from[d] = closed_form(&s, at[d]);
        if (from[d] == NO_EXPR) from[d] = x_to_index(n, integers_load(&s, name, "from", DT_i32, at[d]));
        if (s.taps > 1) {
            int64_t dim[2] = {s.out, s.taps};
            red[nred] = nest_axis(n, arena_printf(n->arena, "t%s", name), s.taps, AXIS_reduce);
            ExprId tap[2] = {at[d], x_axis(n, red[nred++])};
            from[d] = x_fn2(n, FN_add, from[d], tap[1]);
            ExprId w = table_load(b, name, "weight", t, 2, dim, s.weight, tap);
            weight = weight == NO_EXPR ? w : x_fn2(n, FN_mul, weight, w);
        }
        bool all = true;
        for (int64_t o = 0; o < s.out; o++) all &= s.inside[o];
        if (!all)
            inside = x_fn2(n, FN_and, inside, x_cast(n, DT_bool, integers_load(&s, name, "inside", DT_u8, at[d])));
    }
    ExprId v = bd_load(b, x, from);
    if (weight != NO_EXPR) v = x_reduce(n, COMBINE_sum, x_fn2(n, FN_mul, x_cast(n, t, v), weight), NO_EXPR, nred, red);
    if (weight != NO_EXPR && dtype_is_int(bd_buf(b, y)->dtype)) v = x_fn1(n, FN_rint, v); /* as the standard's reference does */
    ExprId other = x_number(n, (DType)x_get(n, v)->dtype, r->extrapolation_value);
    bd_store(b, y, rank, axes, x_select(n, inside, v, other));
    return true;
}
