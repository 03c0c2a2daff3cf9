/* How our operators are written as ONNX ones: what is an attribute here and an operand there. */
#include "base/size.h"
#include "import/onnx/write.h"
#include <math.h>

static const Value *operand(const WriteNode *n, unsigned i) { return &n->w->g->value.at[n->node->in[i]]; }

static bool same_count(const Graph *g, Dim a, DimX b) {
    DimX d = dimx_sub(g->sym, dimx(a), b);
    return !dimx_bad(d) && d.is_number && d.number == 0;
}

/* 0 copies the operand's dimension, one -1 stands for what is left. */
static bool write_reshape(WriteNode *n) {
    const Dims *to = &((const Attr_ShapeTo *)n->attr)->shape;
    const Shape *x = &operand(n, 0)->shape;
    int64_t list[MAX_RANK];
    int unknown = 0, zeros = 0, copies = 0;
    for (uint32_t i = 0; i < to->n; i++) {
        list[i] = to->at[i];
        zeros += list[i] == 0;
        if (dim_known(to->at[i])) continue;
        bool copy = (int)i < x->rank && x->dim[i] == to->at[i];
        list[i] = copy ? 0 : -1;
        copies += copy;
        unknown += !copy;
    }
    if (unknown > 1 || (zeros && (copies || unknown)))
        return wn_error(n, "shape", "more than one dimension is not known, ONNX can infer one");
    if (zeros) {
        AttributeProto *a = wn_attribute(n, "allowzero", ONNX_INT);
        a->has_i = true, a->i = 1;
    }
    wn_ints(n, "shape", to->n, list, 1);
    return true;
}

static bool write_expand(WriteNode *n) {
    const Dims *to = &((const Attr_ShapeTo *)n->attr)->shape;
    const Shape *x = &operand(n, 0)->shape;
    int64_t list[MAX_RANK];
    for (uint32_t i = 0; i < to->n; i++) {
        int at = (int)i - ((int)to->n - x->rank);
        list[i] = to->at[i];
        if (dim_known(to->at[i])) continue;
        if (at < 0 || x->dim[at] != to->at[i]) return wn_error(n, "shape", "a dimension is not known");
        list[i] = 1;
    }
    wn_ints(n, "shape", to->n, list, 1);
    return true;
}

static bool write_slice(WriteNode *n) {
    const Attr_Slice *a = n->attr;
    const Shape *x = &operand(n, 0)->shape;
    int64_t start[MAX_RANK], end[MAX_RANK], axis[MAX_RANK], step[MAX_RANK];
    uint32_t k = 0;
    for (uint32_t i = 0; i < a->steps.n; i++) {
        Dim from = a->starts.at[i], count = a->counts.at[i];
        int64_t by = a->steps.at[i], last;
        if (from == 0 && by == 1 && count == x->dim[i]) continue;
        bool known = dim_known(from) && dim_known(count);
        bool to_end = dim_known(from) && by == 1 &&
                      same_count(n->w->g, count, dimx_sub(n->w->g->sym, dimx(x->dim[i]), dimx(from)));
        if (!known && !to_end) return wn_error(n, "starts", "what is cut out depends on a dimension that is not known");
        axis[k] = i, start[k] = from, step[k] = by, end[k] = INT64_MAX;
        if (known) {
            if (!size_mul(count ? count - 1 : 0, by, &last) || !size_add(last, from, &last))
                return wn_error(n, "starts", "a position overflows");
            end[k] = !count ? from : by > 0 ? last + 1 : last > 0 ? last - 1 : INT64_MIN + 1;
        }
        k++;
    }
    wn_ints(n, "starts", k, start, 1);
    wn_ints(n, "ends", k, end, 1);
    wn_ints(n, "axes", k, axis, 1);
    wn_ints(n, "steps", k, step, 1);
    return true;
}

static bool write_split(WriteNode *n) {
    const Dims *s = &((const Attr_Split *)n->attr)->split;
    int64_t *list = arena_array_of(n->w->arena, s->n + 1, int64_t);
    bool known = true, equal = true;
    for (uint32_t i = 0; i < s->n; i++) {
        list[i] = s->at[i];
        known = known && dim_known(s->at[i]);
        equal = equal && s->at[i] == s->at[0];
    }
    if (!known && !equal) return wn_error(n, "split", "the parts are not known");
    if (known) {
        wn_ints(n, "split", s->n, list, 1);
    } else {
        AttributeProto *a = wn_attribute(n, "num_outputs", ONNX_INT);
        a->has_i = true, a->i = s->n;
    }
    return true;
}

