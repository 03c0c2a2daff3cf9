/* com.microsoft: attention and embeddings as onnxruntime's optimiser of transformers writes them, taken apart again. */
#include "import/onnx/attention.h"
#include <math.h>

typedef struct {
    DType t, outer;      /* computed in float32 at least, told in the operands' type */
    ValueId q, k, v;     /* [batch, heads, length, size] */
    ValueId bias;        /* added to the scores, or NO_VALUE */
    ValueId allowed;     /* bool, which keys a query attends, or NO_VALUE */
    int64_t past;        /* keys in front of those that stand beside the queries */
    double scale, softcap;
} Heads;

/* [batch, length, heads * size] -> [batch, heads, length, size] */
static ValueId split_heads(OnnxNode *n, ValueId v, int64_t heads) {
    Shape s = ox_shape(n, v);
    if (n->bad) return NO_VALUE;
    if (s.rank != 3 || heads < 1 || !dim_known(s.dim[2]) || s.dim[2] % heads)
        return ox_error(n, "num_heads", NULL, "%lld heads do not fit the operand", (long long)heads), NO_VALUE;
    Shape split = {.rank = 4, .dim = {s.dim[0], s.dim[1], heads, s.dim[2] / heads}};
    return ox_transpose(n, ox_reshape(n, v, &split), 4, (const int64_t[]){0, 2, 1, 3});
}

static void add_bias(OnnxNode *n, Heads *h, ValueId more) {
    more = ox_cast(n, more, h->t);
    h->bias = h->bias == NO_VALUE ? more : ox_make2(n, OP_Add, h->bias, more);
}

static void allow(OnnxNode *n, Heads *h, ValueId more) {
    h->allowed = h->allowed == NO_VALUE ? more : ox_make2(n, OP_And, h->allowed, more);
}

/* What is masked by a condition gets a number added, the attribute's. */
static void filter(OnnxNode *n, Heads *h, ValueId kept) {
    double value = ox_float(n, "mask_filter_value", -10000);
    add_bias(n, h, ox_where(n, kept, ox_scalar(n, h->t, 0), ox_scalar(n, h->t, value)));
}

static bool lengths(OnnxNode *n, const Heads *h, int64_t *queries, int64_t *keys) {
    Dim q = ox_shape(n, h->q).dim[2], k = ox_shape(n, h->k).dim[2];
    if (n->bad) return false;
    if (!dim_known(q) || !dim_known(k))
        return ox_error(n, NULL, "give the shape with --input-shape", "the mask depends on lengths that are not known");
    if (q > 1 << 24 || k > 1 << 24) return ox_error(n, NULL, NULL, "the sequence is too long");
    *queries = q;
    *keys = k;
    return true;
}

static ValueId reshaped(OnnxNode *n, ValueId v, Dim batch, Dim rows, Dim columns) {
    return ox_reshape(n, v, &(Shape){.rank = 4, .dim = {batch, 1, rows, columns}});
}

/* The mask operand: how many keys there are, where they end and begin, or which of them count. */
static bool mask(OnnxNode *n, Heads *h, unsigned in) {
    int64_t queries, keys;
    if (!ox_has(n, in)) return true;
    if (!lengths(n, h, &queries, &keys)) return false;
    Shape s = ox_shape(n, n->in[in]);
    Dim batch = ox_shape(n, h->q).dim[0];
    ValueId m = ox_cast(n, n->in[in], DT_i64), j = onnx_positions(n, keys, 4, 3);
    if (n->bad) return false;
    if (s.rank == 1 && s.dim[0] == batch) {
        filter(n, h, ox_make2(n, OP_Less, j, reshaped(n, m, batch, 1, 1)));
    } else if (s.rank == 1 && dim_known(batch) && s.dim[0] == 2 * batch) {
        ValueId end = reshaped(n, ox_part(n, m, 0, 0, batch), batch, 1, 1);
        ValueId start = reshaped(n, ox_part(n, m, 0, batch, batch), batch, 1, 1);
        filter(n, h, ox_make2(n, OP_And, ox_make2(n, OP_Less, j, end), ox_make2(n, OP_GreaterOrEqual, j, start)));
    } else if ((s.rank == 2 || s.rank == 3) && s.dim[s.rank - 1] == keys) {
        m = reshaped(n, m, s.dim[0], s.rank == 3 ? s.dim[1] : 1, keys);
        filter(n, h, ox_make2(n, OP_Greater, m, ox_scalar(n, DT_i64, 0)));
    } else {
        return ox_refuse(n, "a mask of this shape");
    }
    return !n->bad;
}

