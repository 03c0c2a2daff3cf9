/* Sampling, regions, and operators along an axis whose positions are data. */
#include "import/onnx/maps.h"

/* bilinear and bicubic until version 20. */
bool map_grid_sample(OnnxNode *n) {
    Attr_GridSample *a = ox_new(n, OP_GridSample);
    a->mode = ox_string(n, "mode", "linear");
    if (!strcmp(a->mode, "bilinear")) a->mode = "linear";
    if (!strcmp(a->mode, "bicubic")) a->mode = "cubic";
    a->padding_mode = ox_string(n, "padding_mode", "zeros");
    a->align_corners = ox_int(n, "align_corners", 0);
    return ox_emit(n, OP_GridSample, n->nin, n->in, a);
}

/* size: batch, channels, then the grid's own. */
bool map_affine_grid(OnnxNode *n) {
    int64_t count;
    Attr_AffineGrid *a = ox_new(n, OP_AffineGrid);
    const DimX *size = ox_contents(n, 1, "size", &count);
    a->align_corners = ox_int(n, "align_corners", 0);
    if (!size) return false;
    if (count < 3 || count > MAX_RANK)
        return ox_error(n, "size", NULL, "has %lld entries, want 4 or 5", (long long)count);
    Dim *at = arena_array_of(n->r->arena, count, Dim);
    for (int64_t i = 2; i < count; i++) at[i - 2] = ox_dim(n, "size", size[i]);
    a->size = (Dims){(uint32_t)count - 2, at};
    return ox_emit1(n, OP_AffineGrid, ox_in(n, 0), a);
}

bool map_col2im(OnnxNode *n) {
    Attr_Col2Im *a = ox_new(n, OP_Col2Im);
    if (!ox_numbers(n, 1, "image_shape", &a->image_shape) || !ox_numbers(n, 2, "block_shape", &a->block_shape))
        return false;
    if (a->image_shape.n != a->block_shape.n)
        return ox_error(n, "block_shape", NULL, "has %u entries, image_shape %u", a->block_shape.n, a->image_shape.n);
    ox_ints(n, "strides", &a->strides);
    ox_ints(n, "dilations", &a->dilations);
    ox_ints(n, "pads", &a->pads);
    return ox_emit1(n, OP_Col2Im, ox_in(n, 0), a);
}

bool map_roi_align(OnnxNode *n) {
    Attr_RoiAlign *a = ox_new(n, OP_RoiAlign);
    a->coordinate_transformation_mode =
        ox_string(n, "coordinate_transformation_mode", n->version < 16 ? "output_half_pixel" : "half_pixel");
    a->mode = ox_string(n, "mode", "avg");
    a->output_height = ox_int(n, "output_height", 1);
    a->output_width = ox_int(n, "output_width", 1);
    a->sampling_ratio = ox_int(n, "sampling_ratio", 0);
    a->spatial_scale = ox_float(n, "spatial_scale", 1);
    return ox_emit(n, OP_RoiAlign, n->nin, n->in, a);
}

bool map_reverse_sequence(OnnxNode *n) {
    Attr_ReverseSequence *a = ox_new(n, OP_ReverseSequence);
    a->batch_axis = ox_int(n, "batch_axis", 1);
    a->time_axis = ox_int(n, "time_axis", 0);
    return ox_emit(n, OP_ReverseSequence, n->nin, n->in, a);
}

/* The C is free of libraries, and so of the formats of files. */
bool map_image_decoder(OnnxNode *n) {
    return ox_error(n, NULL, "make the pixels an input of the model; `--input NAME=FILE.png` decodes for `tenon run`",
                    "is not supported: the C that is made decodes no pictures in files' formats");
}

bool map_tensor_scatter(OnnxNode *n) {
    Attr_TensorScatter *a = ox_new(n, OP_TensorScatter);
    a->axis = ox_int(n, "axis", -2);
    a->mode = ox_string(n, "mode", "linear");
    return ox_emit(n, OP_TensorScatter, n->nin, n->in, a);
}
