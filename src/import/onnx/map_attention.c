/* Attention, rotary embedding and gated units: composed of smaller operators. */
#include "import/onnx/attention.h"
#include <math.h>

static ValueId slice_last(OnnxNode *n, ValueId v, int64_t start, int64_t count, int64_t step) {
    return ox_slice(n, v, ox_shape(n, v).rank - 1, start, count, step);
}

static ValueId concat(OnnxNode *n, ValueId a, ValueId b, int64_t axis) {
    return ox_join(n, 2, (ValueId[]){a, b}, axis);
}

typedef struct {
    DType t, outer;  /* computed in float32 at least, told in the operands' type */
    ValueId q, k, v; /* [batch, heads, length, size] */
    ValueId allowed; /* bool, which keys a query attends, or NO_VALUE */
    ValueId past_length; /* i64 [batch,1,1,1], or NO_VALUE: the number `past` */
    int64_t past;
    bool flat, guard; /* a row may be masked altogether */
} Attention;

/* [batch, length, heads * size] -> [batch, heads, length, size] */
static ValueId with_heads(OnnxNode *n, unsigned in, const char *attr) {
    ValueId v = ox_in(n, in);
    int rank = ox_rank(n, in);
    Shape s = ox_shape(n, v);
    int64_t heads = ox_int(n, attr, 0);
    if (n->bad || rank == 4) return v;
    if (rank != 3 || heads < 1 || !dim_known(s.dim[2]) || s.dim[2] % heads) {
        ox_error(n, attr, NULL, "%lld heads do not fit operand %u", (long long)heads, in);
        return NO_VALUE;
    }
    Shape split = {.rank = 4, .dim = {s.dim[0], s.dim[1], heads, s.dim[2] / heads}};
    return ox_transpose(n, ox_reshape(n, v, &split), 4, (const int64_t[]){0, 2, 1, 3});
}

ValueId onnx_repeat_heads(OnnxNode *n, ValueId v, int64_t heads) {
    Shape s = ox_shape(n, v);
    if (n->bad || s.dim[1] == heads) return v;
    if (!dim_known(s.dim[1]) || !s.dim[1] || heads % s.dim[1]) {
        ox_error(n, "kv_num_heads", NULL, "%lld heads of queries cannot share %lld", (long long)heads,
                 (long long)s.dim[1]);
        return NO_VALUE;
    }
    Shape one = {.rank = 5, .dim = {s.dim[0], s.dim[1], 1, s.dim[2], s.dim[3]}}, all = s;
    Attr_ShapeTo *to = ox_new(n, OP_Expand);
    Dim *dims = arena_array_of(n->r->arena, MAX_RANK, Dim);
    memcpy(dims, one.dim, sizeof one.dim);
    dims[2] = heads / s.dim[1];
    to->shape = (Dims){5, dims};
    all.dim[1] = heads;
    return ox_reshape(n, ox_make1(n, OP_Expand, ox_reshape(n, v, &one), to), &all);
}

static bool attention_operands(OnnxNode *n, Attention *a) {
    a->outer = ox_dtype(n, ox_in(n, 0));
    a->t = dtype_info[a->outer].bytes < 4 ? DT_f32 : a->outer;
    a->flat = ox_rank(n, 0) == 3;
    a->q = with_heads(n, 0, "q_num_heads");
    a->k = with_heads(n, 1, "kv_num_heads");
    a->v = with_heads(n, 2, "kv_num_heads");
    if (n->bad) return false;
    if (ox_has(n, 4) != ox_has(n, 5)) return ox_error(n, "past_key", NULL, "past_key and past_value go together");
    if (ox_has(n, 4)) {
        if (ox_rank(n, 4) != 4 || ox_rank(n, 5) != 4) return ox_error(n, "past_key", NULL, "must have rank 4");
        a->past = ox_shape(n, n->in[4]).dim[2];
        a->k = concat(n, n->in[4], a->k, 2);
        a->v = concat(n, n->in[5], a->v, 2);
    }
    if (!ox_emit_value(n, 1, a->k) || !ox_emit_value(n, 2, a->v)) return false;
    Dim heads = ox_shape(n, a->q).dim[1];
    if (!dim_known(heads)) return ox_error(n, NULL, "give the shape with --input-shape", "heads are not known");
    a->q = ox_cast(n, a->q, a->t);
    a->k = ox_cast(n, onnx_repeat_heads(n, a->k, heads), a->t);
    a->v = ox_cast(n, onnx_repeat_heads(n, a->v, heads), a->t);
    return !n->bad;
}