/* Query i stands beside key past + i; what comes behind that is not attended. */
static bool causal(OnnxNode *n, Heads *h) {
    int64_t queries, keys;
    if (!lengths(n, h, &queries, &keys)) return false;
    ValueId last = ox_make2(n, OP_Add, onnx_positions(n, queries, 4, 2), ox_scalar(n, DT_i64, (double)h->past));
    allow(n, h, ox_make2(n, OP_LessOrEqual, onnx_positions(n, keys, 4, 3), last));
    return !n->bad;
}

/* softmax(q k^T * scale + bias) v as [batch, length, heads * size] */
static bool emit_attention(OnnxNode *n, const Heads *h) {
    Shape s = ox_shape(n, h->q);
    double scale = h->scale;
    if (n->bad) return false;
    if (scale == 0) {
        if (!dim_known(s.dim[3]) || !s.dim[3]) return ox_error(n, "scale", NULL, "the size of a head is not known");
        scale = 1 / sqrt((double)s.dim[3]);
    }
    ValueId q = ox_make2(n, OP_Mul, ox_cast(n, h->q, h->t), ox_scalar(n, h->t, scale)), k = ox_cast(n, h->k, h->t);
    ValueId p = ox_make2(n, OP_MatMul, q, ox_transpose(n, k, 4, (const int64_t[]){0, 1, 3, 2}));
    if (h->softcap > 0) {
        ValueId cap = ox_scalar(n, h->t, h->softcap);
        p = ox_make2(n, OP_Mul, ox_make1(n, OP_Tanh, ox_make2(n, OP_Div, p, cap), NULL), cap);
    }
    if (h->bias != NO_VALUE) p = ox_make2(n, OP_Add, p, h->bias);
    if (h->allowed != NO_VALUE) p = ox_where(n, h->allowed, p, ox_scalar(n, h->t, -3.4028234663852886e38));
    Attr_Axis *last = ox_new(n, OP_Softmax);
    last->axis = 3;
    p = ox_make1(n, OP_Softmax, p, last);
    ValueId y = ox_make2(n, OP_MatMul, p, ox_cast(n, h->v, h->t));
    y = ox_cast(n, ox_transpose(n, y, 4, (const int64_t[]){0, 2, 1, 3}), h->outer);
    Shape to = ox_shape(n, y);
    if (n->bad) return false;
    to.dim[2] = ox_dim(n, NULL, dimx_mul(n->g->sym, dimx(to.dim[2]), dimx(to.dim[3])));
    to.rank = 3;
    return ox_emit_reshape(n, y, &to);
}

static void heads_begin(OnnxNode *n, Heads *h, ValueId like) {
    h->outer = ox_dtype(n, like);
    h->t = dtype_info[h->outer].bytes < 4 ? DT_f32 : h->outer;
    h->bias = h->allowed = NO_VALUE;
    h->scale = ox_float(n, "scale", 0);
}

/* ---- Attention and QAttention: the projections are part of it ---- */

static bool sizes(OnnxNode *n, Shape w, int64_t *size) {
    Ints list;
    if (w.rank != 2 || !dim_known(w.dim[1])) return ox_error(n, NULL, NULL, "the weights must be a matrix of known size");
    if (ox_ints(n, "qkv_hidden_sizes", &list) && list.n) {
        if (list.n != 3) return ox_error(n, "qkv_hidden_sizes", NULL, "must have 3 elements");
        for (int i = 0; i < 3; i++) size[i] = list.at[i];
    } else {
        for (int i = 0; i < 3; i++) size[i] = w.dim[1] / 3;
    }
    for (int i = 0; i < 3; i++)
        if (size[i] < 1 || size[i] > w.dim[1])
            return ox_error(n, "qkv_hidden_sizes", NULL, "%lld is out of range", (long long)size[i]);
    return size[0] + size[1] + size[2] == w.dim[1] ||
           ox_error(n, "qkv_hidden_sizes", NULL, "do not add up to the columns of the weights");
}