static bool write_pad(WriteNode *n) {
    const Ints *pads = &((const Attr_Pad *)n->attr)->pads;
    const char *value = n->node->nin > 1 ? n->p->input[1] : NULL;
    n->p->n_input = 1;
    wn_ints(n, "pads", pads->n, pads->at, 1);
    if (value) wn_operand(n, value);
    return true;
}

static bool write_tile(WriteNode *n) {
    const Ints *r = &((const Attr_Tile *)n->attr)->repeats;
    wn_ints(n, "repeats", r->n, r->at, 1);
    return true;
}

static bool write_reduce(WriteNode *n) {
    const Ints *axes = &((const Attr_Reduce *)n->attr)->axes;
    wn_ints(n, "axes", axes->n, axes->at, 1);
    if (axes->n) return true;
    AttributeProto *a = wn_attribute(n, "noop_with_empty_axes", ONNX_INT);
    a->has_i = true, a->i = 1;
    return true;
}

static bool write_cumulative(WriteNode *n) {
    wn_scalar_int(n, "axis", ((const Attr_CumSum *)n->attr)->axis);
    return true;
}

static bool write_trilu(WriteNode *n) {
    wn_scalar_int(n, "k", ((const Attr_Trilu *)n->attr)->k);
    return true;
}

static bool write_top_k(WriteNode *n) {
    wn_ints(n, "k", 1, &((const Attr_TopK *)n->attr)->k, 1);
    return true;
}

static bool write_one_hot(WriteNode *n) {
    const char *values = n->p->input[1];
    n->p->n_input = 1;
    wn_scalar_int(n, "depth", ((const Attr_OneHot *)n->attr)->depth);
    wn_operand(n, values);
    return true;
}

/* Scales where they lead to the sizes, otherwise the sizes. */
static bool write_resize(WriteNode *n) {
    const Attr_Resize *a = n->attr;
    const Shape *x = &operand(n, 0)->shape;
    if (!strcmp(a->nearest_mode, "simple")) return wn_error(n, "nearest_mode", "this mode is no longer one of ONNX");
    bool by_scale = a->scales.n > 0;
    int64_t sizes[MAX_RANK];
    for (uint32_t i = 0; i < a->sizes.n; i++) {
        sizes[i] = a->sizes.at[i];
        if (by_scale && dim_known(x->dim[i]) && dim_known(sizes[i]))
            by_scale = floor((double)x->dim[i] * a->scales.at[i]) == (double)sizes[i];
    }
    for (uint32_t i = 0; i < a->sizes.n && !by_scale; i++)
        if (!dim_known(sizes[i])) return wn_error(n, "sizes", "a dimension is not known");
    if (a->roi.n)
        wn_floats(n, "roi", a->roi.n, a->roi.at);
    else
        wn_operand(n, "");
    if (by_scale) {
        wn_floats(n, "scales", a->scales.n, a->scales.at);
    } else {
        wn_operand(n, "");
        wn_ints(n, "sizes", a->sizes.n, sizes, 1);
    }
    return true;
}

static void raise_version(WriteNode *n, int64_t opset) {
    if (n->w->opset < opset) n->w->opset = opset;
}

/* Signed integers came late. */
static bool write_bit_shift(WriteNode *n) {
    if (dtype_info[operand(n, 0)->dtype].cls == 'i') raise_version(n, 28);
    return true;
}

/* The mode came late. */
static bool write_space_to_depth(WriteNode *n) {
    const char *mode = ((const Attr_BlockSize *)n->attr)->mode;
    if (!strcmp(mode, "DCR")) return true;
    AttributeProto *a = wn_attribute(n, "mode", ONNX_STRING);
    a->has_s = true;
    a->s = (ProtobufCBinaryData){strlen(mode), (uint8_t *)arena_strdup(n->w->arena, mode)};
    raise_version(n, 28);
    return true;
}

static bool write_celu(WriteNode *n) {
    if (operand(n, 0)->dtype != DT_f32) raise_version(n, 28);
    return true;
}

