/* com.microsoft: operators that onnxruntime's optimiser makes of several, taken apart again. */
#include "import/onnx/maps.h"

/* ---- products ---- */

/* The last two dimensions exchanged; with `batch` the first one goes behind the other leading ones. */
static ValueId transposed(OnnxNode *n, unsigned in, bool last_two, bool batch) {
    int rank = ox_rank(n, in);
    int64_t perm[MAX_RANK];
    ValueId v = ox_in(n, in);
    if (n->bad || rank < 2 || (!last_two && !batch)) return v;
    for (int i = 0; i < rank; i++) perm[i] = i;
    if (batch && rank > 2) /* [m, batch.., k] is meant as [batch.., m, k] */
        for (int i = 0; i < rank - 1; i++) perm[i] = i == rank - 2 ? 0 : i + 1;
    if (last_two) {
        int64_t t = perm[rank - 1];
        perm[rank - 1] = perm[rank - 2];
        perm[rank - 2] = t;
    }
    return ox_transpose(n, v, rank, perm);
}

bool map_fused_matmul(OnnxNode *n) {
    ValueId a = transposed(n, 0, ox_int(n, "transA", 0) != 0, ox_int(n, "transBatchA", 0) != 0);
    ValueId b = transposed(n, 1, ox_int(n, "transB", 0) != 0, ox_int(n, "transBatchB", 0) != 0);
    double alpha = ox_float(n, "alpha", 1);
    if (alpha == 1) return ox_emit2(n, OP_MatMul, a, b);
    return ox_emit2(n, OP_Mul, ox_make2(n, OP_MatMul, a, b), ox_scalar(n, ox_dtype(n, a), alpha));
}

/* A number of parameters, taken from a list where there are as many. */
typedef struct {
    double alpha, beta;
    bool given;
} Parameters;

static ValueId activated(OnnxNode *n, ValueId v, const char *name, Parameters p) {
    static const char *const names[] = {"", "Relu", "Sigmoid", "Tanh", "LeakyRelu", "HardSigmoid", "Clip", NULL};
    if (n->bad || !ox_one_of(n, "activation", name, names)) return NO_VALUE;
    if (!*name) return v;
    if (!strcmp(name, "LeakyRelu")) {
        Attr_Alpha *a = ox_new(n, OP_LeakyRelu);
        a->alpha = p.given ? p.alpha : (double)0.01f;
        return ox_make1(n, OP_LeakyRelu, v, a);
    }
    if (!strcmp(name, "HardSigmoid")) {
        Attr_AlphaBeta *a = ox_new(n, OP_HardSigmoid);
        a->alpha = p.given ? p.alpha : (double)0.2f;
        a->beta = p.given ? p.beta : 0.5;
        return ox_make1(n, OP_HardSigmoid, v, a);
    }
    if (!strcmp(name, "Clip")) {
        DType t = ox_dtype(n, v);
        ValueId in[3] = {v, ox_scalar(n, t, p.alpha), ox_scalar(n, t, p.beta)};
        return p.given ? ox_make(n, OP_Clip, 3, in, NULL) : v;
    }
    return ox_make1(n, op_find(name), v, NULL);
}

bool map_fused_gemm(OnnxNode *n) {
    Attr_Gemm *a = ox_gemm_attr(n);
    Parameters p = {ox_float(n, "activation_alpha", 0), ox_float(n, "activation_beta", 0),
                    ox_find(n, "activation_alpha") != NULL};
    ValueId y = ox_make(n, OP_Gemm, n->nin, n->in, a);
    return ox_emit_value(n, 0, activated(n, y, ox_string(n, "activation", ""), p));
}

/* x, w, bias and a tensor that is added before the activation. */
bool map_fused_conv(OnnxNode *n) {
    Floats list;
    Attr_Conv *a = ox_conv_attr(n, ox_in(n, 1));
    if (!a) return false;
    bool given = ox_floats(n, "activation_params", &list) && list.n;
    Parameters p = {given ? list.at[0] : 0, given && list.n > 1 ? list.at[1] : 0, given};
    ValueId in[3] = {ox_in(n, 0), ox_in(n, 1), ox_in(n, 2)}, y = ox_make(n, OP_Conv, 3, in, a);
    if (ox_has(n, 3)) y = ox_make2(n, OP_Add, y, n->in[3]);
    return ox_emit_value(n, 0, activated(n, y, ox_string(n, "activation", ""), p));
}

