/* Matrices of Winograd's minimal filtering F(tile x tile, 3 x 3) (Lavin and Gray, arXiv:1509.09308; Toom-Cook form).
 * The points are 0, plus and minus each of a few, and infinity: 1 for tile 2, 11/16 and 3/2 for tile 4. The latter make
 * all constants exact and keep the largest error of a sum over channels at about three times that of a direct sum in
 * blocks; 1 and 2, as usual, make it six times. */
#ifndef TENON_OP_WINOGRAD_H
#define TENON_OP_WINOGRAD_H
#include <stdbool.h>

#define WINOGRAD_MAX 6 /* rows of x that a tile of 4 needs */

typedef struct {
    int tile, n;                              /* n = tile + 2 */
    double bt[WINOGRAD_MAX][WINOGRAD_MAX];    /* [n][n] of x */
    double g[WINOGRAD_MAX][3];                /* [n][3] of the weights */
    double at[WINOGRAD_MAX - 2][WINOGRAD_MAX]; /* [tile][n] of the product */
} Winograd;

/* False for tiles other than 2 and 4. */
bool winograd_matrices(int tile, Winograd *w);
#endif