/* Attributes that came late are written where they say something. */
static bool write_cast(WriteNode *n) {
    const Attr_Cast *c = n->attr;
    AttributeProto *a;
    if (!c->saturate) {
        a = wn_attribute(n, "saturate", ONNX_INT);
        a->has_i = true, a->i = 0;
    }
    if (c->to != DT_f8e8m0 || !strcmp(c->round_mode, "up")) return true;
    a = wn_attribute(n, "round_mode", ONNX_STRING);
    a->has_s = true;
    a->s = (ProtobufCBinaryData){strlen(c->round_mode), (uint8_t *)arena_strdup(n->w->arena, c->round_mode)};
    return true;
}

static void write_type(WriteNode *n, const char *name, DType t) {
    raise_version(n, 23);
    AttributeProto *a = wn_attribute(n, name, ONNX_INT);
    a->has_i = true, a->i = onnx_dtype_number(t);
}

static bool write_quantize(WriteNode *n) {
    const Attr_Quantize *q = n->attr;
    DType scale = operand(n, 1)->dtype;
    if (q->precision == DT_f64 && scale == DT_i32) return true; /* what its absence means */
    if (q->precision != scale) write_type(n, "precision", q->precision);
    return true;
}

static bool write_dequantize(WriteNode *n) {
    const Attr_Dequantize *d = n->attr;
    if (d->output_dtype != operand(n, 1)->dtype) write_type(n, "output_dtype", d->output_dtype);
    return true;
}

/* No clipping is an absent attribute, not 0. */
static bool write_rnn(WriteNode *n) {
    const Attr_Rnn *r = n->attr;
    double clip = r->clip;
    size_t words = 0;
    for (const char *p = r->activations; *p; p += *p == ',') {
        size_t length = strcspn(p, ",");
        AttributeProto *a = words ? n->p->attribute[n->p->n_attribute - 1] : wn_attribute(n, "activations", ONNX_STRINGS);
        if (!words) a->strings = arena_array_of(n->w->arena, strlen(r->activations) + 1, ProtobufCBinaryData);
        a->strings[words++] = (ProtobufCBinaryData){length, (uint8_t *)arena_strndup(n->w->arena, p, length)};
        a->n_strings = words;
        p += length;
    }
    if (clip > 0) {
        AttributeProto *a = wn_attribute(n, "clip", ONNX_FLOAT);
        a->has_f = true, a->f = (float)clip;
    }
    return true;
}

/* The second output of a MaxPool of which nobody wants the first. */
static bool write_indices(WriteNode *n) {
    char **out = arena_array_of(n->w->arena, 2, char *);
    out[0] = arena_printf(n->w->arena, "%s.max", n->p->output[0]);
    out[1] = n->p->output[0];
    n->p->output = out, n->p->n_output = 2, n->p->n_input = 1;
    return true;
}

/* ONNX leaves the generator to who runs the model. */
static bool write_random(WriteNode *n) {
    return diag_error(n->w->diag, node_loc(n->w->g, n->id, NULL), NULL,
                      "the numbers of this generator cannot be asked for in ONNX");
}

static bool write_affine_grid(WriteNode *n) {
    const Dims *size = &((const Attr_AffineGrid *)n->attr)->size;
    int64_t list[MAX_RANK] = {operand(n, 0)->shape.dim[0], 1};
    for (uint32_t i = 0; i < size->n; i++) list[i + 2] = size->at[i];
    for (uint32_t i = 0; i < size->n + 2; i++)
        if (!dim_known(list[i])) return wn_error(n, "size", "a dimension is not known");
    wn_ints(n, "size", size->n + 2, list, 1);
    return true;
}

static bool write_col2im(WriteNode *n) {
    const Attr_Col2Im *a = n->attr;
    wn_ints(n, "image_shape", a->image_shape.n, a->image_shape.at, 1);
    wn_ints(n, "block_shape", a->block_shape.n, a->block_shape.at, 1);
    return true;
}

static bool write_dft(WriteNode *n) {
    const Attr_DFT *a = n->attr;
    wn_scalar_int(n, "dft_length", a->dft_length);
    wn_scalar_int(n, "axis", a->axis);
    return true;
}

