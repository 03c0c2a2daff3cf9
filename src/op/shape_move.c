/* Shapes of data movement: the same elements elsewhere. */
#include "base/size.h"
#include "op/shape.h"
#include <inttypes.h>

static DimX count_of(Graph *g, const Shape *s) {
    DimX product = dimx_number(1);
    for (int i = 0; i < s->rank; i++) product = dimx_mul(g->sym, product, dimx(s->dim[i]));
    return product;
}

/* A DIMS attribute as a shape. */
static bool dims_attr(Graph *g, NodeId n, const char *field, const Dims *d, Shape *s) {
    if (d->n > MAX_RANK) return SHAPE_ERROR(field, "got %u entries, the highest rank is %d", d->n, MAX_RANK);
    s->rank = (int8_t)d->n;
    for (uint32_t i = 0; i < d->n; i++) {
        if (d->at[i] == DIM_BAD) return SHAPE_ERROR(field, "entry %u is no dimension (negative or too large)", i);
        s->dim[i] = d->at[i];
    }
    return true;
}

SHAPE_FN(shape_to) {
    Operand x;
    Shape y = {.rank = 0}, all;
    int64_t most;
    if (!shape_operand(g, n, 0, &x) || !dims_attr(g, n, "shape", &SHAPE_ATTR(ShapeTo)->shape, &y) ||
        !shape_count_checked(g, n, &y, &most))
        return false;
    Op op = g->node.at[n].op;
    if (op == OP_ConstantOfShape) {
        if (shape_count(&x.shape) != 1) return SHAPE_ERROR("value", "%s: want one element", operand_text(g, n, 0));
    } else if (op == OP_Expand) {
        if (!shape_broadcast(g, n, &x.shape, &y, &all)) return false;
        for (int i = 0; i < all.rank; i++)
            if (all.rank != y.rank || dims_clash(g, all.dim[i], y.dim[i]))
                return SHAPE_ERROR("shape", "%s does not broadcast to %s", operand_text(g, n, 0), shape_text(g, &y));
    } else {
        DimX difference = dimx_sub(g->sym, count_of(g, &x.shape), count_of(g, &y));
        if (dimx_bad(difference)) return SHAPE_ERROR("shape", "the number of elements overflows");
        if (difference.is_number && difference.number != 0)
            return SHAPE_ERROR("shape", "%s and %s have different numbers of elements", operand_text(g, n, 0),
                               shape_text(g, &y));
    }
    return shape_set(g, n, 0, x.type, &y);
}

/* The seed is a single integer; the shape is an attribute. */
SHAPE_FN(random) {
    Operand seed;
    Shape y;
    Op op = g->node.at[n].op;
    if (!shape_operand(g, n, 0, &seed) || !shape_want_ints(g, n, 0)) return false;
    if (shape_count(&seed.shape) != 1) return SHAPE_ERROR("seed", "%s: want one element", operand_text(g, n, 0));
    const Dims *shape = op == OP_RandomUniform  ? &SHAPE_ATTR(RandomUniform)->shape
                        : op == OP_RandomNormal ? &SHAPE_ATTR(RandomNormal)->shape
                                                : &SHAPE_ATTR(ShapeTo)->shape;
    DType t = op == OP_RandomUniform  ? SHAPE_ATTR(RandomUniform)->dtype
              : op == OP_RandomNormal ? SHAPE_ATTR(RandomNormal)->dtype
                                      : DT_f64;
    if (t == DT_none || t >= DT_count || !dtype_is_float(t)) return SHAPE_ERROR("dtype", "want a floating-point type");
    return dims_attr(g, n, "shape", shape, &y) && shape_set(g, n, 0, t, &y);
}

SHAPE_FN(transpose) {
    Operand x;
    if (!shape_operand(g, n, 0, &x)) return false;
    int rank = x.shape.rank;
    if (SHAPE_ATTR(Perm)->perm.n == 0 && rank > 0) { /* absent: reversed */
        int64_t reversed[MAX_RANK];
        for (int i = 0; i < rank; i++) reversed[i] = rank - 1 - i;
        Attr_Perm *own = shape_own_attr(g, n);
        attr_set_ints(g->arena, &own->perm, (uint32_t)rank, reversed);
    }
    const Ints *perm = &SHAPE_ATTR(Perm)->perm;
    if (perm->n != (uint32_t)rank) return SHAPE_ERROR("perm", "got %u entries, want %d", perm->n, rank);
    bool seen[MAX_RANK] = {false};
    Shape y = {.rank = (int8_t)rank};
    for (int i = 0; i < rank; i++) {
        int64_t from = perm->at[i];
        if (from < 0 || from >= rank || seen[from])
            return SHAPE_ERROR("perm", "got %" PRId64 " at position %d, want each of 0 to %d once", from, i, rank - 1);
        seen[from] = true;
        y.dim[i] = x.shape.dim[from];
    }
    return shape_set(g, n, 0, x.type, &y);
}

