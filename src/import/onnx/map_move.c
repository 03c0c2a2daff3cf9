/* Slicing, joining and padding. Gathers and scatters are in map_gather.c. */
#include "base/size.h"
#include "import/onnx/maps.h"

bool map_transpose(OnnxNode *n) {
    Attr_Perm *a = ox_new(n, OP_Transpose);
    ox_ints(n, "perm", &a->perm);
    return ox_emit(n, OP_Transpose, n->nin, n->in, a);
}

bool map_concat(OnnxNode *n) {
    Attr_Axis *a = ox_new(n, OP_Concat);
    if (!ox_find(n, "axis") && n->version >= 4) return ox_error(n, "axis", NULL, "the attribute is missing");
    a->axis = ox_int(n, "axis", 1);
    return ox_emit(n, OP_Concat, n->nin, n->in, a);
}

/* ---- Slice ---- */

/* Positions at least this far out mean "to the end". */
#define FAR INT32_MAX

typedef struct {
    DimX start, end;
    int64_t step;
} Part;

static int64_t clamp(int64_t v, int64_t lo, int64_t hi) { return v < lo ? lo : v > hi ? hi : v; }

/* Start and count on a dimension of known size: clamped as the standard says; walking down, the start is an element even
 * where NumPy finds none. */
static void slice_number(int64_t size, const Part *r, Dim *start, Dim *count) {
    int64_t s = r->start.number, e = r->end.number, step = r->step;
    if (s < 0) s = s < -size ? 0 : s + size;
    if (e < 0) e = e < -size ? -1 : e + size;
    s = clamp(s, 0, step > 0 ? size : size - 1);
    e = step > 0 ? clamp(e, 0, size) : clamp(e, -1, size - 1);
    int64_t span = step > 0 ? e - s : s - e;
    *count = span <= 0 ? 0 : step > 0 ? ceil_div(span, step) : step == INT64_MIN ? 1 : ceil_div(span, -step);
    *start = *count ? s : 0;
}

/* A position on a dimension that is not known: negative numbers count from its end; they are taken to lie inside. */
static DimX slice_position(SymTable *sym, DimX at, DimX size, bool end, int64_t step) {
    if (!at.is_number) return end ? dimx_min(sym, at, size) : at;
    if (at.number >= FAR) return step > 0 ? size : dimx_sub(sym, size, dimx_number(1));
    if (at.number <= -FAR) return dimx_number(step > 0 ? 0 : -1);
    if (at.number < 0) return dimx_add(sym, size, at);
    return end && step > 0 ? dimx_min(sym, at, size) : at;
}

static void slice_symbol(OnnxNode *n, Dim d, const Part *r, Dim *start, Dim *count) {
    SymTable *sym = n->g->sym;
    DimX size = dimx(d), s = slice_position(sym, r->start, size, false, r->step);
    DimX e = slice_position(sym, r->end, size, true, r->step);
    DimX span = r->step > 0 ? dimx_sub(sym, e, s) : dimx_sub(sym, s, e);
    int64_t step = r->step > 0 ? r->step : -r->step;
    if (step > 1) span = dimx_floordiv(sym, dimx_add(sym, span, dimx_number(step - 1)), dimx_number(step));
    if (span.is_number && span.number < 0) span.number = 0;
    *start = ox_dim(n, "starts", s);
    *count = ox_dim(n, "ends", span);
}

static const DimX *attribute_list(OnnxNode *n, const char *attr, int64_t *count) {
    Ints list;
    *count = 0;
    if (!ox_ints(n, attr, &list)) return NULL;
    DimX *x = arena_array_of(n->r->tmp, list.n + 1, DimX);
    for (uint32_t i = 0; i < list.n; i++) x[i] = dimx_number(list.at[i]);
    *count = list.n;
    return x;
}

typedef struct {
    const DimX *start, *end;
    Ints axes, steps;
    int64_t n;
} SliceLists;