static bool write_stft(WriteNode *n) {
    const Attr_STFT *a = n->attr;
    const char *window = n->node->nin > 1 ? n->p->input[1] : "";
    n->p->n_input = 1;
    wn_scalar_int(n, "frame_step", a->frame_step);
    wn_operand(n, window);
    wn_scalar_int(n, "frame_length", a->frame_length);
    return true;
}

static void write_ints(WriteNode *n, const char *name, size_t count, const int64_t *v) {
    AttributeProto *a = wn_attribute(n, name, ONNX_INTS);
    a->n_ints = count, a->ints = arena_copy(n->w->arena, v, count * sizeof *v);
}

/* Any kernel and strides that lead to the shape. */
static bool write_max_unpool(WriteNode *n) {
    const Attr_MaxUnpool *a = n->attr;
    const Shape *x = &operand(n, 0)->shape;
    int64_t kernel[MAX_RANK];
    for (int i = 2; i < x->rank; i++) {
        if (!dim_known(x->dim[i])) return wn_error(n, "shape", "a dimension is not known");
        kernel[i - 2] = a->shape.at[i] - x->dim[i] + 1;
        if (kernel[i - 2] < 1) return wn_error(n, "shape", "it is smaller than the operand");
    }
    write_ints(n, "kernel_shape", (size_t)x->rank - 2, kernel);
    wn_ints(n, "output_shape", a->output_shape.n, a->output_shape.at, 1);
    return true;
}

static bool write_deform_sample(WriteNode *n) {
    return wn_error(n, NULL, "it is a part of DeformConv, which was taken apart");
}

/* The count is ours. */
static bool write_sized(WriteNode *n) {
    if (n->p->n_output == op_info[n->node->op].out_max) n->p->n_output--;
    while (n->p->n_output > 1 && !n->p->output[n->p->n_output - 1][0]) n->p->n_output--;
    return true;
}

/* What comes from other domains, as tables of our own. */
static bool write_strings(WriteNode *n) { return wn_error(n, NULL, "it is a part of an operator on strings, which was taken apart"); }
static bool write_no_such(WriteNode *n) { return wn_error(n, NULL, "the standard has no such operator"); }

