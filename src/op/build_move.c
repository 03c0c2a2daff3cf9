/* Data movement: every output element is an operand's element or a constant. Elements are copied in their storage
 * type. */
#include "op/build.h"

typedef struct {
    int rank;
    AxisId axis[MAX_RANK];
    ExprId at[MAX_RANK];
} Axes;

static Axes axes_of(const NestBuild *b, BufId buf) {
    Axes a = {.rank = bd_buf(b, buf)->rank};
    bd_axes(b, buf, a.axis, a.at);
    return a;
}

/* out[own axes] = x[from] */
static bool copy(const NestBuild *b, BufId out, const Axes *a, BufId x, const ExprId *from) {
    bd_store(b, out, a->rank, a->axis, x_load(b->nest, x, from));
    return true;
}

bool build_Reshape(NestBuild *b) {
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Axes a = axes_of(b, y);
    ExprId from[MAX_RANK], linear = bd_flatten(b, a.rank, bd_buf(b, y)->dim, a.at);
    bd_unflatten(b, linear, bd_buf(b, x)->rank, bd_buf(b, x)->dim, from);
    return copy(b, y, &a, x, from);
}

bool build_Transpose(NestBuild *b) {
    const Attr_Perm *p = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Axes a = axes_of(b, y);
    ExprId from[MAX_RANK];
    uint32_t seen = 0;
    if (!bd_rank(b, x, a.rank)) return false;
    for (int i = 0; i < a.rank; i++) {
        int64_t p_i = bd_entry(p->perm, i, a.rank - 1 - i);
        if (p_i < 0 || p_i >= a.rank || (seen >> p_i & 1))
            return bd_error(b, "perm", "is no permutation of the dimensions");
        seen |= 1u << p_i;
        from[p_i] = a.at[i];
    }
    return copy(b, y, &a, x, from);
}

bool build_Expand(NestBuild *b) {
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Axes a = axes_of(b, y);
    ExprId from[MAX_RANK];
    int rank = bd_buf(b, x)->rank, lead = a.rank - rank;
    if (lead < 0) return bd_error(b, "shape", "has fewer dimensions than the operand");
    for (int i = 0; i < rank; i++) from[i] = bd_buf(b, x)->dim[i] == 1 ? x_index(b->nest, 0) : a.at[lead + i];
    return copy(b, y, &a, x, from);
}

bool build_Slice(NestBuild *b) {
    const Attr_Slice *s = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Axes a = axes_of(b, y);
    ExprId from[MAX_RANK];
    if (!bd_rank(b, x, a.rank)) return false;
    if (s->starts.n < (uint32_t)a.rank) return bd_error(b, "starts", "has too few entries");
    for (int i = 0; i < a.rank; i++) {
        int64_t start = s->starts.at[i], step = bd_entry(s->steps, i, 1), last, dim = bd_buf(b, x)->dim[i];
        int64_t count = bd_buf(b, y)->dim[i];
        if (!dim_known(start)) return bd_error(b, "starts", "is not known while compiling");
        if (count > 0 && (start >= dim || !size_mul(step, count - 1, &last) || !size_add(start, last, &last) ||
                          last < 0 || last >= dim))
            return bd_error(b, "starts", "elements outside dimension %d of '%s' are selected", i, bd_buf(b, x)->name);
        from[i] = bd_plus(b, bd_times(b, a.at[i], step), start);
    }
    return copy(b, y, &a, x, from);
}

bool build_Split(NestBuild *b) {
    const Attr_Split *s = bd_attr(b);
    BufId x = bd_in(b, 0);
    int64_t offset = 0, axis = s->axis < 0 ? s->axis + bd_buf(b, x)->rank : s->axis;
    for (unsigned i = 0; i < bd_node(b)->nout; i++) {
        BufId y = bd_out(b, i);
        int64_t part = i < s->split.n ? s->split.at[i] : y != NO_BUF ? bd_buf(b, y)->dim[axis] : -1;
        if (part < 0) return bd_error(b, "split", "the length of part %u is not known", i);
        if (y != NO_BUF) {
            Axes a = axes_of(b, y);
            ExprId from[MAX_RANK];
            if (!bd_rank(b, x, a.rank)) return false;
            memcpy(from, a.at, sizeof from);
            from[axis] = bd_plus(b, a.at[axis], offset);
            copy(b, y, &a, x, from);
        }
        offset += part;
    }
    return true;
}

bool build_Concat(NestBuild *b) {
    const Attr_Axis *c = bd_attr(b);
    BufId y = bd_out(b, 0);
    int64_t offset = 0, axis = c->axis < 0 ? c->axis + bd_buf(b, y)->rank : c->axis;
    for (unsigned i = 0; i < bd_node(b)->nin; i++) {
        BufId x = bd_in(b, i);
        if (x == NO_BUF) continue;
        if (!bd_rank(b, x, bd_buf(b, y)->rank)) return false;
        Axes a = axes_of(b, x);
        ExprId to[MAX_RANK], value = x_load(b->nest, x, a.at);
        memcpy(to, a.at, sizeof to);
        to[axis] = bd_plus(b, a.at[axis], offset);
        bd_store_at(b, y, a.rank, a.axis, to, value);
        offset += bd_buf(b, x)->dim[axis];
    }
    return offset == bd_buf(b, y)->dim[axis] || bd_error(b, "axis", "the operands do not add up to the result");
}

