/* The kernel of Winograd's convolution: how much it costs, and its loops. */
#ifndef TENON_NEST_WINOGRAD_H
#define TENON_NEST_WINOGRAD_H
#include "nest/lower.h"

typedef struct {
    int64_t ic, oc, tiles; /* channels, the results' in whole vectors; tiles of results in the image */
    int tile, lanes;
} WinogradSize;

/* Tiles that are transformed together (they stay in the second-level cache), and the register tile of the products. */
typedef struct {
    int64_t together, pixels, blocks;
    double cycles; /* of the whole convolution, by the model */
} WinogradTile;

WinogradTile winograd_tile(const Target *t, const WinogradSize *s);
/* Cycles of a direct 3x3 convolution with that many results (rows x columns x batch), by the same model. */
double direct_cycles(const Target *t, int64_t ic, int64_t oc, int64_t points);

/* Nest with the stages v, m, y of op/build_winograd.c -> loops over blocks of tiles: transform, products, transform
 * back with everything that was fused behind. The constant u gets its order. Threads share the blocks of tiles or, where
 * these are few, the loops inside. NULL where the nest has another form. *schedule: one line for the comment. */
LoopTree *lower_winograd(Arena *a, Nest *n, const Target *t, int threads, const char **schedule);
#endif