static void allow(OnnxNode *n, Attention *a, ValueId more) {
    a->allowed = a->allowed == NO_VALUE ? more : ox_make2(n, OP_And, a->allowed, more);
}

ValueId onnx_positions(OnnxNode *n, int64_t count, int rank, int at) {
    int64_t dims[MAX_RANK];
    for (int i = 0; i < rank; i++) dims[i] = i == at ? count : 1;
    Tensor *t = ox_tensor(n, DT_i64, rank, dims);
    for (int64_t i = 0; i < count; i++) tensor_set_int(t, i, i);
    return ox_constant(n, t);
}

/* Where key j and query i (which stands at i + past) are within bounds: causal, or a window to either side. */
static bool allow_near(OnnxNode *n, Attention *a, int64_t left, int64_t right) {
    Dim length = ox_shape(n, a->q).dim[2], keys = ox_shape(n, a->k).dim[2];
    if (!dim_known(length) || !dim_known(keys) || !dim_known(a->past))
        return ox_error(n, NULL, "give the shape with --input-shape", "the mask depends on lengths that are not known");
    if (length > 1 << 24 || keys > 1 << 24) return ox_error(n, NULL, NULL, "the sequence is too long");
    ValueId i = onnx_positions(n, length, 2, 0), j = onnx_positions(n, keys, 2, 1);
    i = ox_make2(n, OP_Add, i, a->past_length != NO_VALUE ? a->past_length : ox_scalar(n, DT_i64, (double)a->past));
    if (right >= 0)
        allow(n, a, ox_make2(n, OP_LessOrEqual, j, ox_make2(n, OP_Add, i, ox_scalar(n, DT_i64, (double)right))));
    if (left >= 0)
        allow(n, a, ox_make2(n, OP_GreaterOrEqual, j, ox_make2(n, OP_Sub, i, ox_scalar(n, DT_i64, (double)left))));
    return !n->bad;
}

/* Only so many keys of each batch entry are there. */
static bool allow_present(OnnxNode *n, Attention *a) {
    Dim length = ox_shape(n, a->q).dim[2], keys = ox_shape(n, a->k).dim[2];
    Shape s = ox_shape(n, n->in[6]);
    if (s.rank != 1) return ox_error(n, "nonpad_kv_seqlen", NULL, "must have rank 1");
    if (!dim_known(length) || !dim_known(keys) || keys > 1 << 24)
        return ox_error(n, NULL, "give the shape with --input-shape", "the mask depends on lengths that are not known");
    Shape column = {.rank = 4, .dim = {s.dim[0], 1, 1, 1}};
    ValueId count = ox_reshape(n, ox_cast(n, n->in[6], DT_i64), &column);
    a->past_length = ox_make2(n, OP_Sub, count, ox_scalar(n, DT_i64, (double)length));
    allow(n, a, ox_make2(n, OP_Less, onnx_positions(n, keys, 2, 1), count));
    a->guard = true;
    return !n->bad;
}

/* The mask operand, made as long as the keys: what it lacks is not attended. */
static ValueId whole_mask(OnnxNode *n, const Attention *a) {
    ValueId mask = n->in[3];
    int rank = ox_rank(n, 3);
    Dim keys = ox_shape(n, a->k).dim[2], have = rank ? ox_shape(n, mask).dim[rank - 1] : 1;
    DType t = ox_dtype(n, mask);
    bool shorter = rank && dim_known(have) && dim_known(keys) && have != 1 && have < keys;
    if (n->bad || !shorter) return mask;
    Attr_Pad *pad = ox_new(n, OP_Pad);
    int64_t pads[2 * MAX_RANK] = {0};
    pads[2 * rank - 1] = keys - have;
    pad->pads = ox_list_of(n, 2 * (uint32_t)rank, pads);
    ValueId value = t == DT_bool ? ox_scalar(n, DT_bool, 0) : ox_scalar(n, t, -INFINITY);
    return ox_make(n, OP_Pad, 2, (ValueId[]){mask, value}, pad);
}

