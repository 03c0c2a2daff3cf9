/* Winograd's matrices from the points: rows of B^T are the coefficients of products of (x - q). */
#include "op/winograd.h"
#include <math.h>
#include <string.h>

/* c *= x - q, c of n coefficients, lowest first */
static void times(double *c, int n, double q) {
    for (int i = n - 1; i >= 0; i--) c[i] = (i > 0 ? c[i - 1] : 0) - q * c[i];
}

bool winograd_matrices(int tile, Winograd *w) {
    double point[WINOGRAD_MAX] = {0, 1, -1};
    *w = (Winograd){.tile = tile, .n = tile + 2};
    if (tile == 4) {
        const double p[5] = {0, 0.6875, -0.6875, 1.5, -1.5};
        memcpy(point, p, sizeof p);
    } else if (tile != 2) {
        return false;
    }
    int n = w->n, last = n - 1; /* the last point is infinity */
    for (int i = 0; i < n; i++) {
        double scale = 1;
        w->bt[i][0] = 1;
        for (int k = 0; k < last; k++) {
            if (k == i) continue;
            times(w->bt[i], n, point[k]);
            if (i < last) scale *= point[i] - point[k];
        }
        for (int k = 0; k < 3; k++) w->g[i][k] = i < last ? pow(point[i], k) / scale : k == 2;
        for (int a = 0; a < tile; a++) w->at[a][i] = i < last ? pow(point[i], a) : a == tile - 1;
    }
    return true;
}
