/* Gather, GatherElements, GatherND: positions read from a tensor; negative ones count from the end, and none can lead
 * outside. */
#include "op/build.h"

static ExprId data_index(const NestBuild *b, BufId indices, const ExprId *at, int64_t extent) {
    return x_at(b->nest, x_load(b->nest, indices, at), extent);
}

static bool no_integers(const NestBuild *b, BufId indices) {
    DType t = bd_buf(b, indices)->dtype;
    return !dtype_is_int(t) && !bd_error(b, NULL, "the positions are %s, not integers", dtype_info[t].name);
}

/* Reading an empty dimension at a position from data has no meaning. */
static bool empty(const NestBuild *b, BufId x, int64_t axis, BufId y) {
    int64_t points = 1;
    for (int i = 0; i < bd_buf(b, y)->rank; i++) points *= bd_buf(b, y)->dim[i] > 0;
    return points && bd_buf(b, x)->dim[axis] == 0 &&
           !bd_error(b, "axis", "dimension %d of '%s' is empty", (int)axis, bd_buf(b, x)->name);
}

bool build_Gather(NestBuild *b) {
    const Attr_Axis *g = bd_attr(b);
    BufId x = bd_in(b, 0), indices = bd_in(b, 1), y = bd_out(b, 0);
    int rank = bd_buf(b, x)->rank, q = bd_buf(b, indices)->rank;
    int64_t axis = g->axis < 0 ? g->axis + rank : g->axis;
    if (axis < 0 || axis >= rank) return bd_error(b, "axis", "is outside the rank %d", rank);
    if (!bd_rank(b, y, rank - 1 + q) || no_integers(b, indices) || empty(b, x, axis, y)) return false;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK];
    bd_axes(b, y, axes, at);
    for (int i = 0; i < rank; i++) from[i] = i < axis ? at[i] : i > axis ? at[i - 1 + q] : NO_EXPR;
    from[axis] = data_index(b, indices, at + axis, bd_buf(b, x)->dim[axis]);
    bd_store(b, y, rank - 1 + q, axes, x_load(b->nest, x, from));
    return true;
}

bool build_GatherElements(NestBuild *b) {
    const Attr_Axis *g = bd_attr(b);
    BufId x = bd_in(b, 0), indices = bd_in(b, 1), y = bd_out(b, 0);
    int rank = bd_buf(b, x)->rank;
    int64_t axis = g->axis < 0 ? g->axis + rank : g->axis;
    if (axis < 0 || axis >= rank) return bd_error(b, "axis", "is outside the rank %d", rank);
    if (!bd_rank(b, y, rank) || !bd_rank(b, indices, rank) || no_integers(b, indices) || empty(b, x, axis, y))
        return false;
    for (int i = 0; i < rank; i++)
        if (i != axis && bd_buf(b, indices)->dim[i] > bd_buf(b, x)->dim[i])
            return bd_error(b, NULL, "the positions reach beyond dimension %d of '%s'", i, bd_buf(b, x)->name);
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK];
    bd_axes(b, y, axes, at);
    memcpy(from, at, sizeof from);
    from[axis] = data_index(b, indices, at, bd_buf(b, x)->dim[axis]);
    bd_store(b, y, rank, axes, x_load(b->nest, x, from));
    return true;
}

bool build_GatherND(NestBuild *b) {
    const Attr_GatherND *g = bd_attr(b);
    BufId x = bd_in(b, 0), indices = bd_in(b, 1), y = bd_out(b, 0);
    int rank = bd_buf(b, x)->rank, q = bd_buf(b, indices)->rank;
    if (q < 1) return bd_error(b, NULL, "the positions are a scalar");
    int64_t depth = bd_buf(b, indices)->dim[q - 1], batch = g->batch_dims;
    if (batch < 0 || batch > q - 1 || batch > rank || depth < 1 || depth > rank - batch)
        return bd_error(b, "batch_dims", "does not go with the operands' shapes");
    if (!bd_rank(b, y, q - 1 + rank - (int)(batch + depth)) || no_integers(b, indices)) return false;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], from[MAX_RANK], row[MAX_RANK];
    bd_axes(b, y, axes, at);
    for (int i = 0; i < q - 1; i++) row[i] = at[i];
    for (int i = 0; i < rank; i++) {
        if (i < batch) {
            from[i] = at[i];
        } else if (i < batch + depth) {
            row[q - 1] = x_index(b->nest, i - batch);
            if (empty(b, x, i, y)) return false;
            from[i] = data_index(b, indices, row, bd_buf(b, x)->dim[i]);
        } else {
            from[i] = at[q - 1 + i - (int)(batch + depth)];
        }
    }
    bd_store(b, y, bd_buf(b, y)->rank, axes, x_load(b->nest, x, from));
    return true;
}