static bool slice_lists(OnnxNode *n, SliceLists *l) {
    bool old = n->version < 10, have_axes;
    int64_t nend;
    l->start = old ? attribute_list(n, "starts", &l->n) : ox_contents(n, 1, "starts", &l->n);
    l->end = old ? attribute_list(n, "ends", &nend) : ox_contents(n, 2, "ends", &nend);
    if (n->bad) return false;
    if (!l->start || !l->end) return ox_error(n, l->start ? "ends" : "starts", NULL, "is missing");
    if (!ox_list(n, "axes", 10, 3, &l->axes, &have_axes)) return false;
    l->steps = (Ints){0};
    if (!old && ox_has(n, 4) && !ox_numbers(n, 4, "steps", &l->steps)) return false;
    if (l->n != nend || (have_axes && l->axes.n != (uint64_t)l->n) || (l->steps.n && l->steps.n != (uint64_t)l->n))
        return ox_error(n, NULL, NULL, "starts, ends, axes and steps differ in length");
    if (!have_axes) {
        int64_t *axes = arena_array_of(n->r->arena, l->n + 1, int64_t);
        for (int64_t i = 0; i < l->n; i++) axes[i] = i;
        l->axes = (Ints){(uint32_t)l->n, axes};
    }
    return true;
}

bool map_slice(OnnxNode *n) {
    SliceLists l;
    int rank = ox_rank(n, 0);
    Shape x = ox_shape(n, ox_in(n, 0));
    if (n->bad || !slice_lists(n, &l)) return false;
    Attr_Slice *a = ox_new(n, OP_Slice);
    Dim *starts = arena_array_of(n->r->arena, MAX_RANK, Dim), *counts = arena_array_of(n->r->arena, MAX_RANK, Dim);
    int64_t *steps = arena_array_of(n->r->arena, MAX_RANK, int64_t);
    bool seen[MAX_RANK] = {0};
    for (int d = 0; d < rank; d++) counts[d] = x.dim[d], steps[d] = 1;
    for (int64_t i = 0; i < l.n; i++) {
        int64_t axis = l.axes.at[i];
        if (!ox_axis(n, "axes", &axis, rank)) return false;
        if (seen[axis]) return ox_error(n, "axes", NULL, "axis %lld is named twice", (long long)axis);
        seen[axis] = true;
        Part r = {l.start[i], l.end[i], l.steps.n ? l.steps.at[i] : 1};
        if (!r.step) return ox_error(n, "steps", NULL, "0 for axis %lld", (long long)axis);
        if (dim_known(x.dim[axis]) && r.start.is_number && r.end.is_number) {
            slice_number(x.dim[axis], &r, &starts[axis], &counts[axis]);
        } else {
            if (r.step < -FAR || r.step > FAR) return ox_error(n, "steps", NULL, "is out of range");
            slice_symbol(n, x.dim[axis], &r, &starts[axis], &counts[axis]);
        }
        steps[axis] = counts[axis] == 1 || counts[axis] == 0 ? 1 : r.step;
    }
    a->starts = (Dims){(uint32_t)rank, starts};
    a->counts = (Dims){(uint32_t)rank, counts};
    a->steps = (Ints){(uint32_t)rank, steps};
    return ox_emit1(n, OP_Slice, n->in[0], a);
}

/* ---- Split ---- */

/* A list operand that has the data's type in the first version of an operator, whole numbers all the same. */
static bool old_numbers(OnnxNode *n, unsigned in, const char *what, Ints *out) {
    Floats list;
    if (!dtype_is_float(ox_dtype(n, ox_in(n, in)))) return ox_numbers(n, in, what, out);
    if (!ox_reals(n, in, what, &list)) return false;
    int64_t *at = arena_array_of(n->r->arena, list.n + 1, int64_t);
    for (uint32_t i = 0; i < list.n; i++) {
        if (!(list.at[i] >= -1e15 && list.at[i] <= 1e15) || list.at[i] != (double)(int64_t)list.at[i])
            return ox_error(n, what, NULL, "%g is no whole number", list.at[i]);
        at[i] = (int64_t)list.at[i];
    }
    *out = (Ints){list.n, at};
    return true;
}

static const DimX *old_contents(OnnxNode *n, unsigned in, const char *what, int64_t *count) {
    Ints list;
    if (!old_numbers(n, in, what, &list)) return NULL;
    DimX *x = arena_array_of(n->r->tmp, list.n + 1, DimX);
    for (uint32_t i = 0; i < list.n; i++) x[i] = dimx_number(list.at[i]);
    *count = list.n;
    return x;
}

