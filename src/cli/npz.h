/* NumPy's .npz files: a zip archive of .npy files, stored or deflated. */
#ifndef TENON_CLI_NPZ_H
#define TENON_CLI_NPZ_H
#include "cli/npy.h"

typedef struct Npz Npz;

/* Reads the directory of the archive. NULL with a diagnostic. */
Npz *npz_open(Arena *a, Diag *d, const char *path);
Npz *npz_parse(Arena *a, Diag *d, const char *name, const uint8_t *data, size_t n);
/* Arrays in the order of the archive, names without ".npy". */
uint32_t npz_count(const Npz *z);
const char *npz_name(const Npz *z, uint32_t i);
uint32_t npz_find(const Npz *z, const char *name); /* MAP_NONE when there is none */
/* Unpacked and parsed on the first call. NULL with a diagnostic (each time). */
const Tensor *npz_get(Npz *z, uint32_t i);
#endif
