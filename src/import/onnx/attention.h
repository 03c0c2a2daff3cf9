/* What the maps of attention share (map_attention.c). */
#ifndef TENON_IMPORT_ONNX_ATTENTION_H
#define TENON_IMPORT_ONNX_ATTENTION_H
#include "import/onnx/maps.h"

/* Each head of keys or values [batch, heads, length, size] repeated for the queries that share it. */
ValueId onnx_repeat_heads(OnnxNode *n, ValueId v, int64_t heads);
/* 0, 1, 2 ... along dimension `at` of `rank` */
ValueId onnx_positions(OnnxNode *n, int64_t count, int rank, int at);
/* The first `dim` elements of the last dimension of v, of rank 4, turned: pairs of neighbours, or of both halves. Cosines
 * and sines are [batch or 1, length, dim / 2], v has its heads at dimension heads_at. */
ValueId onnx_rotate(OnnxNode *n, ValueId v, int heads_at, ValueId cosine, ValueId sine, int64_t dim, bool pairs);
#endif