/* y: queries, keys and values side by side. */
static bool attend_projected(OnnxNode *n, ValueId y, Shape w, unsigned mask_in, unsigned past_in, unsigned bias_in) {
    Heads h = {0};
    int64_t size[3], heads = ox_int(n, "num_heads", 0);
    if (n->bad || !sizes(n, w, size)) return false;
    if (ox_int(n, "do_rotary", 0)) return ox_refuse(n, "rotary embedding within it (do_rotary)");
    if (ox_int(n, "past_present_share_buffer", 0)) return ox_refuse(n, "a buffer that past and present share");
    heads_begin(n, &h, y);
    h.q = split_heads(n, ox_part(n, y, 2, 0, size[0]), heads);
    h.k = split_heads(n, ox_part(n, y, 2, size[0], size[1]), heads);
    h.v = split_heads(n, ox_part(n, y, 2, size[0] + size[1], size[2]), heads);
    if (n->bad) return false;
    if (ox_has(n, past_in)) {
        if (ox_rank(n, past_in) != 5) return ox_error(n, "past", NULL, "must have rank 5");
        h.past = ox_shape(n, n->in[past_in]).dim[3];
        h.k = ox_join(n, 2, (ValueId[]){ox_take(n, n->in[past_in], 0, 0), h.k}, 2);
        h.v = ox_join(n, 2, (ValueId[]){ox_take(n, n->in[past_in], 0, 1), h.v}, 2);
    }
    if (ox_wants(n, 1) && !ox_emit_value(n, 1, ox_stack(n, 2, (ValueId[]){h.k, h.v}, 0))) return false;
    if (!mask(n, &h, mask_in)) return false;
    if (ox_has(n, bias_in)) add_bias(n, &h, n->in[bias_in]);
    if (ox_int(n, "unidirectional", 0) && !causal(n, &h)) return false;
    return emit_attention(n, &h);
}

bool map_ms_attention(OnnxNode *n) {
    if (ox_rank(n, 0) != 3 || ox_rank(n, 1) != 2)
        return n->bad ? false : ox_error(n, NULL, NULL, "operands 0 and 1 must have ranks 3 and 2");
    ValueId y = ox_make2(n, OP_MatMul, n->in[0], n->in[1]);
    if (ox_has(n, 2)) y = ox_make2(n, OP_Add, y, n->in[2]);
    return attend_projected(n, y, ox_shape(n, n->in[1]), 3, 4, 5);
}

/* input, weight, bias, input_scale, weight_scale, mask, input_zero, weight_zero, past */
bool map_qattention(OnnxNode *n) {
    if (ox_rank(n, 0) != 3 || ox_rank(n, 1) != 2 || n->nin < 5 || !ox_has(n, 2) || !ox_has(n, 3) || !ox_has(n, 4))
        return n->bad ? false : ox_error(n, NULL, NULL, "needs 5 operands, the first two of ranks 3 and 2");
    ValueId in[4] = {n->in[0], n->in[1], ox_in(n, 6), ox_in(n, 7)};
    ValueId y = ox_cast(n, ox_make(n, OP_MatMulInteger, 4, in, NULL), DT_f32);
    y = ox_make2(n, OP_Mul, y, ox_make2(n, OP_Mul, n->in[3], n->in[4]));
    return attend_projected(n, ox_make2(n, OP_Add, y, n->in[2]), ox_shape(n, n->in[1]), 5, 8, UINT16_MAX);
}

/* ---- MultiHeadAttention ---- */

/* Part i of [batch, length, heads, parts, size] as [batch, heads, length, size]. */
static ValueId packed(OnnxNode *n, ValueId v, Dim i) {
    return ox_transpose(n, ox_take(n, v, 3, i), 4, (const int64_t[]){0, 2, 1, 3});
}