bool map_split(OnnxNode *n) {
    Attr_Split *a = ox_new(n, OP_Split);
    int rank = ox_rank(n, 0);
    Shape x = ox_shape(n, ox_in(n, 0));
    a->axis = ox_int(n, "axis", 0);
    int64_t given = 0, parts = n->nout;
    const DimX *sizes = NULL;
    if (n->bad || !ox_axis(n, "axis", &a->axis, rank)) return false;
    if (ox_has(n, 1))
        sizes = n->version < 2 ? old_contents(n, 1, "split", &given) : ox_contents(n, 1, "split", &given);
    else if (n->version < 13)
        sizes = attribute_list(n, "split", &given);
    if (n->bad) return false;
    if (n->version >= 18 && ox_find(n, "num_outputs") && ox_int(n, "num_outputs", 0) != parts)
        return ox_error(n, "num_outputs", NULL, "is %lld, the node has %lld outputs",
                        (long long)ox_int(n, "num_outputs", 0), (long long)parts);
    if (given && given != parts)
        return ox_error(n, "split", NULL, "has %lld sizes for %lld outputs", (long long)given, (long long)parts);
    if (parts > UINT16_MAX - 1) return ox_error(n, NULL, NULL, "has too many outputs");
    Dim size = x.dim[a->axis], *to = arena_array_of(n->r->arena, parts + 1, Dim);
    bool uneven = n->version >= 18 && dim_known(size);
    for (int64_t i = 0; i < parts; i++) {
        int64_t each = uneven ? ceil_div(size, parts) : 0;
        if (sizes)
            to[i] = ox_dim(n, "split", sizes[i]);
        else if (uneven)
            to[i] = clamp(size - i * each, 0, each);
        else
            to[i] = ox_dim(n, "split", dimx_floordiv(n->g->sym, dimx(size), dimx_number(parts)));
    }
    if (!sizes && !uneven && dim_known(size) && size % parts)
        return ox_error(n, "split", NULL, "dimension %lld does not divide into %lld equal parts", (long long)size,
                        (long long)parts);
    a->split = (Dims){(uint32_t)parts, to};
    return ox_emit1(n, OP_Split, n->in[0], a);
}

/* ---- Pad ---- */

/* Begins and ends of the named axes put at their places. */
static bool pad_axes(OnnxNode *n, int rank, const Ints *given, const Ints *axes, Attr_Pad *a) {
    int64_t *pads = arena_array_of(n->r->arena, 2 * MAX_RANK, int64_t);
    if (given->n != 2 * axes->n)
        return ox_error(n, "pads", NULL, "has %u entries, %u are needed", given->n, 2 * axes->n);
    bool seen[MAX_RANK] = {0};
    for (uint32_t i = 0; i < axes->n; i++) {
        int64_t axis = axes->at[i];
        if (!ox_axis(n, "axes", &axis, rank)) return false;
        if (seen[axis]) return ox_error(n, "axes", NULL, "axis %lld is named twice", (long long)axis);
        seen[axis] = true;
        pads[axis] = given->at[i];
        pads[axis + rank] = given->at[i + axes->n];
    }
    a->pads = (Ints){2 * (uint32_t)rank, pads};
    return true;
}

static Ints all_axes(OnnxNode *n, int rank) {
    int64_t list[MAX_RANK];
    for (int i = 0; i < rank; i++) list[i] = i;
    return ox_list_of(n, (uint32_t)rank, list);
}

