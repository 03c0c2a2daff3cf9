/* ScatterElements, ScatterND: a copy, then a stage that stores where the positions say. */
#include "op/build.h"

static bool combine_of(const NestBuild *b, const char *reduction, Combine *c) {
    static const struct {
        const char *name;
        Combine combine;
    } table[] = {{"none", COMBINE_store},
                 {"add", COMBINE_sum},
                 {"mul", COMBINE_prod},
                 {"max", COMBINE_max},
                 {"min", COMBINE_min}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(table[i].name, reduction)) {
            *c = table[i].combine;
            return true;
        }
    return bd_error(b, "reduction", "'%s' is none of none, add, mul, max, min", reduction);
}

static bool begin(NestBuild *b, Combine *c) {
    const Attr_Scatter *s = bd_attr(b);
    BufId x = bd_in(b, 0), indices = bd_in(b, 1), y = bd_out(b, 0);
    if (!combine_of(b, s->reduction, c) || !bd_rank(b, y, bd_buf(b, x)->rank)) return false;
    if (!dtype_is_int(bd_buf(b, indices)->dtype)) return bd_error(b, NULL, "the positions are no integers");
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    bd_axes(b, y, axes, at);
    bd_store(b, y, bd_buf(b, y)->rank, axes, x_load(b->nest, x, at));
    return true;
}

/* Axes over which two updates may meet in one element run in order. */
static AxisId update_axis(const NestBuild *b, BufId updates, int d, bool serial) {
    int64_t extent = bd_buf(b, updates)->dim[d];
    return nest_axis(b->nest, bd_axis_name(b, bd_buf(b, updates)->rank, d), extent,
                     serial ? AXIS_serial : AXIS_spatial);
}

bool build_ScatterElements(NestBuild *b) {
    const Attr_Scatter *s = bd_attr(b);
    BufId indices = bd_in(b, 1), updates = bd_in(b, 2), y = bd_out(b, 0);
    int rank = bd_buf(b, y)->rank;
    int64_t axis = s->axis < 0 ? s->axis + rank : s->axis;
    Combine combine;
    if (axis < 0 || axis >= rank) return bd_error(b, "axis", "is outside the rank %d", rank);
    if (!begin(b, &combine) || !bd_rank(b, indices, rank) || !bd_rank(b, updates, rank)) return false;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], to[MAX_RANK];
    for (int i = 0; i < rank; i++) {
        int64_t count = bd_buf(b, updates)->dim[i];
        if (count != bd_buf(b, indices)->dim[i]) return bd_error(b, NULL, "positions and updates differ in shape");
        if (i != axis ? count > bd_buf(b, y)->dim[i] : count > 0 && bd_buf(b, y)->dim[i] == 0)
            return bd_error(b, NULL, "the updates reach beyond dimension %d", i);
        axes[i] = update_axis(b, updates, i, i == axis);
        at[i] = to[i] = x_axis(b->nest, axes[i]);
    }
    to[axis] = x_at(b->nest, x_load(b->nest, indices, at), bd_buf(b, y)->dim[axis]);
    bd_store_at(b, y, rank, axes, to, x_load(b->nest, updates, at))->combine = combine;
    return true;
}

bool build_ScatterND(NestBuild *b) {
    BufId indices = bd_in(b, 1), updates = bd_in(b, 2), y = bd_out(b, 0);
    int rank = bd_buf(b, y)->rank, q = bd_buf(b, indices)->rank;
    Combine combine;
    if (q < 1) return bd_error(b, NULL, "the positions are a scalar");
    int64_t depth = bd_buf(b, indices)->dim[q - 1];
    if (depth < 1 || depth > rank)
        return bd_error(b, NULL, "the positions have %lld entries for %d dimensions", (long long)depth, rank);
    int naxis = q - 1 + rank - (int)depth;
    if (!begin(b, &combine) || !bd_rank(b, updates, naxis)) return false;
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], to[MAX_RANK], row[MAX_RANK];
    for (int i = 0; i < naxis; i++) {
        int64_t limit = i < q - 1 ? bd_buf(b, indices)->dim[i] : bd_buf(b, y)->dim[depth + i - (q - 1)];
        if (bd_buf(b, updates)->dim[i] != limit) return bd_error(b, NULL, "positions and updates differ in shape");
        axes[i] = update_axis(b, updates, i, i < q - 1);
        at[i] = x_axis(b->nest, axes[i]);
        if (i < q - 1) row[i] = at[i];
    }
    for (int i = 0; i < rank; i++) {
        row[q - 1] = x_index(b->nest, i);
        if (i < depth)
            to[i] = x_at(b->nest, x_load(b->nest, indices, row), bd_buf(b, y)->dim[i]);
        else
            to[i] = at[q - 1 + i - (int)depth];
    }
    int64_t points = 1;
    for (int i = 0; i < naxis; i++) points *= bd_buf(b, updates)->dim[i] > 0;
    for (int i = 0; points && i < rank; i++)
        if (bd_buf(b, y)->dim[i] == 0) return bd_error(b, NULL, "dimension %d is empty", i);
    bd_store_at(b, y, naxis, axes, to, x_load(b->nest, updates, at))->combine = combine;
    return true;
}