/* Scores before masking: q k^T * scale. */
static ValueId scores(OnnxNode *n, const Attention *a) {
    Dim size = ox_shape(n, a->q).dim[3];
    double scale = ox_float(n, "scale", 0);
    if (!ox_find(n, "scale")) {
        if (!dim_known(size) || !size) return ox_error(n, "scale", NULL, "the size of a head is not known"), NO_VALUE;
        scale = 1 / sqrt((double)size);
    }
    ValueId q = ox_make2(n, OP_Mul, a->q, ox_scalar(n, a->t, scale));
    return ox_make2(n, OP_MatMul, q, ox_transpose(n, a->k, 4, (const int64_t[]){0, 1, 3, 2}));
}

static ValueId capped(OnnxNode *n, const Attention *a, ValueId v) {
    double cap = ox_float(n, "softcap", 0);
    if (!(cap > 0)) return v;
    ValueId c = ox_scalar(n, a->t, cap);
    return ox_make2(n, OP_Mul, ox_make1(n, OP_Tanh, ox_make2(n, OP_Div, v, c), NULL), c);
}

static bool find_masks(OnnxNode *n, Attention *a) {
    int64_t left = ox_int(n, "left_window_size", -1), right = ox_int(n, "right_window_size", -1);
    bool causal = ox_int(n, "is_causal", 0) != 0;
    if (left < -1 || right < -1 || left > 1 << 24 || right > 1 << 24)
        return ox_error(n, "left_window_size", NULL, "is out of range");
    if (ox_has(n, 6) && !allow_present(n, a)) return false;
    a->guard = a->guard || ox_has(n, 3) || left >= 0 || right >= 0;
    if (causal) right = 0;
    return (left < 0 && right < 0) || allow_near(n, a, left, right);
}

/* Rows without any key become 0, not NaN. */
static ValueId probabilities(OnnxNode *n, const Attention *a, ValueId v) {
    int64_t precision = ox_int(n, "softmax_precision", 0);
    DType t = precision > 0 && precision < 64 ? onnx_dtype((int)precision) : a->t;
    if (!dtype_is_float(t)) return ox_error(n, "softmax_precision", NULL, "is not a floating-point type"), NO_VALUE;
    if (dtype_info[t].bytes < dtype_info[a->t].bytes) t = a->t;
    Attr_Axis *last = ox_new(n, OP_Softmax);
    Attr_Reduce *most = ox_new(n, OP_ReduceMax);
    last->axis = 3;
    most->axes = ox_list_of(n, 1, (const int64_t[]){3});
    v = ox_cast(n, v, t);
    ValueId p = ox_make1(n, OP_Softmax, v, last);
    if (a->guard) {
        ValueId none = ox_make2(n, OP_Equal, ox_make1(n, OP_ReduceMax, v, most), ox_scalar(n, t, -INFINITY));
        p = ox_where(n, none, ox_scalar(n, t, 0), p);
    }
    return ox_cast(n, p, a->t);
}

