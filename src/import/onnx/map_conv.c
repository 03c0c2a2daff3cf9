/* Convolutions, pooling and matrix products. Padding that is given in words becomes numbers here. */
#include "base/size.h"
#include "import/onnx/maps.h"
#include <math.h>

typedef struct {
    int spatial;
    Shape x;
    int64_t kernel[MAX_RANK], stride[MAX_RANK], dilation[MAX_RANK];
    Ints strides, dilations, pads;
} Window;

static bool window_list(OnnxNode *n, const char *name, int spatial, Ints *list, int64_t *at) {
    bool have = ox_ints(n, name, list) && list->n;
    if (n->bad) return false;
    if (have && list->n != (uint32_t)spatial)
        return ox_error(n, name, NULL, "has %u entries for %d spatial dimensions", list->n, spatial);
    for (int i = 0; i < spatial; i++) {
        at[i] = have ? list->at[i] : 1;
        if (at[i] < 1 || at[i] > INT32_MAX) return ox_error(n, name, NULL, "%lld is out of range", (long long)at[i]);
    }
    attr_set_ints(n->r->arena, list, (uint32_t)spatial, at);
    return true;
}

/* Strides, dilations and the kernel: from the weights' shape, or the attribute where w is NO_VALUE. */
static bool window_read(OnnxNode *n, ValueId w, Window *win) {
    int rank = ox_rank(n, 0);
    *win = (Window){.spatial = rank - 2, .x = ox_shape(n, ox_in(n, 0))};
    if (n->bad) return false;
    if (rank < 3) return ox_error(n, NULL, NULL, "operand 0 has rank %d, 3 or more are needed", rank);
    if (!window_list(n, "strides", win->spatial, &win->strides, win->stride) ||
        !window_list(n, "dilations", win->spatial, &win->dilations, win->dilation))
        return false;
    Ints kernel;
    bool given = ox_find(n, "kernel_shape") != NULL;
    if (given && !window_list(n, "kernel_shape", win->spatial, &kernel, win->kernel)) return false;
    if (w == NO_VALUE) return given || ox_error(n, "kernel_shape", NULL, "the attribute is missing");
    Shape ws = ox_shape(n, w);
    if (ws.rank != rank) return ox_error(n, NULL, NULL, "weights have rank %d, the operand %d", ws.rank, rank);
    for (int i = 0; i < win->spatial; i++) {
        Dim k = ws.dim[i + 2];
        if (!dim_known(k) || k > INT32_MAX) return ox_error(n, NULL, NULL, "the shape of the weights is not usable");
        if (given && win->kernel[i] != k)
            return ox_error(n, "kernel_shape", NULL, "is %lld in dimension %d, the weights have %lld",
                            (long long)win->kernel[i], i, (long long)k);
        win->kernel[i] = k;
    }
    return true;
}

/* SAME: ceil(in / stride) outputs; what that lacks is padded, the odd element at the end (UPPER) or begin (LOWER). */
static bool same_pads(OnnxNode *n, Window *w, bool upper) {
    int64_t pads[2 * MAX_RANK] = {0};
    for (int i = 0; i < w->spatial; i++) {
        Dim in = w->x.dim[i + 2];
        int64_t reach = (w->kernel[i] - 1) * w->dilation[i] + 1, total = reach - 1;
        if (w->stride[i] != 1) {
            if (!dim_known(in))
                return ox_error(n, "auto_pad", "give the shape with --input-shape",
                                "padding of dimension %d depends on its size, which is not known", i + 2);
            total = (ceil_div(in, w->stride[i]) - 1) * w->stride[i] + reach - in;
        }
        if (total < 0) total = 0;
        pads[i] = upper ? total / 2 : total - total / 2;
        pads[i + w->spatial] = total - pads[i];
    }
    attr_set_ints(n->r->arena, &w->pads, 2 * (uint32_t)w->spatial, pads);
    return true;
}

static const char *auto_pad(OnnxNode *n) {
    const char *mode = ox_string(n, "auto_pad", "NOTSET");
    ox_one_of(n, "auto_pad", mode, (const char *const[]){"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", NULL});
    return mode;
}

static bool window_pads(OnnxNode *n, Window *w) {
    const char *mode = auto_pad(n);
    if (n->bad) return false;
    if (!strncmp(mode, "SAME", 4)) return same_pads(n, w, !strcmp(mode, "SAME_UPPER"));
    w->pads = ox_list_of(n, 2 * (uint32_t)w->spatial, NULL);
    Ints given;
    if (strcmp(mode, "NOTSET") != 0 || !ox_ints(n, "pads", &given) || !given.n) return !n->bad;
    if (given.n != 2 * (uint32_t)w->spatial)
        return ox_error(n, "pads", NULL, "has %u entries for %d spatial dimensions", given.n, w->spatial);
    w->pads = given;
    return true;
}