#define REDUCE(op) {OP_##op, 0, NULL, "axes", NULL, NULL, write_reduce}
static const WriteRow rows[] = {
    {OP_Reshape, 0, NULL, "shape", NULL, NULL, write_reshape},
    {OP_Expand, 0, NULL, "shape", NULL, NULL, write_expand},
    {OP_ConstantOfShape, 0, "Expand", "shape", NULL, NULL, write_expand},
    {OP_Slice, 0, NULL, "starts steps counts", NULL, NULL, write_slice},
    {OP_Split, 0, NULL, "split", NULL, NULL, write_split},
    {OP_Pad, 0, NULL, "pads", NULL, NULL, write_pad},
    {OP_Tile, 0, NULL, "repeats", NULL, NULL, write_tile},
    REDUCE(ReduceSum), REDUCE(ReduceMean), REDUCE(ReduceMax), REDUCE(ReduceMin), REDUCE(ReduceProd), REDUCE(ReduceL1),
    REDUCE(ReduceL2), REDUCE(ReduceLogSum), REDUCE(ReduceSumSquare), REDUCE(ReduceLogSumExp),
    {OP_CumSum, 0, NULL, "axis", NULL, NULL, write_cumulative},
    {OP_CumProd, 26, NULL, "axis", NULL, NULL, write_cumulative},
    {OP_Trilu, 0, NULL, "k", NULL, NULL, write_trilu},
    {OP_TopK, 0, NULL, "k", NULL, NULL, write_top_k},
    {OP_OneHot, 0, NULL, "depth", NULL, NULL, write_one_hot},
    {OP_Resize, 0, NULL, "sizes scales roi", NULL, NULL, write_resize},
    {OP_MaxPoolIndices, 0, "MaxPool", "count_include_pad p", NULL, NULL, write_indices},
    {OP_MaxPool, 0, NULL, "count_include_pad p", NULL, NULL, NULL},
    {OP_AveragePool, 0, NULL, "p storage_order", NULL, NULL, NULL},
    {OP_LpPool, 0, NULL, "count_include_pad storage_order", NULL, NULL, NULL},
    {OP_Einsum, 0, NULL, NULL, "mode", "equation", NULL},
    {OP_Gelu, 0, NULL, NULL, "mode", "approximate", NULL},
    {OP_BitShift, 0, NULL, NULL, "mode", "direction", write_bit_shift},
    {OP_Cast, 0, NULL, "saturate round_mode", NULL, NULL, write_cast},
    {OP_BitCast, 26, NULL, NULL, NULL, NULL, NULL},
    {OP_QuantizeLinear, 0, NULL, "precision", NULL, NULL, write_quantize},
    {OP_DequantizeLinear, 0, NULL, "output_dtype", NULL, NULL, write_dequantize},
    {OP_Celu, 0, NULL, NULL, NULL, NULL, write_celu},
    {OP_Selu, 0, NULL, NULL, "beta", "gamma", NULL},
    {OP_SpaceToDepth, 0, NULL, "mode", NULL, NULL, write_space_to_depth},
    {OP_ScatterND, 0, NULL, "axis", NULL, NULL, NULL},
    {OP_MeanVarianceNormalization, 0, NULL, "keepdims", NULL, NULL, NULL},
    {OP_RandomUniform, 0, NULL, NULL, NULL, NULL, write_random},
    {OP_RandomNormal, 0, NULL, NULL, NULL, NULL, write_random},
    {OP_MersenneTwister, 0, NULL, NULL, NULL, NULL, write_random},
    {OP_RMSNormalization, 23, NULL, NULL, NULL, NULL, NULL},
    {OP_Swish, 24, NULL, NULL, NULL, NULL, NULL},
    {OP_RNN, 0, NULL, "clip linear_before_reset input_forget activations", NULL, NULL, write_rnn},
    {OP_GRU, 0, NULL, "clip input_forget activations", NULL, NULL, write_rnn},
    {OP_LSTM, 0, NULL, "clip linear_before_reset activations", NULL, NULL, write_rnn},
    {OP_AffineGrid, 0, NULL, "size", NULL, NULL, write_affine_grid},
    {OP_Col2Im, 0, NULL, "image_shape block_shape", NULL, NULL, write_col2im},
    {OP_DFT, 0, NULL, "axis dft_length", NULL, NULL, write_dft},
    {OP_STFT, 0, NULL, "frame_step frame_length", NULL, NULL, write_stft},
    {OP_MaxUnpool, 0, NULL, "shape output_shape", NULL, NULL, write_max_unpool},
    {OP_DeformSample, 0, NULL, NULL, NULL, NULL, write_deform_sample},
    {OP_TensorScatter, 24, NULL, NULL, NULL, NULL, NULL},
    {OP_NonZero, 0, NULL, "limit", NULL, NULL, write_sized},
    {OP_Compress, 0, NULL, "limit", NULL, NULL, write_sized},
    {OP_Unique, 0, NULL, "limit", NULL, NULL, write_sized},
    {OP_NonMaxSuppression, 0, NULL, "most limit", NULL, NULL, write_sized},
    {OP_If, 0, NULL, NULL, NULL, NULL, write_if},
    {OP_Loop, 0, NULL, "carried trips whole limited", NULL, NULL, write_loop},
    {OP_MatMulNBits, 0, NULL, NULL, NULL, NULL, write_no_such},
    {OP_TreeEnsemble, 0, NULL, NULL, NULL, NULL, write_no_such},
    {OP_LabelEncoder, 0, NULL, NULL, NULL, NULL, write_no_such},
    {OP_StringOf, 0, NULL, NULL, NULL, NULL, write_strings},
    {OP_StringConcat, 0, NULL, "room", NULL, NULL, write_strings},
    {OP_StringCase, 0, NULL, "case_change_action room", NULL, NULL, write_strings},
    {OP_StringSplit, 0, NULL, "maxsplit parts room", NULL, NULL, write_strings},
    {OP_RegexFullMatch, 0, NULL, NULL, NULL, NULL, write_strings},
    {OP_SquaredDistance, 0, NULL, NULL, NULL, NULL, write_no_such},
    {OP_PairwiseCoupling, 0, NULL, NULL, NULL, NULL, write_no_such},
    {OP_UnfoldTensor, 0, NULL, NULL, NULL, NULL, write_no_such},
};

const WriteRow *write_row(Op op) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].op == op) return &rows[i];
    return NULL;
}
