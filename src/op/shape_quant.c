/* Shapes of products with packed weights. */
#include "base/size.h"
#include "op/shape.h"
#include <inttypes.h>

/* a [.., K], b bytes [N, blocks, bytes of a block], scales [N, blocks], zero points the same or packed. */
SHAPE_FN(matmul_nbits) {
    Operand a, b, scale, zero;
    const Attr_MatMulNBits *m = SHAPE_ATTR(MatMulNBits);
    if (!shape_operand(g, n, 0, &a) || !shape_operand(g, n, 1, &b) || !shape_operand(g, n, 2, &scale)) return false;
    if (!shape_within(g, n, "K", m->K, 1, INT32_MAX) || !shape_within(g, n, "N", m->N, 1, INT32_MAX) ||
        !shape_within(g, n, "bits", m->bits, 1, 8) || !shape_within(g, n, "block_size", m->block_size, 8, INT32_MAX))
        return false;
    if (8 % m->bits) return SHAPE_ERROR("bits", "got %" PRId64 ", want 1, 2, 4 or 8", m->bits);
    if (m->block_size % 8) return SHAPE_ERROR("block_size", "got %" PRId64 ", want a multiple of 8", m->block_size);
    if (!dtype_is_float(a.type) || a.shape.rank < 1 || dims_clash(g, a.shape.dim[a.shape.rank - 1], m->K))
        return SHAPE_ERROR("K", "%s: want floats with %" PRId64 " columns", operand_text(g, n, 0), m->K);
    int64_t blocks = ceil_div(m->K, m->block_size);
    Shape bytes = {.rank = 3, .dim = {m->N, blocks, m->block_size * m->bits / 8}},
          each = {.rank = 2, .dim = {m->N, blocks}}, packed = {.rank = 2, .dim = {m->N, ceil_div(blocks * m->bits, 8)}};
    if (b.type != DT_u8 || !dtype_is_float(scale.type))
        return SHAPE_ERROR(NULL, "%s and %s: want u8 and floats", operand_text(g, n, 1), operand_text(g, n, 2));
    if (!shape_want(g, n, 1, &bytes) || !shape_want(g, n, 2, &each)) return false;
    if (node_in(&g->node.at[n], 3) != NO_VALUE) {
        if (!shape_operand(g, n, 3, &zero)) return false;
        if (zero.type != DT_u8 && !dtype_is_float(zero.type))
            return SHAPE_ERROR(NULL, "%s: want u8 or floats", operand_text(g, n, 3));
        if (!shape_want(g, n, 3, zero.type == DT_u8 ? &packed : &each)) return false;
    }
    a.shape.dim[a.shape.rank - 1] = m->N;
    return shape_set(g, n, 0, a.type, &a.shape);
}