/* Columns of the operand with their part of the bias, in heads. */
static ValueId biased(OnnxNode *n, ValueId v, int64_t heads, int64_t start, int64_t *size) {
    Shape s = ox_shape(n, v);
    if (n->bad || s.rank != 3 || !dim_known(s.dim[2])) return split_heads(n, v, heads);
    *size = s.dim[2];
    if (ox_has(n, 3)) v = ox_make2(n, OP_Add, v, ox_part(n, n->in[3], 0, start, *size));
    return split_heads(n, v, heads);
}

static bool heads_of(OnnxNode *n, Heads *h, int64_t heads) {
    int rank = ox_rank(n, 0), key = ox_has(n, 1) ? ox_rank(n, 1) : 0;
    int64_t size[3] = {0};
    if (n->bad) return false;
    if ((rank == 5 || key == 5) && ox_has(n, 3)) return ox_refuse(n, "packed operands with a bias");
    if (rank == 5) {
        h->q = packed(n, n->in[0], 0);
        h->k = packed(n, n->in[0], 1);
        h->v = packed(n, n->in[0], 2);
        return !n->bad;
    }
    h->q = biased(n, n->in[0], heads, 0, &size[0]);
    if (key == 5) {
        h->k = packed(n, n->in[1], 0);
        h->v = packed(n, n->in[1], 1);
    } else if (key == 4 && ox_has(n, 2)) {
        h->k = n->in[1];
        h->v = n->in[2];
    } else if (key == 3 && ox_has(n, 2)) {
        h->k = biased(n, n->in[1], heads, size[0], &size[1]);
        h->v = biased(n, n->in[2], heads, size[0] + size[1], &size[2]);
    } else {
        return ox_error(n, NULL, NULL, "keys or values are missing");
    }
    return !n->bad;
}

bool map_multi_head_attention(OnnxNode *n) {
    Heads h = {0};
    if (ox_has(n, 8) || ox_has(n, 9)) return ox_refuse(n, "a buffer that past and present share, and beams");
    if (ox_wants(n, 3)) return ox_refuse(n, "the scores as an output");
    heads_begin(n, &h, ox_in(n, 0));
    if (!heads_of(n, &h, ox_int(n, "num_heads", 0))) return false;
    if (ox_has(n, 6) != ox_has(n, 7)) return ox_error(n, "past_key", NULL, "past_key and past_value go together");
    if (ox_has(n, 6)) {
        if (ox_rank(n, 6) != 4 || ox_rank(n, 7) != 4) return ox_error(n, "past_key", NULL, "must have rank 4");
        h.past = ox_shape(n, n->in[6]).dim[2];
        h.k = ox_join(n, 2, (ValueId[]){n->in[6], h.k}, 2);
        h.v = ox_join(n, 2, (ValueId[]){n->in[7], h.v}, 2);
    }
    if (ox_wants(n, 1) && !ox_emit_value(n, 1, h.k)) return false;
    if (ox_wants(n, 2) && !ox_emit_value(n, 2, h.v)) return false;
    if (!mask(n, &h, 4)) return false;
    if (ox_has(n, 5)) add_bias(n, &h, n->in[5]);
    if (ox_int(n, "unidirectional", 0) && !causal(n, &h)) return false;
    return emit_attention(n, &h);
}

/* ---- embeddings ---- */

static ValueId rows(OnnxNode *n, ValueId table, ValueId which) {
    return ox_make(n, OP_Gather, 2, (ValueId[]){table, which}, ox_new(n, OP_Gather));
}

/* How many elements of each row of the mask are 1. */
static ValueId mask_index(OnnxNode *n, Dim batch) {
    if (!ox_has(n, 7)) return ox_zeros(n, DT_i32, &(Shape){.rank = 1, .dim = {batch}});
    Attr_Reduce *sum = ox_new(n, OP_ReduceSum);
    sum->axes = ox_list_of(n, 1, (const int64_t[]){1});
    sum->keepdims = 0;
    ValueId m = ox_cast(n, n->in[7], DT_i64), one = ox_make2(n, OP_Equal, m, ox_scalar(n, DT_i64, 1));
    return ox_make1(n, OP_ReduceSum, ox_cast(n, one, DT_i32), sum);
}