/* The elements start, start + step, ... (count of them) lie inside `size`, as far as that is known. */
static bool slice_inside(Graph *g, NodeId n, int axis, Dim start, int64_t step, Dim count, Dim size) {
    if (step == 0) return SHAPE_ERROR("steps", "got 0 at dimension %d, want another number", axis);
    if (!dim_known(count) || count == 0) return true;
    int64_t last;
    if (dim_known(start) && dim_known(size) && start >= size)
        return SHAPE_ERROR("starts", "got %" PRId64 " at dimension %d, want less than its %" PRId64 " elements", start,
                           axis, size);
    if (!dim_known(start)) return true;
    if (!size_mul(count - 1, step, &last) || !size_add(last, start, &last) || last < 0 ||
        (dim_known(size) && last >= size))
        return SHAPE_ERROR("counts", "dimension %d: %" PRId64 " elements from %" PRId64 " by %" PRId64 " leave its %s",
                           axis, count, start, step, dim_text(g, size));
    return true;
}

SHAPE_FN(slice) {
    Operand x;
    Shape starts, counts;
    if (!shape_operand(g, n, 0, &x)) return false;
    uint32_t rank = (uint32_t)x.shape.rank;
    if (!shape_list_attr(g, n, "steps", rank, 1, INT64_MIN)) return false;
    const Attr_Slice *at = SHAPE_ATTR(Slice);
    if (at->starts.n != rank) return SHAPE_ERROR("starts", "got %u entries, want %u", at->starts.n, rank);
    if (at->counts.n != rank) return SHAPE_ERROR("counts", "got %u entries, want %u", at->counts.n, rank);
    if (!dims_attr(g, n, "starts", &at->starts, &starts) || !dims_attr(g, n, "counts", &at->counts, &counts))
        return false;
    for (int i = 0; i < x.shape.rank; i++)
        if (!slice_inside(g, n, i, starts.dim[i], at->steps.at[i], counts.dim[i], x.shape.dim[i])) return false;
    return shape_set(g, n, 0, x.type, &counts);
}

/* Absent sizes: equal parts, one an output. */
static bool split_equally(Graph *g, NodeId n, Dim size) {
    unsigned parts = g->node.at[n].nout;
    if (dim_known(size) && size % parts != 0)
        return SHAPE_ERROR("split", "missing, and %" PRId64 " does not divide into %u equal parts", size, parts);
    Dim *sizes = arena_array_of(g->arena, parts, Dim), part;
    if (!shape_dim(g, n, "split", dimx_floordiv(g->sym, dimx(size), dimx_number(parts)), &part)) return false;
    for (unsigned i = 0; i < parts; i++) sizes[i] = part;
    Attr_Split *own = shape_own_attr(g, n);
    own->split = (Dims){parts, sizes};
    return true;
}

SHAPE_FN(split) {
    Operand x;
    if (!shape_operand(g, n, 0, &x) || !shape_axis_attr(g, n, "axis", x.shape.rank)) return false;
    Dim size = x.shape.dim[SHAPE_ATTR(Split)->axis];
    if (SHAPE_ATTR(Split)->split.n == 0 && !split_equally(g, n, size)) return false;
    const Attr_Split *at = SHAPE_ATTR(Split);
    if (at->split.n != g->node.at[n].nout)
        return SHAPE_ERROR("split", "got %u entries, want %u, one an output", at->split.n, g->node.at[n].nout);
    DimX sum = dimx_number(0);
    Shape y = x.shape;
    for (uint32_t i = 0; i < at->split.n; i++) {
        if (at->split.at[i] == DIM_BAD) return SHAPE_ERROR("split", "entry %u is no size (negative or too large)", i);
        sum = dimx_add(g->sym, sum, dimx(at->split.at[i]));
        y.dim[at->axis] = at->split.at[i];
        if (!shape_set(g, n, i, x.type, &y)) return false;
    }
    Dim total;
    if (!shape_dim(g, n, "split", sum, &total)) return false;
    if (dims_clash(g, total, size))
        return SHAPE_ERROR("split", "the parts add up to %s, want %s", dim_text(g, total), dim_text(g, size));
    return true;
}