Attr_Conv *ox_conv_attr(OnnxNode *n, ValueId w) {
    Window win;
    Attr_Conv *a = ox_new(n, OP_Conv);
    if (!window_read(n, w, &win) || !window_pads(n, &win)) return NULL;
    a->strides = win.strides, a->dilations = win.dilations, a->pads = win.pads;
    a->group = ox_int(n, "group", 1);
    return a;
}

bool map_conv(OnnxNode *n) {
    Attr_Conv *a = ox_conv_attr(n, ox_in(n, 1));
    return a && ox_emit(n, OP_Conv, n->nin, n->in, a);
}

/* Padding from the output's size: (in - 1) * stride + output_padding + reach - output, split over both ends. A
 * larger output than that needs is made by output_padding. */
static bool transpose_pads(OnnxNode *n, Window *w, const Ints *sizes, bool upper, int64_t *extra) {
    int64_t pads[2 * MAX_RANK] = {0};
    for (int i = 0; i < w->spatial; i++) {
        Dim in = w->x.dim[i + 2];
        int64_t reach = (w->kernel[i] - 1) * w->dilation[i] + 1, total;
        if (!sizes) { /* SAME: in * stride outputs */
            total = reach + extra[i] - w->stride[i];
        } else {
            int64_t out = sizes->at[sizes->n - (uint32_t)w->spatial + (uint32_t)i], span;
            if (!dim_known(in))
                return ox_error(n, "output_shape", "give the shape with --input-shape",
                                "padding of dimension %d depends on its size, which is not known", i + 2);
            if (out < 0 || !size_mul(in - 1, w->stride[i], &span) || !size_add(span, extra[i] + reach, &span) ||
                !size_sub(span, out, &total))
                return ox_error(n, "output_shape", NULL, "is out of range");
        }
        if (total < 0) {
            extra[i] -= total;
            total = 0;
        }
        pads[i] = upper ? total / 2 : total - total / 2;
        pads[i + w->spatial] = total - pads[i];
    }
    attr_set_ints(n->r->arena, &w->pads, 2 * (uint32_t)w->spatial, pads);
    return true;
}

bool map_conv_transpose(OnnxNode *n) {
    Window w;
    Ints sizes, more;
    int64_t extra[MAX_RANK] = {0};
    Attr_ConvTranspose *a = ox_new(n, OP_ConvTranspose);
    if (!window_read(n, ox_in(n, 1), &w)) return false;
    const char *mode = auto_pad(n);
    bool fixed = ox_ints(n, "output_shape", &sizes) && sizes.n;
    if (ox_ints(n, "output_padding", &more) && more.n) {
        if (more.n != (uint32_t)w.spatial)
            return ox_error(n, "output_padding", NULL, "has %u entries for %d spatial dimensions", more.n, w.spatial);
        for (int i = 0; i < w.spatial; i++) {
            if (more.at[i] < 0 || more.at[i] > INT32_MAX) return ox_error(n, "output_padding", NULL, "is out of range");
            extra[i] = more.at[i];
        }
    }
    if (n->bad) return false;
    if (fixed && sizes.n != (uint32_t)w.spatial && sizes.n != (uint32_t)w.spatial + 2)
        return ox_error(n, "output_shape", NULL, "has %u entries for %d spatial dimensions", sizes.n, w.spatial);
    bool same = !strncmp(mode, "SAME", 4);
    bool ok = fixed || same ? transpose_pads(n, &w, fixed ? &sizes : NULL, !strcmp(mode, "SAME_UPPER"), extra)
                            : window_pads(n, &w);
    if (!ok) return false;
    a->strides = w.strides, a->dilations = w.dilations, a->pads = w.pads;
    a->output_padding = ox_list_of(n, (uint32_t)w.spatial, extra);
    a->group = ox_int(n, "group", 1);
    return ox_emit(n, OP_ConvTranspose, n->nin, n->in, a);
}

/* The norm of LpPool: a float in version 1, an integer since. */
static int64_t norm_of(OnnxNode *n) {
    double p = n->version < 2 ? ox_float(n, "p", 2) : (double)ox_int(n, "p", 2);
    if (n->bad || (p >= 1 && p <= 1e6 && p == (double)(int64_t)p)) return (int64_t)p;
    ox_error(n, "p", NULL, "%g is no positive integer", p);
    return 2;
}

