/* Weights of few bits become constants of floats, so that products take the usual kernels; not where size counts. */
#include "pass/rewrite.h"

#define MOST_BYTES ((size_t)1 << 28) /* of one constant: beyond that memory counts more */

/* Number `at` of those that stand side by side in bytes, from the low bits up. */
static int number_at(const uint8_t *bytes, int64_t at, int64_t bits) {
    int64_t bit = at * bits;
    return bytes[bit / 8] >> bit % 8 & ((1 << bits) - 1);
}

/* Zero point of a block: given as a number, packed, or the middle of the range. */
static double zero_of(const Tensor *t, const Attr_MatMulNBits *a, int64_t column, int64_t block, int64_t blocks) {
    if (!t) return (double)(1 << (a->bits - 1));
    if (t->dtype != DT_u8) return tensor_float(t, column * blocks + block);
    return number_at((const uint8_t *)t->data + column * t->shape.dim[1], block, a->bits);
}

/* w[K,N] = (number - zero point) * scale */
static Tensor *unpacked(Rw *r, const Attr_MatMulNBits *a, const Tensor *b, const Tensor *scale, const Tensor *zero) {
    int64_t blocks = b->shape.dim[1], bytes = b->shape.dim[2];
    Tensor *w = tensor_new(r->g->arena, DT_f32, shape_of(2, (const int64_t[2]){a->K, a->N}));
    for (int64_t n = 0; w->data && n < a->N; n++)
        for (int64_t k = 0; k < a->K; k++) {
            int64_t block = k / a->block_size;
            const uint8_t *packed = (const uint8_t *)b->data + (n * blocks + block) * bytes;
            float v = (float)number_at(packed, k % a->block_size, a->bits) - (float)zero_of(zero, a, n, block, blocks);
            ((float *)(uintptr_t)w->data)[k * a->N + n] = v * (float)tensor_float(scale, n * blocks + block);
        }
    return w->data ? w : NULL;
}

static bool unpack(Rw *r, NodeId n) {
    const Attr_MatMulNBits *a = RW_ATTR(r, n, MatMulNBits);
    const Tensor *part[4] = {NULL};
    if (rw_at(r, n)->op != OP_MatMulNBits || r->g->value.at[rw_in(r, n, 0)].dtype != DT_f32) return false;
    for (unsigned i = 1; i < 4; i++) {
        ValueId v = rw_in(r, n, i);
        part[i] = v == NO_VALUE ? NULL : value_data(r->g, v);
        if (v != NO_VALUE && (!part[i] || !part[i]->data)) return false;
    }
    if (part[2]->dtype != DT_f32 || (uint64_t)a->K * (uint64_t)a->N > MOST_BYTES / sizeof(float)) return false;
    Tensor *w = unpacked(r, a, part[1], part[2], part[3]);
    if (!w) return false;
    ValueId in[2] = {rw_in(r, n, 0), graph_constant(r->g, r->g->value.at[rw_in(r, n, 1)].name, w)};
    rw_grow(r);
    rw_become(r, n, OP_MatMul, 2, in, NULL);
    return true;
}

bool pass_unpack_weights(Graph *g, PassContext *c) {
    if (c->small) return false;
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < r.nodes_at_start; n++)
        if (rw_at(&r, n)->op == OP_MatMulNBits && unpack(&r, n)) c->hits++;
    return rw_end(&r);
}