SHAPE_FN(concat) {
    Operand x, o;
    unsigned nin = g->node.at[n].nin;
    if (!shape_operand(g, n, 0, &x) || !shape_same_types(g, n, 0, nin - 1) ||
        !shape_axis_attr(g, n, "axis", x.shape.rank))
        return false;
    int axis = (int)SHAPE_ATTR(Axis)->axis;
    Shape y = x.shape;
    DimX sum = dimx(x.shape.dim[axis]);
    for (unsigned i = 1; i < nin; i++) {
        if (!shape_operand(g, n, i, &o)) return false;
        bool ok = o.shape.rank == x.shape.rank;
        for (int k = 0; ok && k < y.rank; k++) {
            if (k == axis) continue;
            ok = !dims_clash(g, y.dim[k], o.shape.dim[k]);
            y.dim[k] = dim_merge(y.dim[k], o.shape.dim[k]);
        }
        if (!ok)
            return SHAPE_ERROR("axis", "%s does not fit %s: only dimension %d may differ", operand_text(g, n, i),
                               operand_text(g, n, 0), axis);
        sum = dimx_add(g->sym, sum, dimx(o.shape.dim[axis]));
    }
    return shape_dim(g, n, "axis", sum, &y.dim[axis]) && shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(pad) {
    Operand x;
    Shape y;
    if (!shape_operand(g, n, 0, &x)) return false;
    int rank = x.shape.rank;
    if (!shape_list_attr(g, n, "pads", 2 * (uint32_t)rank, 0, INT64_MIN)) return false;
    const Attr_Pad *at = SHAPE_ATTR(Pad);
    if (!shape_choice(g, n, "mode", at->mode, "constant|edge|reflect|wrap")) return false;
    bool constant = strcmp(at->mode, "constant") == 0;
    ValueId fill = node_in(&g->node.at[n], 1);
    if (fill != NO_VALUE && (!shape_same_types(g, n, 0, 1) || shape_count(value_shape(g, fill)) != 1))
        return SHAPE_ERROR("constant_value", "%s: want one element of type %s", operand_text(g, n, 1),
                           dtype_info[x.type].name);
    y.rank = (int8_t)rank;
    for (int i = 0; i < rank; i++) {
        int64_t p0 = at->pads.at[i], p1 = at->pads.at[i + rank], most = p0 > p1 ? p0 : p1;
        DimX size = dimx_add(g->sym, dimx_add(g->sym, dimx(x.shape.dim[i]), dimx_number(p0)), dimx_number(p1));
        if (!shape_dim(g, n, "pads", size, &y.dim[i])) return false;
        Dim have = x.shape.dim[i];
        if (constant || most <= 0 || !dim_known(have)) continue;
        if (have == 0) return SHAPE_ERROR("pads", "dimension %d has no elements to repeat", i);
    }
    return shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(tile) {
    Operand x;
    if (!shape_operand(g, n, 0, &x) || !shape_list_attr(g, n, "repeats", (uint32_t)x.shape.rank, 1, 0)) return false;
    Shape y = x.shape;
    for (int i = 0; i < y.rank; i++) {
        DimX size = dimx_mul(g->sym, dimx(x.shape.dim[i]), dimx_number(SHAPE_ATTR(Tile)->repeats.at[i]));
        if (!shape_dim(g, n, "repeats", size, &y.dim[i])) return false;
    }
    return shape_set(g, n, 0, x.type, &y);
}

/* x is [n, c, h, w] and dimension `i` divides by `by`. */
static bool block_divides(Graph *g, NodeId n, const Shape *x, int i, int64_t by) {
    if (dim_known(x->dim[i]) && x->dim[i] % by != 0)
        return SHAPE_ERROR("blocksize", "dimension %d of %s is no multiple of %" PRId64, i, shape_text(g, x), by);
    return true;
}

static bool block_operand(Graph *g, NodeId n, Operand *x) {
    if (!shape_operand(g, n, 0, x)) return false;
    if (x->shape.rank != 4) return SHAPE_ERROR(NULL, "%s: want rank 4", operand_text(g, n, 0));
    return shape_choice(g, n, "mode", SHAPE_ATTR(BlockSize)->mode, "DCR|CRD") &&
           shape_within(g, n, "blocksize", SHAPE_ATTR(BlockSize)->blocksize, 1, (int64_t)1 << 23);
}

SHAPE_FN(depth_to_space) {
    Operand x;
    if (!block_operand(g, n, &x)) return false;
    int64_t b = SHAPE_ATTR(BlockSize)->blocksize;
    Shape y = x.shape;
    SymTable *t = g->sym;
    return block_divides(g, n, &x.shape, 1, b * b) &&
           shape_dim(g, n, "blocksize", dimx_floordiv(t, dimx(x.shape.dim[1]), dimx_number(b * b)), &y.dim[1]) &&
           shape_dim(g, n, "blocksize", dimx_mul(t, dimx(x.shape.dim[2]), dimx_number(b)), &y.dim[2]) &&
           shape_dim(g, n, "blocksize", dimx_mul(t, dimx(x.shape.dim[3]), dimx_number(b)), &y.dim[3]) &&
           shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(space_to_depth) {
    Operand x;
    if (!block_operand(g, n, &x)) return false;
    int64_t b = SHAPE_ATTR(BlockSize)->blocksize;
    Shape y = x.shape;
    SymTable *t = g->sym;
    return block_divides(g, n, &x.shape, 2, b) && block_divides(g, n, &x.shape, 3, b) &&
           shape_dim(g, n, "blocksize", dimx_mul(t, dimx(x.shape.dim[1]), dimx_number(b * b)), &y.dim[1]) &&
           shape_dim(g, n, "blocksize", dimx_floordiv(t, dimx(x.shape.dim[2]), dimx_number(b)), &y.dim[2]) &&
           shape_dim(g, n, "blocksize", dimx_floordiv(t, dimx(x.shape.dim[3]), dimx_number(b)), &y.dim[3]) &&
           shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(resize) {
    Operand x;
    Shape y;
    if (!shape_operand(g, n, 0, &x)) return false;
    const Attr_Resize *at = SHAPE_ATTR(Resize);
    uint32_t rank = (uint32_t)x.shape.rank;
    if (at->sizes.n != rank) return SHAPE_ERROR("sizes", "got %u entries, want %u", at->sizes.n, rank);
    if (at->scales.n != 0 && at->scales.n != rank)
        return SHAPE_ERROR("scales", "got %u entries, want %u", at->scales.n, rank);
    if (at->roi.n != 0 && at->roi.n != 2 * rank)
        return SHAPE_ERROR("roi", "got %u entries, want %u", at->roi.n, 2 * rank);
    if (!dims_attr(g, n, "sizes", &at->sizes, &y) || !shape_choice(g, n, "mode", at->mode, "nearest|linear|cubic") ||
        !shape_choice(
            g, n, "coordinate_transformation_mode", at->coordinate_transformation_mode,
            "half_pixel|half_pixel_symmetric|pytorch_half_pixel|align_corners|asymmetric|tf_crop_and_resize|tf_half_pixel_for_nn") ||
        !shape_choice(g, n, "nearest_mode", at->nearest_mode, "round_prefer_floor|round_prefer_ceil|floor|ceil|simple") ||
        !shape_within(g, n, "exclude_outside", at->exclude_outside, 0, 1) ||
        !shape_within(g, n, "antialias", at->antialias, 0, 1))
        return false;
    if (strcmp(at->coordinate_transformation_mode, "tf_crop_and_resize") == 0 && at->roi.n == 0 && rank > 0)
        return SHAPE_ERROR("roi", "missing, tf_crop_and_resize wants %u entries", 2 * rank);
    for (uint32_t i = 0; i < rank; i++) {
        if (at->scales.n && !(at->scales.at[i] > 0 && at->scales.at[i] <= 1e9))
            return SHAPE_ERROR("scales", "got %g at position %u, want a positive number", at->scales.at[i], i);
        if (x.shape.dim[i] == 0 && y.dim[i] != 0)
            return SHAPE_ERROR("sizes", "got %s at dimension %u, which has no elements", dim_text(g, y.dim[i]), i);
    }
    return shape_set(g, n, 0, x.type, &y);
}

/* Windows of `size` elements along dim, `step` apart; the elements of one are a dimension of their own, the last. */
SHAPE_FN(unfold_tensor) {
    Operand x;
    if (!shape_operand(g, n, 0, &x) || !shape_axis_attr(g, n, "dim", x.shape.rank)) return false;
    const Attr_UnfoldTensor *at = SHAPE_ATTR(UnfoldTensor);
    Dim have = x.shape.dim[at->dim];
    if (!shape_within(g, n, "size", at->size, 1, dim_known(have) ? have : INT32_MAX) ||
        !shape_within(g, n, "step", at->step, 1, INT32_MAX))
        return false;
    if (x.shape.rank == MAX_RANK) return SHAPE_ERROR(NULL, "%s: want rank below %d", operand_text(g, n, 0), MAX_RANK);
    Shape y = x.shape;
    DimX room = dimx_sub(g->sym, dimx(have), dimx_number(at->size));
    DimX count = dimx_add(g->sym, dimx_floordiv(g->sym, room, dimx_number(at->step)), dimx_number(1));
    if (!shape_dim(g, n, "size", count, &y.dim[at->dim])) return false;
    y.dim[y.rank++] = at->size;
    return shape_set(g, n, 0, x.type, &y);
}

SHAPE_FN(eye_like) {
    Operand x;
    if (!shape_operand(g, n, 0, &x)) return false;
    if (x.shape.rank != 2) return SHAPE_ERROR(NULL, "%s: want rank 2", operand_text(g, n, 0));
    DType t = SHAPE_ATTR(EyeLike)->dtype;
    if (t == DT_string || t >= DT_count) return SHAPE_ERROR("dtype", "want a number type or bool");
    return shape_set(g, n, 0, t == DT_none ? x.type : t, &x.shape);
}