/* Weights of few bits in blocks along K. */
bool map_matmul_nbits(OnnxNode *n) {
    Attr_MatMulNBits *a = ox_new(n, OP_MatMulNBits);
    a->K = ox_int(n, "K", 0);
    a->N = ox_int(n, "N", 0);
    a->bits = ox_int(n, "bits", 4);
    a->block_size = ox_int(n, "block_size", 0);
    if (n->bad) return false;
    if (a->K < 1 || a->N < 1 || a->K > INT32_MAX || a->N > INT32_MAX || a->block_size < 1 || a->bits < 1 || a->bits > 8)
        return ox_error(n, "block_size", NULL, "K %lld, N %lld, bits %lld and block_size %lld do not go together",
                        (long long)a->K, (long long)a->N, (long long)a->bits, (long long)a->block_size);
    if (ox_has(n, 4)) return ox_refuse(n, "columns in groups of their own (g_idx)");
    int64_t blocks = (a->K - 1) / a->block_size + 1, bytes = (blocks * a->bits + 7) / 8;
    ValueId scale = ox_in(n, 2), zero = ox_in(n, 3);
    if (scale == NO_VALUE) return ox_error(n, NULL, NULL, "operand 2 is missing");
    if (ox_shape(n, scale).rank == 1) scale = ox_reshape(n, scale, &(Shape){.rank = 2, .dim = {a->N, blocks}});
    if (ox_shape(n, zero).rank == 1)
        zero = ox_reshape(n, zero, &(Shape){.rank = 2, .dim = {a->N, ox_dtype(n, zero) == DT_u8 ? bytes : blocks}});
    ValueId in[4] = {ox_in(n, 0), ox_in(n, 1), scale, zero};
    if (!ox_has(n, 5)) return ox_emit(n, OP_MatMulNBits, 4, in, a);
    return ox_emit2(n, OP_Add, ox_make(n, OP_MatMulNBits, 4, in, a), n->in[5]);
}

/* ---- normalisation ---- */

/* input + skip + bias, then normalised over the last dimension; the sum may be wanted as output 3. */
static ValueId skip_sum(OnnxNode *n, unsigned bias) {
    ValueId v = ox_make2(n, OP_Add, ox_in(n, 0), ox_in(n, 1));
    if (ox_has(n, bias)) v = ox_make2(n, OP_Add, v, n->in[bias]);
    for (unsigned i = 1; i < 3; i++)
        if (ox_wants(n, i)) ox_refuse(n, "outputs of training, mean and inv_std_var");
    if (ox_wants(n, 3)) ox_emit_value(n, 3, v);
    return v;
}

bool map_skip_layer_norm(OnnxNode *n) {
    Attr_Norm *a = ox_new(n, OP_LayerNormalization);
    a->axis = -1;
    a->epsilon = ox_float(n, "epsilon", (double)1e-12f);
    ValueId in[3] = {skip_sum(n, 4), ox_in(n, 2), ox_in(n, 3)};
    return ox_emit_output(n, 0, OP_LayerNormalization, 3, in, a);
}

bool map_skip_rms_norm(OnnxNode *n) {
    Attr_Norm *a = ox_new(n, OP_RMSNormalization);
    a->axis = -1;
    a->epsilon = ox_float(n, "epsilon", (double)1e-12f);
    ValueId in[2] = {skip_sum(n, 3), ox_in(n, 2)};
    return ox_emit_output(n, 0, OP_RMSNormalization, 2, in, a);
}

/* BiasGelu, FastGelu (by tanh; its bias may be absent) */
bool map_bias_gelu(OnnxNode *n) {
    Attr_Mode *a = ox_new(n, OP_Gelu);
    bool fast = !strcmp(n->row->name, "FastGelu");
    a->mode = fast ? "tanh" : "none";
    if (fast && !ox_has(n, 1)) return ox_emit1(n, OP_Gelu, ox_in(n, 0), a);
    return ox_emit1(n, OP_Gelu, ox_make2(n, OP_Add, ox_in(n, 0), ox_in(n, 1)), a);
}

/* ---- channels behind the other dimensions ---- */

bool map_nhwc_max_pool(OnnxNode *n) {
    Attr_Pool *a = ox_new(n, OP_MaxPool);
    if (!ox_channels_first(n) || !ox_pool_attr(n, a)) return false;
    return ox_emit_value(n, 0, ox_channels(n, ox_make1(n, OP_MaxPool, n->in[0], a), true));
}

/* ---- what the standard has taken over since ---- */

bool map_ms_pad(OnnxNode *n) {
    n->version = 11;
    return map_pad(n);
}

/* axis: where the new dimension stands in the result */
bool map_expand_dims(OnnxNode *n) {
    int64_t axis;
    int rank = ox_rank(n, 0);
    Shape s = ox_shape(n, ox_in(n, 0));
    if (n->bad || !ox_number(n, 1, "axis", &axis) || !ox_axis(n, "axis", &axis, rank + 1)) return false;
    if (rank == MAX_RANK) return ox_error(n, "axis", NULL, "the result has too many dimensions");
    for (int i = s.rank++; i > axis; i--) s.dim[i] = s.dim[i - 1];
    s.dim[axis] = 1;
    return ox_emit_reshape(n, n->in[0], &s);
}

/* Distances between the rows of two matrices. */
bool map_cdist(OnnxNode *n) {
    static const char *const metrics[] = {"sqeuclidean", "euclidean", NULL};
    const char *metric = ox_string(n, "metric", "sqeuclidean");
    if (!ox_one_of(n, "metric", metric, metrics)) return false;
    if (strcmp(metric, "euclidean")) return ox_emit2(n, OP_SquaredDistance, ox_in(n, 0), ox_in(n, 1));
    return ox_emit1(n, OP_Sqrt, ox_make2(n, OP_SquaredDistance, ox_in(n, 0), ox_in(n, 1)), NULL);
}