/* ids, segment ids, word, position and segment embedding, gamma, beta, mask, position ids */
bool map_embed_layer_norm(OnnxNode *n) {
    if (ox_rank(n, 0) != 2 || n->nin < 7 || !ox_has(n, 2) || !ox_has(n, 3) || !ox_has(n, 5) || !ox_has(n, 6))
        return n->bad ? false : ox_error(n, NULL, NULL, "needs 7 operands, the first one of rank 2");
    Shape ids = ox_shape(n, n->in[0]);
    ValueId at = ox_in(n, 8);
    if (at == NO_VALUE) {
        if (!dim_known(ids.dim[1]) || ids.dim[1] > 1 << 24)
            return ox_error(n, NULL, "give the shape with --input-shape", "the length of the sequence is not known");
        at = onnx_positions(n, ids.dim[1], 2, 1);
    }
    ValueId sum = ox_make2(n, OP_Add, rows(n, n->in[2], n->in[0]), rows(n, n->in[3], at));
    if (ox_has(n, 1) != ox_has(n, 4)) return ox_error(n, "segment_ids", NULL, "goes together with segment_embedding");
    if (ox_has(n, 1)) sum = ox_make2(n, OP_Add, sum, rows(n, n->in[4], n->in[1]));
    if (n->bad || (ox_wants(n, 2) && !ox_emit_value(n, 2, sum))) return false;
    if (ox_wants(n, 1) && !ox_emit_value(n, 1, mask_index(n, ids.dim[0]))) return false;
    Attr_Norm *a = ox_new(n, OP_LayerNormalization);
    a->axis = -1;
    a->epsilon = ox_float(n, "epsilon", (double)1e-12f);
    ValueId in[3] = {sum, n->in[5], n->in[6]};
    return ox_emit_output(n, 0, OP_LayerNormalization, 3, in, a);
}

/* The operand has its heads in front of the length where it has rank 4. */
bool map_ms_rotary(OnnxNode *n) {
    int rank = ox_rank(n, 0), id_rank = ox_rank(n, 1);
    Shape x = ox_shape(n, ox_in(n, 0)), whole = x, table = ox_shape(n, ox_in(n, 2));
    int64_t heads = ox_int(n, "num_heads", 0), dim = ox_int(n, "rotary_embedding_dim", 0);
    if (n->bad) return false;
    if (!ox_has(n, 2) || !ox_has(n, 3) || table.rank != 2 || !dim_known(table.dim[1]))
        return ox_error(n, "cos_cache", NULL, "must be a matrix of known size");
    if (ox_int(n, "is_packed_batching", 0)) return ox_refuse(n, "batches that are packed (is_packed_batching)");
    if (ox_float(n, "scale", 1) != 1) return ox_refuse(n, "a scale");
    ValueId v = n->in[0], ids = n->in[1];
    if (rank == 3) {
        int64_t size = heads > 0 && dim_known(x.dim[2]) ? x.dim[2] / heads : 2 * table.dim[1];
        if (!dim_known(x.dim[2]) || size < 1 || x.dim[2] % size)
            return ox_error(n, "num_heads", NULL, "%lld heads do not fit the operand", (long long)heads);
        x = (Shape){.rank = 4, .dim = {x.dim[0], x.dim[1], x.dim[2] / size, size}};
        v = ox_reshape(n, v, &x);
    }
    if (x.rank != 4) return ox_error(n, NULL, NULL, "operand 0 must have rank 3 or 4");
    if (id_rank < 2) { /* that of the first element */
        Dim length = x.dim[rank == 3 ? 1 : 2];
        if (!dim_known(length) || length > 1 << 24)
            return ox_error(n, NULL, "give the shape with --input-shape", "the length of the sequence is not known");
        ids = ox_reshape(n, ox_cast(n, ids, DT_i64), &(Shape){.rank = 2, .dim = {1, 1}});
        ids = ox_make2(n, OP_Add, ids, onnx_positions(n, length, 2, 1));
    }
    if (!dim) dim = 2 * table.dim[1];
    ValueId y = onnx_rotate(n, v, rank == 3 ? 2 : 1, rows(n, n->in[2], ids), rows(n, n->in[3], ids), dim,
                            ox_int(n, "interleaved", 0) != 0);
    return !n->bad && ox_emit_reshape(n, y, &whole);
}