bool ox_pool_attr(OnnxNode *n, Attr_Pool *a) {
    Window w;
    if (!window_read(n, NO_VALUE, &w) || !window_pads(n, &w)) return false;
    attr_set_ints(n->r->arena, &a->kernel_shape, (uint32_t)w.spatial, w.kernel);
    a->strides = w.strides, a->dilations = w.dilations, a->pads = w.pads;
    a->count_include_pad = ox_int(n, "count_include_pad", 0);
    /* SAME and VALID say how many outputs there are */
    a->ceil_mode = strcmp(auto_pad(n), "NOTSET") ? 0 : ox_int(n, "ceil_mode", 0);
    if (n->row->op == OP_LpPool) a->p = norm_of(n);
    return !n->bad;
}

bool map_pool(OnnxNode *n) {
    Attr_Pool *a = ox_new(n, n->row->op);
    if (!ox_pool_attr(n, a)) return false;
    if (n->row->op != OP_MaxPool || !ox_wants(n, 1)) return ox_emit(n, n->row->op, n->nin, n->in, a);
    a->storage_order = ox_int(n, "storage_order", 0);
    Attr_Pool *same = ox_new(n, OP_MaxPoolIndices);
    *same = *a;
    if (!ox_emit_output(n, 0, OP_MaxPool, n->nin, n->in, a)) return false;
    ValueId y = ox_wants(n, 0) ? n->result[0] : ox_make1(n, OP_MaxPool, n->in[0], a);
    return ox_emit_output(n, 1, OP_MaxPoolIndices, 2, (ValueId[]){n->in[0], y}, same);
}

bool map_max_roi_pool(OnnxNode *n) {
    Attr_RoiPool *a = ox_new(n, OP_MaxRoiPool);
    ox_ints(n, "pooled_shape", &a->pooled_shape);
    a->spatial_scale = ox_float(n, "spatial_scale", 1);
    return ox_emit(n, OP_MaxRoiPool, n->nin, n->in, a);
}

/* Sizes of Pool's operand from those of its result. */
bool map_max_unpool(OnnxNode *n) {
    Window w;
    Ints given;
    Attr_MaxUnpool *a = ox_new(n, OP_MaxUnpool);
    if (!window_read(n, NO_VALUE, &w)) return false;
    w.pads = ox_list_of(n, 2 * (uint32_t)w.spatial, NULL);
    if (ox_ints(n, "pads", &given) && given.n) w.pads = given;
    if (n->bad) return false;
    if (w.pads.n != 2 * (uint32_t)w.spatial)
        return ox_error(n, "pads", NULL, "has %u entries for %d spatial dimensions", w.pads.n, w.spatial);
    int64_t shape[MAX_RANK];
    for (int d = 0; d < w.spatial + 2; d++) {
        int64_t less, more;
        if (!dim_known(w.x.dim[d]))
            return ox_error(n, NULL, "give the shape with --input-shape", "dimension %d of the operand is not known", d);
        shape[d] = w.x.dim[d];
        if (d < 2) continue;
        if (!size_mul(shape[d] - 1, w.stride[d - 2], &shape[d]) || !size_add(shape[d], w.kernel[d - 2], &shape[d]) ||
            !size_add(w.pads.at[d - 2], w.pads.at[d - 2 + w.spatial], &less) || !size_sub(shape[d], less, &more) || more < 0)
            return ox_error(n, "pads", NULL, "dimension %d of the result is out of range", d);
        shape[d] = more;
    }
    a->shape = a->output_shape = ox_list_of(n, (uint32_t)w.spatial + 2, shape);
    if (ox_has(n, 2) && !ox_numbers(n, 2, "output_shape", &a->output_shape)) return false;
    return ox_emit(n, OP_MaxUnpool, 2, n->in, a);
}

