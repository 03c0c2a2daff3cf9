/* Shared by the builders: meaning of one node -> stages of a nest. */
#ifndef TENON_OP_BUILD_H
#define TENON_OP_BUILD_H
#include "base/size.h"
#include "op/families.h"

static inline const Node *bd_node(const NestBuild *b) {
    return &b->g->node.at[b->node];
}
static inline const void *bd_attr(const NestBuild *b) {
    return bd_node(b)->attr;
}
/* Buffer of operand i or NO_BUF. */
static inline BufId bd_in(const NestBuild *b, unsigned i) {
    return node_in(bd_node(b), i) == NO_VALUE ? NO_BUF : b->in[i];
}
static inline BufId bd_out(const NestBuild *b, unsigned i) {
    return node_out(bd_node(b), i) == NO_VALUE ? NO_BUF : b->out[i];
}
static inline const Buffer *bd_buf(const NestBuild *b, BufId id) {
    return &b->nest->buf.at[id];
}
/* Type that a storage type is computed in: f32 for f16, bf16 and smaller floats. */
static inline DType bd_compute(DType t) {
    return dtype_is_coded(t) ? DT_f32 : t;
}

/* Always false. */
bool bd_error(const NestBuild *b, const char *field, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The buffer has this rank, with a diagnostic otherwise. */
bool bd_rank(const NestBuild *b, BufId buf, int rank);

/* Loads in the compute type. */
ExprId bd_load(const NestBuild *b, BufId buf, const ExprId *index);
ExprId bd_load_or(const NestBuild *b, BufId buf, const ExprId *index, double otherwise);
/* `buf` at position `at` (rank expressions) of a tensor that it is broadcast to, numpy's way. */
ExprId bd_broadcast(const NestBuild *b, BufId buf, int rank, const ExprId *at);
/* An integer as i32, less the zero point (may be NO_BUF) that is broadcast to position `at` of rank dimensions. */
ExprId bd_centred(const NestBuild *b, ExprId e, BufId zero, int rank, const ExprId *at);
/* The only element of a tensor of any rank, in the compute type. */
ExprId bd_scalar(const NestBuild *b, BufId buf);
/* Stage buf[axes] = value, cast to the buffer's type. */
Stage *bd_store(const NestBuild *b, BufId buf, int naxis, const AxisId *axes, ExprId value);
/* Stage buf[index] = value; index has one entry a dimension of buf. */
Stage *bd_store_at(const NestBuild *b, BufId buf, int naxis, const AxisId *axes, const ExprId *index, ExprId value);
BufId bd_local(const NestBuild *b, const char *name, DType t, int rank, const int64_t *dim);
/* One spatial axis a dimension of buf: n c h w for rank 4, i0 i1 .. otherwise; at[] gets them as expressions. */
void bd_axes(const NestBuild *b, BufId buf, AxisId *axes, ExprId *at);
/* The name that bd_axes gives to dimension d of rank. */
const char *bd_axis_name(const NestBuild *b, int rank, int d);
/* Name of spatial dimension d of n with a prefix letter: oh, ow; kd, kh, kw. */
const char *bd_spatial_name(const NestBuild *b, const char *prefix, int n, int d);

/* a op c for index arithmetic. */
ExprId bd_plus(const NestBuild *b, ExprId a, int64_t c);
ExprId bd_times(const NestBuild *b, ExprId a, int64_t c);
ExprId bd_div(const NestBuild *b, ExprId a, int64_t c);
ExprId bd_mod(const NestBuild *b, ExprId a, int64_t c);
ExprId bd_clamp(const NestBuild *b, ExprId a, int64_t lo, int64_t hi);
/* Row-major position of at[] under dims; and back. */
ExprId bd_flatten(const NestBuild *b, int rank, const int64_t *dim, const ExprId *at);
void bd_unflatten(const NestBuild *b, ExprId linear, int rank, const int64_t *dim, ExprId *at);
/* Entry d of a list attribute, `otherwise` where the list is shorter. */
static inline int64_t bd_entry(Ints l, int d, int64_t otherwise) {
    return (uint32_t)d < l.n ? l.at[d] : otherwise;
}
#endif
