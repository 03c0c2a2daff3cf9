/* Winograd's algorithm where it is faster: 3x3 convolutions with strides and dilations of 1 on blocked channels. The
 * weights are transformed here, in double, and rounded once. */
#include "nest/winograd.h"
#include "op/winograd.h"
#include "pass/rewrite.h"

static bool fits(Rw *r, NodeId n) {
    const Attr_ConvBlocked *a = RW_ATTR(r, n, ConvBlocked);
    const Shape *x = value_shape(r->g, rw_in(r, n, 0)), *w = value_shape(r->g, rw_in(r, n, 1));
    if (w->rank != 4 || x->rank != 5 || w->dim[2] != 3 || w->dim[3] != 3 || a->group != 1) return false;
    for (int d = 0; d < 2; d++)
        if (a->strides.at[d] != 1 || a->dilations.at[d] != 1) return false;
    const Tensor *t = value_data(r->g, rw_in(r, n, 1));
    return t != NULL && !tensor_is_exact(t);
}

/* u[xi,nu,ic,oc] = sum(i,j) g[xi,i] * g[nu,j] * w[oc,ic,i,j]; the rule's number is the tile */
static void fill_transformed(const TensorRule *rule, void *data) {
    Winograd m;
    winograd_matrices((int)rule->number, &m);
    Arena *tmp = arena_new("weights"); /* these may have a rule themselves */
    const Tensor *t = tensor_contents(rule->from, tmp);
    int64_t oc = t->shape.dim[0], ic = t->shape.dim[1], n = m.n;
    float *to = data, w[9];
    for (int64_t o = 0; o < oc; o++)
        for (int64_t i = 0; i < ic; i++) {
            double half[WINOGRAD_MAX][3] = {{0}};
            memcpy(w, (const char *)t->data + (size_t)(o * ic + i) * sizeof w, sizeof w);
            for (int64_t x = 0; x < n; x++)
                for (int k = 0; k < 3; k++)
                    for (int j = 0; j < 3; j++) half[x][j] += m.g[x][k] * (double)w[3 * k + j];
            for (int64_t x = 0; x < n; x++)
                for (int64_t y = 0; y < n; y++) {
                    double sum = 0;
                    for (int j = 0; j < 3; j++) sum += half[x][j] * m.g[y][j];
                    to[((x * n + y) * ic + i) * oc + o] = (float)sum;
                }
        }
    arena_free(tmp);
}

/* Four times as large as the weights: made when they are written. */
static ValueId transformed(Rw *r, ValueId weights, int64_t tile) {
    const Tensor *t = value_data(r->g, weights);
    const Shape s = shape_of(4, (const int64_t[4]){tile + 2, tile + 2, t->shape.dim[1], t->shape.dim[0]});
    return rw_const_rule(r, weights, fill_transformed, tile, &s);
}

#define FEW_CHANNELS 16 /* below: the direct sums are so short that F(4,3)'s errors stand out, and little is saved */

static bool choose(Rw *r, NodeId n, const Target *target) {
    const Attr_ConvBlocked *old = RW_ATTR(r, n, ConvBlocked);
    const Shape *w = value_shape(r->g, rw_in(r, n, 1)), *y = value_shape(r->g, rw_out(r, n));
    double best = direct_cycles(target, w->dim[1], w->dim[0], y->dim[0] * y->dim[2] * y->dim[3]);
    int best_tile = 0;
    for (int tile = 2; tile <= 4; tile += 2) {
        if (tile == 4 && w->dim[1] < FEW_CHANNELS) continue;
        int64_t tiles = y->dim[0] * ((y->dim[2] + tile - 1) / tile) * ((y->dim[3] + tile - 1) / tile);
        WinogradSize s = {w->dim[1], w->dim[0], tiles, tile, (int)old->block};
        double cycles = winograd_tile(target, &s).cycles;
        if (cycles < 0.95 * best) {
            best = cycles;
            best_tile = tile;
        }
    }
    if (!best_tile) return false;
    Attr_ConvWinograd *a = rw_attr_new(r, OP_ConvWinograd);
    a->pads = old->pads;
    a->block = old->block;
    a->tile = best_tile;
    ValueId in[3] = {rw_in(r, n, 0), transformed(r, rw_in(r, n, 1), best_tile), rw_in(r, n, 2)};
    rw_become(r, n, OP_ConvWinograd, in[2] == NO_VALUE ? 2 : 3, in, a);
    return true;
}

bool pass_choose_winograd(Graph *g, PassContext *c) {
    if (!c->target || target_lanes(c->target, DT_f32) < 4 || c->precise || c->half_weights) return false;
    Rw r = rw_begin(g, c);
    for (NodeId n = 0; n < r.nodes_at_start; n++)
        if (rw_at(&r, n)->op == OP_ConvBlocked && fits(&r, n) && choose(&r, n, c->target)) c->hits++;
    return rw_end(&r);
}