/* Samples at the offsets, as a matrix of the columns that each output is made of, times the weights. */
bool map_deform_conv(OnnxNode *n) {
    Window w;
    Attr_DeformSample *a = ox_new(n, OP_DeformSample);
    if (!ox_has(n, 1) || !ox_has(n, 2)) return ox_error(n, NULL, NULL, "operand %d is missing", ox_has(n, 1) ? 2 : 1);
    if (!window_read(n, n->in[1], &w) || !window_pads(n, &w)) return false;
    attr_set_ints(n->r->arena, &a->kernel_shape, (uint32_t)w.spatial, w.kernel);
    a->strides = w.strides, a->dilations = w.dilations, a->pads = w.pads;
    a->offset_group = ox_int(n, "offset_group", 1);
    int64_t group = ox_int(n, "group", 1);
    Shape weights = ox_shape(n, n->in[1]);
    ValueId col = ox_make(n, OP_DeformSample, 3, (ValueId[]){n->in[0], n->in[2], ox_in(n, 4)}, a);
    if (n->bad) return false;
    Shape c = ox_shape(n, col), y = {.rank = (int8_t)(w.spatial + 2), .dim = {c.dim[0], weights.dim[0]}};
    Dim oc = weights.dim[0], ic = weights.dim[1];
    if (!dim_known(oc) || !dim_known(ic) || group < 1 || oc % group || c.dim[1] % group || c.dim[1] / group != ic)
        return ox_error(n, "group", NULL, "%lld does not go with the channels of the operands", (long long)group);
    int64_t depth, points = 1;
    for (int d = 0; d < w.spatial; d++) {
        y.dim[d + 2] = c.dim[d + 3];
        if (!dim_known(y.dim[d + 2]) || !size_mul(points, y.dim[d + 2], &points))
            return ox_error(n, NULL, "give the shape with --input-shape", "dimension %d is not known, or too large", d + 2);
    }
    if (!size_mul(ic, c.dim[2], &depth)) return ox_error(n, NULL, NULL, "the weights are too large");
    Shape matrix = {3, {group, oc / group, depth}}, columns = {4, {c.dim[0], group, depth, points}}, line = {.rank = (int8_t)(w.spatial + 1), .dim = {oc}};
    for (int d = 0; d < w.spatial; d++) line.dim[d + 1] = 1;
    ValueId v = ox_make2(n, OP_MatMul, ox_reshape(n, n->in[1], &matrix), ox_reshape(n, col, &columns));
    if (!ox_has(n, 3)) return ox_emit_reshape(n, v, &y);
    return ox_emit2(n, OP_Add, ox_reshape(n, v, &y), ox_reshape(n, n->in[3], &line));
}

/* Reductions over all spatial dimensions. */
bool map_global_pool(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    bool lp = !strcmp(n->row->name, "GlobalLpPool");
    int64_t axes[MAX_RANK], p = lp ? norm_of(n) : 2;
    Op op = lp ? (p == 1 ? OP_ReduceL1 : OP_ReduceL2) : n->row->op;
    if (n->bad) return false;
    if (rank < 2) return ox_error(n, NULL, NULL, "operand 0 has rank %d, 2 or more are needed", rank);
    if (rank == 2) return ox_emit_value(n, 0, n->in[0]);
    for (int i = 2; i < rank; i++) axes[i - 2] = i;
    Attr_Reduce *a = ox_new(n, op);
    a->axes = ox_list_of(n, (uint32_t)(rank - 2), axes);
    if (!lp || p == 1 || p == 2) return ox_emit1(n, op, n->in[0], a);
    DType t = ox_dtype(n, n->in[0]);
    ValueId v = ox_make2(n, OP_Pow, ox_make1(n, OP_Abs, n->in[0], NULL), ox_scalar(n, t, (double)p));
    return ox_emit2(n, OP_Pow, ox_make1(n, OP_ReduceSum, v, a), ox_scalar(n, t, 1.0 / (double)p));
}

Attr_Gemm *ox_gemm_attr(OnnxNode *n) {
    Attr_Gemm *a = ox_new(n, OP_Gemm);
    a->alpha = ox_float(n, "alpha", 1);
    a->beta = ox_float(n, "beta", 1);
    a->transA = ox_int(n, "transA", 0) != 0;
    a->transB = ox_int(n, "transB", 0) != 0;
    return a;
}

bool map_gemm(OnnxNode *n) {
    Attr_Gemm *a = ox_gemm_attr(n);
    DType t = ox_dtype(n, ox_in(n, 0));
    if (!dtype_is_int(t) || (a->alpha == floor(a->alpha) && a->beta == floor(a->beta)))
        return ox_emit(n, OP_Gemm, n->nin, n->in, a);
    ValueId in[3]; /* integers times a fraction */
    Attr_Cast *back = ox_new(n, OP_Cast);
    for (unsigned i = 0; i < 3; i++) in[i] = ox_cast(n, ox_in(n, i), DT_f64);
    back->to = t;
    return ox_emit1(n, OP_Cast, ox_make(n, OP_Gemm, in[2] == NO_VALUE ? 2 : 3, in, a), back);
}

bool map_einsum(OnnxNode *n) {
    Attr_Mode *a = ox_new(n, OP_Einsum);
    a->mode = ox_string(n, "equation", "");
    return ox_emit(n, OP_Einsum, n->nin, n->in, a);
}