bool map_attention(OnnxNode *n) {
    Attention a = {.allowed = NO_VALUE, .past_length = NO_VALUE};
    int64_t mode = ox_int(n, "qk_matmul_output_mode", 0);
    if (!attention_operands(n, &a) || !find_masks(n, &a)) return false;
    ValueId stage[4];
    stage[0] = scores(n, &a);
    stage[1] = stage[2] = capped(n, &a, stage[0]);
    if (ox_has(n, 3)) {
        ValueId mask = whole_mask(n, &a);
        if (ox_dtype(n, mask) == DT_bool)
            allow(n, &a, mask);
        else
            stage[2] = ox_make2(n, OP_Add, stage[2], ox_cast(n, mask, a.t));
    }
    if (a.allowed != NO_VALUE) stage[2] = ox_where(n, a.allowed, stage[2], ox_scalar(n, a.t, -INFINITY));
    stage[3] = probabilities(n, &a, stage[2]);
    if (n->bad) return false;
    if (mode < 0 || mode > 3) return ox_error(n, "qk_matmul_output_mode", NULL, "is out of range");
    if (ox_wants(n, 3) && !ox_emit_value(n, 3, ox_cast(n, stage[mode], a.outer))) return false;
    if (!a.flat && a.t == a.outer) return ox_emit_output(n, 0, OP_MatMul, 2, (ValueId[]){stage[3], a.v}, NULL);
    ValueId y = ox_cast(n, ox_make2(n, OP_MatMul, stage[3], a.v), a.outer);
    if (!a.flat) return ox_emit_value(n, 0, y);
    y = ox_transpose(n, y, 4, (const int64_t[]){0, 2, 1, 3});
    Shape s = ox_shape(n, y);
    if (n->bad) return false;
    s.dim[2] = ox_dim(n, NULL, dimx_mul(n->g->sym, dimx(s.dim[2]), dimx(s.dim[3])));
    s.rank = 3;
    return ox_emit_reshape(n, y, &s);
}

/* ---- FlexAttention ---- */

/* What a sub-graph makes of scores or probabilities, which keep their type. */
static ValueId modified(OnnxNode *n, const char *attr, ValueId v) {
    OnnxBody b;
    if (n->bad || !ox_find(n, attr)) return v;
    if (!onnx_body_open(&b, n, attr)) return NO_VALUE;
    if (b.p->n_output != 1 || b.p->n_input != 1)
        return ox_error(n, attr, NULL, "must have one input and one output"), NO_VALUE;
    ValueId out;
    if (!onnx_body_walk(&b, attr, 1, &v, &out)) return NO_VALUE;
    Shape a = ox_shape(n, v), s = out < n->g->value.n ? ox_shape(n, out) : (Shape){.rank = -1};
    if (!shape_equal(&a, &s) || ox_dtype(n, out) != ox_dtype(n, v))
        return ox_error(n, attr, NULL, "must give what it takes, in type and shape"), NO_VALUE;
    return out;
}

bool map_flex_attention(OnnxNode *n) {
    for (unsigned i = 0; i < 3; i++)
        if (ox_rank(n, i) != 4) return n->bad ? false : ox_error(n, NULL, NULL, "operand %u must have rank 4", i);
    ValueId q = n->in[0], k = n->in[1], v = n->in[2];
    Shape s = ox_shape(n, q);
    DType t = ox_dtype(n, q), type = dtype_info[t].bytes < 4 ? DT_f32 : t;
    int64_t precision = ox_int(n, "softmax_precision", 0);
    double scale = ox_float(n, "scale", 0);
    if (n->bad) return false;
    if (precision) type = onnx_dtype(precision);
    if (!dtype_is_float(type)) return ox_error(n, "softmax_precision", NULL, "is not a floating-point type");
    if (!dim_known(s.dim[1]) || !dim_known(s.dim[3]) || !s.dim[3])
        return ox_error(n, NULL, "give the shape with --input-shape", "the number and size of heads are not known");
    if (!ox_find(n, "scale")) scale = 1 / sqrt((double)s.dim[3]);
    if (!(scale >= 0)) return ox_error(n, "scale", NULL, "%g has no square root", scale);
    ValueId root = ox_scalar(n, t, sqrt(scale)); /* on both sides, so that half precision does not overflow */
    k = ox_make2(n, OP_Mul, onnx_repeat_heads(n, k, s.dim[1]), root);
    k = ox_transpose(n, k, 4, (const int64_t[]){0, 1, 3, 2});
    ValueId p = ox_cast(n, ox_make2(n, OP_MatMul, ox_make2(n, OP_Mul, q, root), k), type);
    Attr_Axis *last = ox_new(n, OP_Softmax);
    last->axis = 3;
    p = modified(n, "score_mod", p);
    p = n->bad ? NO_VALUE : modified(n, "prob_mod", ox_make1(n, OP_Softmax, p, last));
    if (n->bad) return false;
    DType outer = ox_dtype(n, v);
    v = ox_make2(n, OP_MatMul, p, ox_cast(n, onnx_repeat_heads(n, v, s.dim[1]), type));
    return ox_emit_value(n, 0, ox_cast(n, v, outer));
}

