/* Operators of sequence models that carry a state from call to call. */
#include "import/onnx/maps.h"
#include <math.h>

/* [batch, steps, heads * size] -> [batch, steps, heads, size] */
static ValueId with_heads(OnnxNode *n, unsigned in, int64_t heads) {
    int rank = ox_rank(n, in);
    Shape s = ox_shape(n, ox_in(n, in));
    if (n->bad) return NO_VALUE;
    if (rank != 3 || !dim_known(s.dim[2]) || s.dim[2] % heads)
        return ox_error(n, NULL, NULL, "%lld heads do not fit operand %u", (long long)heads, in), NO_VALUE;
    Shape split = {.rank = 4, .dim = {s.dim[0], s.dim[1], heads, s.dim[2] / heads}};
    return ox_reshape(n, n->in[in], &split);
}

/* Which operands the rule has: decay and beta, or one of them, or none. */
static bool rule_operands(OnnxNode *n) {
    const char *rule = ox_string(n, "update_rule", "gated_delta");
    if (n->bad || !ox_one_of(n, "update_rule", rule, (const char *const[]){"linear", "gated", "delta", "gated_delta", NULL}))
        return false;
    bool gated = !strncmp(rule, "gated", 5), delta = strstr(rule, "delta") != NULL;
    if (gated != ox_has(n, 4)) return ox_error(n, "update_rule", NULL, "%s %s decay", rule, gated ? "needs" : "has no");
    return delta == ox_has(n, 5) || ox_error(n, "update_rule", NULL, "%s %s beta", rule, delta ? "needs" : "has no");
}

bool map_linear_attention(OnnxNode *n) {
    int64_t queries = ox_int(n, "q_num_heads", 0), heads = ox_int(n, "kv_num_heads", 0);
    Attr_LinearAttention *a = ox_new(n, OP_LinearAttention);
    a->scale = ox_float(n, "scale", 0);
    if (n->bad || !rule_operands(n)) return false;
    if (queries < 1 || heads < 1 || queries % heads)
        return ox_error(n, "q_num_heads", NULL, "%lld is no multiple of kv_num_heads, %lld", (long long)queries,
                        (long long)heads);
    ValueId in[6] = {with_heads(n, 0, queries), with_heads(n, 1, heads), with_heads(n, 2, heads), ox_in(n, 3),
                     NO_VALUE, ox_in(n, 5)};
    if (ox_has(n, 4)) in[4] = with_heads(n, 4, heads);
    if (n->bad) return false;
    Dim size = ox_shape(n, in[0]).dim[3];
    if (a->scale == 0 && (!dim_known(size) || !size)) return ox_error(n, "scale", NULL, "queries have no size");
    if (a->scale == 0) a->scale = 1 / sqrt((double)size);
    const char *names[2] = {onnx_fresh(n->r, arena_printf(n->r->tmp, "%s.heads", n->name)), ox_wants(n, 1) ? n->out[1] : ""};
    ValueId made[2];
    if (!ox_make_outputs(n, OP_LinearAttention, 6, in, a, 2, names, made)) return false;
    n->result[1] = n->nout > 1 ? made[1] : ONNX_POISON;
    Shape y = ox_shape(n, made[0]);
    y.rank = 3;
    y.dim[2] = ox_dim(n, NULL, dimx_mul(n->g->sym, dimx(y.dim[2]), dimx(y.dim[3])));
    return !n->bad && ox_emit_reshape(n, made[0], &y);
}

/* ---- CausalConvWithState ---- */

/* The last elements of the state and the input behind it: what the next call needs. */
static ValueId next_state(OnnxNode *n, ValueId padded, Dim keep) {
    Dim start = ox_dim(n, NULL, dimx_sub(n->g->sym, dimx(ox_shape(n, padded).dim[2]), dimx_number(keep)));
    return n->bad ? NO_VALUE : ox_part(n, padded, 2, start, keep);
}

/* v / (1 + exp(-v)), in float32 at least. */
static ValueId silu(OnnxNode *n, ValueId v) {
    DType t = ox_dtype(n, v);
    if (dtype_info[t].bytes < 4) v = ox_cast(n, v, DT_f32);
    return ox_cast(n, ox_make1(n, OP_Swish, v, NULL), t);
}

bool map_causal_conv(OnnxNode *n) {
    static const char *const kinds[] = {"none", "silu", "swish", NULL};
    const char *activation = ox_string(n, "activation", "none");
    if (ox_rank(n, 0) != 3 || ox_rank(n, 1) != 3)
        return n->bad ? false : ox_error(n, NULL, NULL, "input and weight must have rank 3");
    Shape x = ox_shape(n, n->in[0]), w = ox_shape(n, n->in[1]), past = {.rank = 3, .dim = {x.dim[0], x.dim[1]}};
    if (n->bad || !ox_one_of(n, "activation", activation, kinds)) return false;
    if (!dim_known(w.dim[0]) || !dim_known(w.dim[2]) || w.dim[2] < 1 || w.dim[1] != 1 || w.dim[0] != x.dim[1])
        return ox_error(n, "weight", NULL, "must be [channels, 1, k] for the channels of the input");
    Dim keep = past.dim[2] = w.dim[2] - 1;
    ValueId padded = n->in[0], in[3] = {NO_VALUE, n->in[1], ox_in(n, 2)};
    if (ox_has(n, 3)) {
        Shape given = ox_shape(n, n->in[3]);
        if (!shape_equal(&given, &past))
            return ox_error(n, "past_state", NULL, "must have the shape [batch, channels, %lld]", (long long)keep);
    }
    if (keep)
        padded = ox_join(n, 2, (ValueId[]){ox_has(n, 3) ? n->in[3] : ox_zeros(n, ox_dtype(n, padded), &past), padded}, 2);
    Attr_Conv *conv = ox_new(n, OP_Conv);
    conv->group = w.dim[0];
    in[0] = padded;
    ValueId y = ox_make(n, OP_Conv, 3, in, conv);
    if (strcmp(activation, "none") != 0) y = silu(n, y);
    return !n->bad && ox_emit_value(n, 0, y) && ox_emit_value(n, 1, next_state(n, padded, keep));
}