/* ---- GroupQueryAttention ---- */

typedef struct {
    int64_t length, total; /* of the queries; keys with those of the past */
    bool first;            /* there is no past yet */
    ValueId before;        /* i64 [batch, 1, 1, 1]: keys of the past, by seqlens_k */
} Past;

static bool group_refused(OnnxNode *n) {
    if (ox_int(n, "smooth_softmax", 0) > 0 || ox_has(n, 11)) return ox_refuse(n, "a smooth softmax or head_sink");
    if (ox_int(n, "qk_output", 0) > 0 || ox_wants(n, 3)) return ox_refuse(n, "the scores as an output");
    if (ox_has(n, 12) || ox_has(n, 13)) return ox_refuse(n, "keys and values that are quantised");
    if (ox_has(n, 14) || ox_has(n, 15)) return ox_refuse(n, "queries and keys that are normalised in it");
    if (ox_has(n, 16) || ox_int(n, "sliding_window_cache", 0)) return ox_refuse(n, "query_seqlens and sliding caches");
    return ox_int(n, "causal", 1) == 1 || ox_refuse(n, "attention to later keys (causal)");
}

static bool group_heads(OnnxNode *n, Heads *h) {
    int64_t heads = ox_int(n, "num_heads", 0), shared = ox_int(n, "kv_num_heads", 0);
    Shape s = ox_shape(n, ox_in(n, 0));
    if (heads < 1 || shared < 1 || heads > 1 << 20 || shared > heads || heads % shared)
        return ox_error(n, "kv_num_heads", NULL, "%lld heads of queries cannot share %lld", (long long)heads,
                        (long long)shared);
    if (ox_rank(n, 0) != 3) return n->bad ? false : ox_error(n, NULL, NULL, "operand 0 must have rank 3");
    if (ox_has(n, 1) != ox_has(n, 2)) return ox_error(n, NULL, NULL, "keys and values go together");
    ValueId q = n->in[0], k = ox_in(n, 1), v = ox_in(n, 2);
    if (!ox_has(n, 1)) {
        if (!dim_known(s.dim[2]) || s.dim[2] % (heads + 2 * shared))
            return ox_error(n, "num_heads", NULL, "the heads do not fit operand 0");
        int64_t size = s.dim[2] / (heads + 2 * shared);
        k = ox_part(n, q, 2, heads * size, shared * size);
        v = ox_part(n, q, 2, (heads + shared) * size, shared * size);
        q = ox_part(n, q, 2, 0, heads * size);
    }
    h->q = split_heads(n, q, heads);
    h->k = split_heads(n, k, shared);
    h->v = split_heads(n, v, shared);
    return !n->bad;
}

static bool find_past(OnnxNode *n, const Heads *h, Past *p) {
    Dim batch = ox_shape(n, h->q).dim[0];
    if (!lengths(n, h, &p->length, &p->total)) return false;
    if (ox_has(n, 3) != ox_has(n, 4)) return ox_error(n, "past_key", NULL, "past_key and past_value go together");
    if (ox_has(n, 3) && !ox_number(n, 6, "total_sequence_length", &p->total)) return false;
    p->first = p->total == p->length;
    if (p->total < p->length || p->total > 1 << 24)
        return ox_error(n, "total_sequence_length", NULL, "%lld is out of range", (long long)p->total);
    if (p->first) {
        p->before = ox_scalar(n, DT_i64, 0);
        return true;
    }
    if (ox_rank(n, 5) < 1 || n->bad) return n->bad ? false : ox_error(n, "seqlens_k", NULL, "must have rank 1");
    ValueId last = reshaped(n, ox_cast(n, n->in[5], DT_i64), batch, 1, 1);
    p->before = ox_make2(n, OP_Sub, last, ox_scalar(n, DT_i64, (double)(p->length - 1)));
    return !n->bad;
}