/* Position `at` (may lie outside) -> the element inside that stands there. far: one mirroring is not enough. */
static ExprId pad_index(const NestBuild *b, const char *mode, ExprId at, int64_t dim, bool far) {
    Nest *n = b->nest;
    if (!strcmp(mode, "edge")) return bd_clamp(b, at, 0, dim - 1);
    if (!strcmp(mode, "wrap")) return bd_mod(b, at, dim);
    if (dim == 1) return x_index(n, 0);
    int64_t last = dim - 1;
    ExprId mirrored = far ? bd_mod(b, at, 2 * last) : x_fn2(n, FN_max, at, bd_times(b, at, -1));
    return x_fn2(n, FN_min, mirrored, x_fn2(n, FN_sub, x_index(n, 2 * last), mirrored));
}

bool build_Pad(NestBuild *b) {
    const Attr_Pad *p = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0), fill = bd_in(b, 1);
    Axes a = axes_of(b, y);
    ExprId from[MAX_RANK], zero[MAX_RANK];
    bool constant = !strcmp(p->mode, "constant");
    if (!bd_rank(b, x, a.rank)) return false;
    if (!constant && strcmp(p->mode, "edge") && strcmp(p->mode, "wrap") && strcmp(p->mode, "reflect"))
        return bd_error(b, "mode", "'%s' is none of constant, edge, reflect, wrap", p->mode);
    for (int i = 0; i < a.rank; i++) {
        int64_t begin = bd_entry(p->pads, i, 0), end = bd_entry(p->pads, a.rank + i, 0), dim = bd_buf(b, x)->dim[i];
        from[i] = bd_plus(b, a.at[i], -begin);
        if (!constant && (begin > 0 || end > 0)) {
            if (dim == 0) return bd_error(b, "pads", "dimension %d is empty and cannot be continued", i);
            from[i] = pad_index(b, p->mode, from[i], dim, begin >= dim || end >= dim);
        }
    }
    if (!constant) return copy(b, y, &a, x, from);
    if (fill == NO_BUF) {
        bd_store(b, y, a.rank, a.axis, bd_load_or(b, x, from, 0));
        return true;
    }
    for (int i = 0; i < MAX_RANK; i++) zero[i] = x_index(b->nest, 0);
    bd_store(b, y, a.rank, a.axis, x_load_or(b->nest, x, from, x_load(b->nest, fill, zero)));
    return true;
}

bool build_Tile(NestBuild *b) {
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Axes a = axes_of(b, y);
    ExprId from[MAX_RANK];
    if (!bd_rank(b, x, a.rank)) return false;
    for (int i = 0; i < a.rank; i++) {
        int64_t dim = bd_buf(b, x)->dim[i];
        from[i] = dim > 0 ? bd_mod(b, a.at[i], dim) : a.at[i];
    }
    return copy(b, y, &a, x, from);
}

bool build_DepthToSpace(NestBuild *b) {
    const Attr_BlockSize *s = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Nest *n = b->nest;
    int64_t size = s->blocksize;
    if (size < 1) return bd_error(b, "blocksize", "is %lld, not positive", (long long)size);
    if (!bd_rank(b, x, 4) || !bd_rank(b, y, 4)) return false;
    Axes a = axes_of(b, y);
    ExprId block = x_fn2(n, FN_add, bd_times(b, bd_mod(b, a.at[2], size), size), bd_mod(b, a.at[3], size));
    bool crd = !strcmp(s->mode, "CRD");
    ExprId c = crd ? x_fn2(n, FN_add, bd_times(b, a.at[1], size * size), block)
                   : x_fn2(n, FN_add, bd_times(b, block, bd_buf(b, y)->dim[1]), a.at[1]);
    ExprId from[4] = {a.at[0], c, bd_div(b, a.at[2], size), bd_div(b, a.at[3], size)};
    return copy(b, y, &a, x, from);
}

bool build_SpaceToDepth(NestBuild *b) {
    const Attr_BlockSize *s = bd_attr(b);
    BufId x = bd_in(b, 0), y = bd_out(b, 0);
    Nest *n = b->nest;
    int64_t size = s->blocksize;
    if (size < 1) return bd_error(b, "blocksize", "is %lld, not positive", (long long)size);
    if (!bd_rank(b, x, 4) || !bd_rank(b, y, 4)) return false;
    Axes a = axes_of(b, y);
    int64_t channels = bd_buf(b, x)->dim[1] > 0 ? bd_buf(b, x)->dim[1] : 1, within = size * size;
    bool crd = !strcmp(s->mode, "CRD"); /* the block's elements are channels beside each other */
    ExprId c = crd ? bd_div(b, a.at[1], within) : bd_mod(b, a.at[1], channels);
    ExprId block = crd ? bd_mod(b, a.at[1], within) : bd_div(b, a.at[1], channels);
    ExprId h = x_fn2(n, FN_add, bd_times(b, a.at[2], size), bd_div(b, block, size));
    ExprId w = x_fn2(n, FN_add, bd_times(b, a.at[3], size), bd_mod(b, block, size));
    ExprId from[4] = {a.at[0], c, h, w};
    return copy(b, y, &a, x, from);
}

bool build_ConstantOfShape(NestBuild *b) {
    Axes a = axes_of(b, bd_out(b, 0));
    ExprId zero[MAX_RANK];
    for (int i = 0; i < MAX_RANK; i++) zero[i] = x_index(b->nest, 0);
    return copy(b, bd_out(b, 0), &a, bd_in(b, 0), zero);
}
