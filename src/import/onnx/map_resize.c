/* Resize and Upsample: where the output's samples lie is settled here, one entry a dimension. */
#include "base/size.h"
#include "import/onnx/maps.h"
#include <math.h>

typedef struct {
    Shape x;
    int rank;
    Ints axes; /* dimensions that the lists are about */
    Dim *sizes;
    double *scales;
    bool have_scales;
} Sides;

/* floor(size * scale); a symbol takes whole factors, or their reciprocals. */
static Dim scaled(OnnxNode *n, Dim size, double scale) {
    if (!(scale > 0) || scale > 1e9) {
        ox_error(n, "scales", NULL, "%g is out of range", scale);
        return DIM_BAD;
    }
    if (dim_known(size)) {
        double v = floor((double)size * scale);
        if (v < 9e15) return (Dim)v;
        ox_error(n, "scales", NULL, "%g makes a dimension too large", scale);
        return DIM_BAD;
    }
    SymTable *sym = n->g->sym;
    double inverse = 1 / scale;
    if (scale == floor(scale)) return ox_dim(n, "scales", dimx_mul(sym, dimx(size), dimx_number((int64_t)scale)));
    if (inverse == floor(inverse) && inverse < 1e9)
        return ox_dim(n, "scales", dimx_floordiv(sym, dimx(size), dimx_number((int64_t)inverse)));
    ox_error(n, "scales", "give the shape with --input-shape", "a dimension that is not known is resized by %g", scale);
    return DIM_BAD;
}

static bool sides_from_scales(OnnxNode *n, const Floats *scales, Sides *s) {
    if (scales->n != s->axes.n)
        return ox_error(n, "scales", NULL, "has %u entries for %u dimensions", scales->n, s->axes.n);
    for (uint32_t i = 0; i < scales->n; i++) {
        int64_t d = s->axes.at[i];
        s->scales[d] = scales->at[i];
        s->sizes[d] = scales->at[i] == 1 ? s->x.dim[d] : scaled(n, s->x.dim[d], scales->at[i]);
    }
    s->have_scales = true;
    return !n->bad;
}

/* Sizes that keep the aspect ratio: one scale for all named dimensions, the smallest or largest. */
static bool keep_aspect(OnnxNode *n, const char *policy, Sides *s) {
    double scale = 0;
    bool larger = !strcmp(policy, "not_larger");
    for (uint32_t i = 0; i < s->axes.n; i++) {
        Dim in = s->x.dim[s->axes.at[i]], out = s->sizes[s->axes.at[i]];
        if (!dim_known(in) || !dim_known(out) || !in)
            return ox_error(n, "keep_aspect_ratio_policy", "give the shape with --input-shape",
                            "the dimensions are not known");
        double one = (double)out / (double)in;
        if (!i || (larger ? one < scale : one > scale)) scale = one;
    }
    for (uint32_t i = 0; i < s->axes.n; i++) {
        int64_t d = s->axes.at[i];
        s->scales[d] = scale;
        s->sizes[d] = (Dim)floor(scale * (double)s->x.dim[d] + 0.5);
    }
    s->have_scales = true;
    return true;
}

static bool sides_from_sizes(OnnxNode *n, unsigned in, Sides *s) {
    int64_t count;
    const DimX *sizes = ox_contents(n, in, "sizes", &count);
    if (!sizes) return false;
    if (count != s->axes.n)
        return ox_error(n, "sizes", NULL, "has %lld entries for %u dimensions", (long long)count, s->axes.n);
    for (int64_t i = 0; i < count; i++) s->sizes[s->axes.at[i]] = ox_dim(n, "sizes", sizes[i]);
    if (n->bad) return false;
    const char *policy = ox_string(n, "keep_aspect_ratio_policy", "stretch");
    if (!ox_one_of(n, "keep_aspect_ratio_policy", policy,
                   (const char *const[]){"stretch", "not_larger", "not_smaller", NULL}))
        return false;
    return !strcmp(policy, "stretch") || keep_aspect(n, policy, s);
}

static bool sides_begin(OnnxNode *n, Sides *s) {
    *s = (Sides){.rank = ox_rank(n, 0), .x = ox_shape(n, ox_in(n, 0))};
    if (n->bad) return false;
    s->sizes = arena_array_of(n->r->arena, MAX_RANK, Dim);
    s->scales = arena_array_of(n->r->arena, MAX_RANK, double);
    int64_t all[MAX_RANK];
    for (int i = 0; i < s->rank; i++) {
        all[i] = i;
        s->sizes[i] = s->x.dim[i];
        s->scales[i] = 1;
    }
    s->axes = ox_list_of(n, (uint32_t)s->rank, all);
    Ints axes;
    if (!ox_ints(n, "axes", &axes)) return !n->bad;
    bool seen[MAX_RANK] = {0};
    int64_t *at = arena_array_of(n->r->arena, axes.n + 1, int64_t);
    for (uint32_t i = 0; i < axes.n; i++) {
        at[i] = axes.at[i];
        if (!ox_axis(n, "axes", &at[i], s->rank)) return false;
        if (seen[at[i]]) return ox_error(n, "axes", NULL, "axis %lld is named twice", (long long)at[i]);
        seen[at[i]] = true;
    }
    s->axes = (Ints){axes.n, at};
    return true;
}