bool map_pad(OnnxNode *n) {
    Attr_Pad *a = ox_new(n, OP_Pad);
    int rank = ox_rank(n, 0);
    Ints pads, axes = all_axes(n, rank);
    bool found;
    ValueId in[2] = {ox_in(n, 0), NO_VALUE};
    a->mode = ox_string(n, "mode", "constant");
    if (n->bad || !ox_one_of(n, "mode", a->mode, (const char *const[]){"constant", "edge", "reflect", "wrap", NULL}))
        return false;
    if (!ox_list(n, n->version < 2 ? "paddings" : "pads", 11, 1, &pads, &found)) return false;
    if (!found) return ox_error(n, "pads", NULL, "is missing");
    if (n->version >= 18 && ox_has(n, 3) && !ox_numbers(n, 3, "axes", &axes)) return false;
    if (!pad_axes(n, rank, &pads, &axes, a)) return false;
    bool constant = !strcmp(a->mode, "constant");
    if (n->version < 11 && constant && ox_find(n, "value"))
        in[1] = ox_scalar(n, ox_dtype(n, in[0]), ox_float(n, "value", 0));
    else if (n->version >= 11 && constant)
        in[1] = ox_in(n, 2);
    return ox_emit(n, OP_Pad, 2, in, a);
}

bool map_tile(OnnxNode *n) {
    Attr_Tile *a = ox_new(n, OP_Tile);
    int rank = ox_rank(n, 0);
    if (n->bad) return false;
    if (n->version < 6) { /* tiles and axis, one number each */
        Ints times, axis;
        int64_t *list = arena_array_of(n->r->arena, MAX_RANK, int64_t);
        if (!old_numbers(n, 1, "tiles", &times) || !old_numbers(n, 2, "axis", &axis)) return false;
        if (times.n != 1 || axis.n != 1) return ox_error(n, "tiles", NULL, "and axis must be single numbers");
        int64_t at = axis.at[0];
        if (!ox_axis(n, "axis", &at, rank)) return false;
        for (int i = 0; i < rank; i++) list[i] = i == at ? times.at[0] : 1;
        a->repeats = (Ints){(uint32_t)rank, list};
    } else if (!ox_numbers(n, 1, "repeats", &a->repeats)) {
        return false;
    }
    return ox_emit1(n, OP_Tile, n->in[0], a);
}

/* ---- CenterCropPad ---- */

/* Each named axis is cut or padded to its size, both sides alike, the odd element at the end. */
bool map_center_crop_pad(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    Shape x = ox_shape(n, ox_in(n, 0));
    Ints sizes, axes = all_axes(n, rank);
    if (n->bad || !ox_numbers(n, 1, "shape", &sizes)) return false;
    if (ox_find(n, "axes") && !ox_ints(n, "axes", &axes)) return false;
    if (sizes.n != axes.n) return ox_error(n, "shape", NULL, "has %u sizes for %u axes", sizes.n, axes.n);
    Attr_Slice *cut = ox_new(n, OP_Slice);
    Attr_Pad *pad = ox_new(n, OP_Pad);
    Dim *starts = arena_array_of(n->r->arena, MAX_RANK, Dim), *counts = arena_array_of(n->r->arena, MAX_RANK, Dim);
    int64_t *steps = arena_array_of(n->r->arena, MAX_RANK, int64_t);
    int64_t *pads = arena_array_of(n->r->arena, 2 * MAX_RANK, int64_t);
    for (int d = 0; d < rank; d++) counts[d] = x.dim[d], steps[d] = 1;
    for (uint32_t i = 0; i < axes.n; i++) {
        int64_t axis = axes.at[i], to = sizes.at[i];
        if (!ox_axis(n, "axes", &axis, rank)) return false;
        Dim have = x.dim[axis];
        if (!dim_known(have))
            return ox_error(n, "shape", "give the shape with --input-shape", "dimension %lld is not known",
                            (long long)axis);
        if (to < 0 || to > INT64_MAX / 2) return ox_error(n, "shape", NULL, "%lld is out of range", (long long)to);
        if (have > to) {
            starts[axis] = (have - to) / 2;
            counts[axis] = to;
        } else {
            pads[axis] = (to - have) / 2;
            pads[axis + rank] = to - have - pads[axis];
        }
    }
    cut->starts = (Dims){(uint32_t)rank, starts};
    cut->counts = (Dims){(uint32_t)rank, counts};
    cut->steps = (Ints){(uint32_t)rank, steps};
    pad->pads = (Ints){2 * (uint32_t)rank, pads};
    return ox_emit1(n, OP_Pad, ox_make1(n, OP_Slice, n->in[0], cut), pad);
}