/* Queries and keys are turned by their positions. */
static bool group_rotate(OnnxNode *n, Heads *h, const Past *p) {
    if (!ox_int(n, "do_rotary", 0)) return true;
    Dim batch = ox_shape(n, h->q).dim[0];
    Shape table = ox_shape(n, ox_in(n, 7));
    if (!ox_has(n, 7) || !ox_has(n, 8) || table.rank != 2 || !dim_known(table.dim[1]))
        return n->bad ? false : ox_error(n, "cos_cache", NULL, "must be a matrix of known size");
    ValueId at = onnx_positions(n, p->length, 2, 1);
    if (ox_has(n, 9)) {
        ValueId given = ox_cast(n, n->in[9], DT_i64);
        if (ox_rank(n, 9) != 2) return n->bad ? false : ox_error(n, "position_ids", NULL, "must have rank 2");
        at = p->first ? ox_make2(n, OP_Add, at, ox_part(n, ox_part(n, given, 1, 0, 1), 0, 0, 1)) : given;
    } else if (!p->first) {
        at = ox_make2(n, OP_Add, ox_reshape(n, p->before, &(Shape){.rank = 2, .dim = {batch, 1}}), at);
    }
    bool pairs = ox_int(n, "rotary_interleaved", 0) != 0;
    ValueId c = rows(n, n->in[7], at), s = rows(n, n->in[8], at);
    h->q = onnx_rotate(n, h->q, 1, c, s, 2 * table.dim[1], pairs);
    h->k = onnx_rotate(n, h->k, 1, c, s, 2 * table.dim[1], pairs);
    return !n->bad;
}

/* Operand `in` with v behind the keys that each batch entry has already. */
static ValueId present(OnnxNode *n, const Past *p, unsigned in, ValueId v) {
    if (!ox_has(n, in)) return v;
    Shape s = ox_shape(n, n->in[in]);
    if (n->bad) return NO_VALUE;
    if (s.rank != 4 || !dim_known(s.dim[0]) || !dim_known(s.dim[1]) || !dim_known(s.dim[2]) || !dim_known(s.dim[3]))
        return ox_error(n, "past_key", NULL, "must have rank 4 and a known shape"), NO_VALUE;
    ValueId all = n->in[in];
    if (s.dim[2] < p->total) {
        Shape more = s;
        more.dim[2] = p->total - s.dim[2];
        ValueId none = ox_zeros(n, ox_dtype(n, all), &more);
        all = s.dim[2] ? ox_join(n, 2, (ValueId[]){all, none}, 2) : none;
    }
    ValueId before = p->first ? ox_zeros(n, DT_i64, &(Shape){.rank = 1, .dim = {s.dim[0]}})
                              : ox_reshape(n, p->before, &(Shape){.rank = 1, .dim = {s.dim[0]}});
    return ox_make(n, OP_TensorScatter, 3, (ValueId[]){all, v, before}, ox_new(n, OP_TensorScatter));
}

bool map_group_query_attention(OnnxNode *n) {
    Heads h = {0};
    Past p = {0};
    int64_t window = ox_int(n, "local_window_size", -1), queries, keys;
    if (!group_refused(n)) return false;
    heads_begin(n, &h, ox_in(n, 0));
    h.softcap = ox_float(n, "softcap", 0);
    if (!group_heads(n, &h) || !find_past(n, &h, &p) || !group_rotate(n, &h, &p)) return false;
    h.k = present(n, &p, 3, h.k);
    h.v = present(n, &p, 4, h.v);
    if (n->bad || (ox_wants(n, 1) && !ox_emit_value(n, 1, h.k)) || (ox_wants(n, 2) && !ox_emit_value(n, 2, h.v)))
        return false;
    if (!lengths(n, &h, &queries, &keys)) return false;
    ValueId j = onnx_positions(n, keys, 4, 3), i = ox_make2(n, OP_Add, onnx_positions(n, queries, 4, 2), p.before);
    allow(n, &h, ox_make2(n, OP_LessOrEqual, j, i));
    if (window > 0 && window < keys)
        allow(n, &h, ox_make2(n, OP_Greater, j, ox_make2(n, OP_Sub, i, ox_scalar(n, DT_i64, (double)window))));
    if (ox_has(n, 10)) add_bias(n, &h, n->in[10]);
    int64_t heads = ox_int(n, "num_heads", 0);
    h.k = onnx_repeat_heads(n, h.k, heads);
    h.v = onnx_repeat_heads(n, h.v, heads);
    return !n->bad && emit_attention(n, &h);
}