static Attr_Resize *sides_attr(OnnxNode *n, const Sides *s) {
    Attr_Resize *a = ox_new(n, OP_Resize);
    a->sizes = (Dims){(uint32_t)s->rank, s->sizes};
    if (s->have_scales) a->scales = (Floats){(uint32_t)s->rank, s->scales};
    return a;
}

static bool region(OnnxNode *n, const Sides *s, Attr_Resize *a) {
    Floats given;
    if (!ox_reals(n, 1, "roi", &given)) return false;
    if (given.n != 2 * s->axes.n)
        return ox_error(n, "roi", NULL, "has %u entries, %u are needed", given.n, 2 * s->axes.n);
    double *roi = arena_array_of(n->r->arena, 2 * MAX_RANK, double);
    for (int i = 0; i < s->rank; i++) roi[i + s->rank] = 1;
    for (uint32_t i = 0; i < s->axes.n; i++) {
        roi[s->axes.at[i]] = given.at[i];
        roi[s->axes.at[i] + s->rank] = given.at[i + s->axes.n];
    }
    a->roi = (Floats){2 * (uint32_t)s->rank, roi};
    return true;
}

static bool empty_operand(const OnnxNode *n, unsigned i) {
    if (!ox_has(n, i)) return true;
    Shape s = ox_shape(n, n->in[i]);
    return shape_count(&s) == 0;
}

/* Upsample, and Resize before coordinate modes: out * in / size, rounded down for nearest (up where it shrinks). */
static bool resize_simple(OnnxNode *n, const Floats *scales) {
    Sides s;
    const char *mode = ox_string(n, "mode", "nearest");
    if (!strcmp(mode, "bilinear")) mode = "linear";
    if (!ox_one_of(n, "mode", mode, (const char *const[]){"nearest", "linear", NULL}) || !sides_begin(n, &s) ||
        !sides_from_scales(n, scales, &s))
        return false;
    Attr_Resize *a = sides_attr(n, &s);
    bool shrinks = false, grows = false;
    for (int i = 0; i < s.rank; i++) {
        shrinks = shrinks || s.scales[i] < 1;
        grows = grows || s.scales[i] > 1;
    }
    a->mode = mode;
    a->coordinate_transformation_mode = "asymmetric";
    a->nearest_mode = shrinks && grows ? "simple" : shrinks ? "ceil" : "floor";
    return ox_emit1(n, OP_Resize, n->in[0], a);
}

bool map_upsample(OnnxNode *n) {
    Floats scales;
    if (n->version < 7) { /* height and width alone */
        double *at = arena_array_of(n->r->arena, 4, double);
        at[0] = at[1] = 1, at[2] = ox_float(n, "height_scale", 0), at[3] = ox_float(n, "width_scale", 0);
        scales = (Floats){4, at};
        return ox_rank(n, 0) == 4 ? resize_simple(n, &scales) : n->bad ? false : ox_refuse(n, "a rank other than 4");
    }
    bool have = n->version < 9 ? ox_floats(n, "scales", &scales) : ox_reals(n, 1, "scales", &scales);
    if (!have) return n->bad ? false : ox_error(n, "scales", NULL, "the attribute is missing");
    return resize_simple(n, &scales);
}

bool map_resize(OnnxNode *n) {
    static const char *const modes[] = {"nearest", "linear", "cubic", NULL};
    Sides s;
    Floats scales;
    if (n->version < 11) return ox_reals(n, 1, "scales", &scales) && resize_simple(n, &scales);
    if (!sides_begin(n, &s)) return false;
    bool by_size = empty_operand(n, 2);
    if (by_size && empty_operand(n, 3)) return ox_error(n, "sizes", NULL, "neither scales nor sizes are given");
    if (by_size ? !sides_from_sizes(n, 3, &s)
                : !ox_reals(n, 2, "scales", &scales) || !sides_from_scales(n, &scales, &s))
        return false;
    Attr_Resize *a = sides_attr(n, &s);
    a->mode = ox_string(n, "mode", "nearest");
    a->coordinate_transformation_mode = ox_string(n, "coordinate_transformation_mode", "half_pixel");
    a->nearest_mode = ox_string(n, "nearest_mode", "round_prefer_floor");
    a->cubic_coeff_a = ox_float(n, "cubic_coeff_a", -0.75);
    a->extrapolation_value = ox_float(n, "extrapolation_value", 0);
    a->exclude_outside = ox_int(n, "exclude_outside", 0);
    a->antialias = ox_int(n, "antialias", 0);
    if (n->bad || !ox_one_of(n, "mode", a->mode, modes)) return false;
    if (!strcmp(a->coordinate_transformation_mode, "tf_crop_and_resize") && !region(n, &s, a)) return false;
    return ox_emit1(n, OP_Resize, n->in[0], a);
}
