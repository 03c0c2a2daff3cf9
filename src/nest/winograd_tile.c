/* What Winograd's convolution costs: multiply-adds, transforms, and the weights that stream through for each block. */
#include "nest/winograd.h"

/* Vector instructions a cycle, bytes a cycle from beyond the second-level cache and from memory. */
#define L3_BYTES 16.0
#define MEMORY_BYTES 7.0

static double rate(const Target *t) { return t->vector_bytes >= 64 ? 1 : 2; }
static double larger(double a, double b) { return a > b ? a : b; }

double direct_cycles(const Target *t, int64_t ic, int64_t oc, int64_t points) {
    double lanes = target_lanes(t, DT_f32), weights = (double)ic * (double)oc * 36;
    double arithmetic = (double)points * (double)ic * 9 * (double)oc / lanes / rate(t) / 0.93;
    return larger(arithmetic, weights / MEMORY_BYTES);
}

/* Vector instructions for one tile of one block of channels: loads, two passes over rows, stores (two slots each). */
static double input_transform(int tile) { return tile == 4 ? 36 + 12 * 14 + 72 : 16 + 8 * 4 + 32; }
static double output_transform(int tile) { return tile == 4 ? 36 + 10 * 13 + 32 + 16 : 16 + 6 * 4 + 8 + 8; }

static double cycles(const Target *t, const WinogradSize *s, int64_t together, int64_t p, int64_t b) {
    double points = (s->tile + 2) * (s->tile + 2), ic = (double)s->ic, tiles = (double)s->tiles;
    int64_t ob = s->oc / s->lanes, cb = (s->ic + s->lanes - 1) / s->lanes;
    int64_t blocks = (s->tiles + together - 1) / together;
    double weights = points * ic * (double)s->oc * 4;
    double fma = 0; /* the products, with smaller register tiles at the ends */
    for (int end = 0; end < 2; end++) {
        int64_t n = end ? s->tiles % together : together, times = end ? n > 0 : s->tiles / together;
        for (int side = 0; side < 4 && times; side++) {
            int64_t pp = side & 1 ? n % p : p, bb = side & 2 ? ob % b : b;
            double count = (double)(side & 1 ? pp > 0 : n / p) * (double)(side & 2 ? bb > 0 : ob / b);
            double step = larger((double)(pp * bb) / rate(t), 4) + 0.05 * (double)(pp + bb);
            fma += (double)times * count * points * (ic * step + 2 * (double)(pp * bb) + 10);
        }
    }
    double stream = weights / MEMORY_BYTES + (double)(blocks - 1) * weights / (weights < 0.6 * t->l2_bytes ? 64 : L3_BYTES);
    double moved = tiles * (input_transform(s->tile) * (double)cb + output_transform(s->tile) * (double)ob) / rate(t);
    return larger(fma / 0.95, stream) + moved * 1.15;
}

WinogradTile winograd_tile(const Target *t, const WinogradSize *s) {
    int64_t points = (s->tile + 2) * (s->tile + 2), ob = s->oc / s->lanes, regs = t->vector_registers;
    WinogradTile best = {1, 1, 1, -1};
    for (int64_t b = 1; b <= 6 && b <= ob; b++)
        for (int64_t p = 1; p * b + b + (t->by_element ? p : 0) + 1 <= regs && p <= s->tiles; p++)
            for (int64_t k = 1; k <= 16; k++) { /* a few register tiles together, or all there are */
                int64_t n = p * k < s->tiles ? p * k : s->tiles;
                int64_t bytes = points * n * 4 * (s->ic + b * s->lanes);
                if (k > 1 && bytes > t->l2_bytes * 5 / 8) break;
                double c = cycles(t, s, n, p, b);
                if (best.cycles < 0 || c < best.cycles * 0.999) best = (WinogradTile){n, p, b, c};
                if (n == s->tiles) break;
            }
    return best;
}
