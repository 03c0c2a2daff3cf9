/* NumPy's .npy files: versions 1 to 3, every element type of ours that NumPy has and bytes of the others, both byte orders, both memory orders; strings as
 * `U` and `S`. */
#ifndef TENON_CLI_NPY_H
#define TENON_CLI_NPY_H
#include "base/io.h"
#include "ir/graph.h"

/* `n` bytes of a .npy file -> tensor in row-major order; contents point into `data` where they can stay as they are.
 * `name` says in messages where the bytes come from. NULL with a diagnostic. */
Tensor *npy_parse(Arena *a, Diag *d, const char *name, const uint8_t *data, size_t n);
Tensor *npy_read(Arena *a, Diag *d, const char *path);
/* t as a tensor of type `want`: itself, unless it holds the bytes of a type that NumPy does not have. */
const Tensor *npy_as(Arena *a, const Tensor *t, DType want);
/* The file as one of a set; bf16 is written as its two bytes ("<V2"). False with a diagnostic. */
bool npy_write(OutSet *s, const char *path, const Tensor *t);
#endif
