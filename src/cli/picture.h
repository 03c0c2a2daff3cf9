/* PNG, JPEG and BMP files as inputs. */
#ifndef TENON_CLI_PICTURE_H
#define TENON_CLI_PICTURE_H
#include "base/io.h"
#include "ir/graph.h"

/* value = (byte * scale - mean) / std per channel, in the order that the tensor has; float inputs only. */
typedef struct {
    double scale;    /* 1 */
    int nmean, nstd; /* 0, 1 or 3 */
    double mean[3], std[3];
    bool bgr; /* the tensor's channels are blue, green, red */
} PictureOptions;

bool picture_probe(const uint8_t *data, size_t n);
/* Resizes to the height and width of `shape` (bilinear, pixel centres, borders repeated): [1,C,H,W], [1,H,W,C], or
 * without the 1, C being 1 (grey) or 3. Dimensions that are not numbers are settled by the picture and become numbers.
 * Integer inputs get the bytes as they are (i8: reinterpreted), rounded; bool is refused.
 * `input` names the input in messages. NULL with a diagnostic. */
Tensor *picture_tensor(Arena *a, Diag *d, const char *path, Bytes file, const char *input, DType t, Shape *shape,
                       const PictureOptions *o);
#endif