/* With a dimension for the heads put in. */
static ValueId for_heads(OnnxNode *n, ValueId v, int heads_at) {
    Shape s = ox_shape(n, v), wide = {.rank = 4};
    if (n->bad) return NO_VALUE;
    if (s.rank != 3) return ox_error(n, "cos_cache", NULL, "cosines or sines have the wrong rank"), NO_VALUE;
    for (int i = 0, from = 0; i < 4; i++) wide.dim[i] = i == heads_at ? 1 : s.dim[from++];
    return ox_reshape(n, v, &wide);
}

ValueId onnx_rotate(OnnxNode *n, ValueId v, int heads_at, ValueId cosine, ValueId sine, int64_t dim, bool pairs) {
    Shape x = ox_shape(n, v);
    if (n->bad) return NO_VALUE;
    if (x.rank != 4 || !dim_known(x.dim[3]))
        return ox_error(n, NULL, NULL, "operand 0 must have rank 3 or 4"), NO_VALUE;
    if (!dim) dim = x.dim[3];
    if (dim < 2 || dim % 2 || dim > x.dim[3])
        return ox_error(n, "rotary_embedding_dim", NULL, "is out of range"), NO_VALUE;
    int64_t half = dim / 2;
    ValueId a = slice_last(n, v, 0, half, pairs ? 2 : 1), b = slice_last(n, v, pairs ? 1 : half, half, pairs ? 2 : 1);
    ValueId c = for_heads(n, cosine, heads_at), s = for_heads(n, sine, heads_at);
    ValueId re = ox_make2(n, OP_Sub, ox_make2(n, OP_Mul, c, a), ox_make2(n, OP_Mul, s, b));
    ValueId im = ox_make2(n, OP_Add, ox_make2(n, OP_Mul, s, a), ox_make2(n, OP_Mul, c, b));
    Shape turned = x, single = x;
    turned.dim[3] = dim;
    single.rank = 5, single.dim[3] = half, single.dim[4] = 1;
    ValueId y = pairs ? ox_reshape(n, concat(n, ox_reshape(n, re, &single), ox_reshape(n, im, &single), 4), &turned)
                      : concat(n, re, im, 3);
    return dim < x.dim[3] ? concat(n, y, slice_last(n, v, dim, x.dim[3] - dim, 1), 3) : y;
}

/* Cosines or sines of each position. */
static ValueId rotation(OnnxNode *n, unsigned in) {
    return ox_has(n, 3) ? ox_make(n, OP_Gather, 2, (ValueId[]){ox_in(n, in), n->in[3]}, ox_new(n, OP_Gather))
                        : ox_in(n, in);
}

bool map_rotary(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    Shape x = ox_shape(n, ox_in(n, 0)), whole = x;
    int64_t heads = ox_int(n, "num_heads", 0);
    ValueId v = ox_in(n, 0);
    if (n->bad) return false;
    if (rank == 3) {
        if (heads < 1 || !dim_known(x.dim[2]) || x.dim[2] % heads)
            return ox_error(n, "num_heads", NULL, "%lld heads do not fit the operand", (long long)heads);
        x = (Shape){.rank = 4, .dim = {x.dim[0], x.dim[1], heads, x.dim[2] / heads}};
        v = ox_reshape(n, v, &x);
    }
    ValueId y = onnx_rotate(n, v, rank == 3 ? 2 : 1, rotation(n, 1), rotation(n, 2),
                            ox_int(n, "rotary_embedding_dim", 0), ox_int(n, "interleaved", 0) != 0);
    return !n->bad && ox_emit_reshape(n, y, &whole);
}

bool map_swiglu(OnnxNode *n) {
    Attr_Alpha *a = ox_new(n, OP_Swish);
    a->alpha = ox_float(n, "alpha", 1);
    Shape x = ox_shape(n, ox_in(n, 0)), y = ox_shape(n, ox_in(n, 1));
    if (n->nin != 2 || !shape_equal(&x, &y)) return ox_error(n, NULL, NULL, "needs two operands of one shape");
    return ox_emit2(n, OP_Mul, ox_make1(n, OP_Swish, n->in[0], a), n->in[1]);
}
