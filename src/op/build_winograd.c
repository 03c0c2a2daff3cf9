/* Winograd's convolution as three stages: transformed tiles, their products, the tiles transformed back. */
#include "op/build.h"
#include "op/winograd.h"

/* rows x columns of a matrix, as a table of the nest. */
static BufId matrix(NestBuild *b, const char *name, int rows, int columns, const double *from) {
    Nest *n = b->nest;
    int64_t dim[2] = {rows, columns};
    BufId t = nest_buffer(n, name, BUF_table, DT_f32, 2, dim, UINT32_MAX);
    float *at = arena_array_of(n->arena, rows * columns, float);
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < columns; k++) at[i * columns + k] = (float)from[i * WINOGRAD_MAX + k];
    n->buf.at[t].table = at;
    return t;
}

static ExprId entry(Nest *n, BufId t, ExprId i, ExprId k) {
    ExprId at[2] = {i, k};
    return x_load(n, t, at);
}

typedef struct {
    int64_t batch, th, tw, cb, ob, block, points; /* points: n of the matrices */
} Sizes;

/* v[xi,nu,cb,tile,ci] = sum(i,j) bt[xi,i] * bt[nu,j] * x?[n,cb,th*tile+i-pad,tw*tile+j-pad,ci] */
static BufId transform_input(NestBuild *b, const Winograd *w, const Sizes *z) {
    Nest *n = b->nest;
    const Attr_ConvWinograd *a = bd_attr(b);
    int64_t dim[5] = {w->n, w->n, z->cb, z->batch * z->th * z->tw, z->block};
    BufId bt = matrix(b, "bt", w->n, w->n, w->bt[0]), v = bd_local(b, "v", DT_f32, 5, dim);
    static const char *const names[5] = {"xi", "nu", "cb", "t", "ci"};
    AxisId axes[5], red[2] = {nest_axis(n, "i", w->n, AXIS_reduce), nest_axis(n, "j", w->n, AXIS_reduce)};
    ExprId at[5];
    for (int k = 0; k < 5; k++) at[k] = x_axis(n, axes[k] = nest_axis(n, names[k], dim[k], AXIS_spatial));
    ExprId row = bd_mod(b, bd_div(b, at[3], z->tw), z->th), column = bd_mod(b, at[3], z->tw);
    ExprId i = x_axis(n, red[0]), j = x_axis(n, red[1]);
    ExprId from[5] = {bd_div(b, at[3], z->th * z->tw), at[2],
                      bd_plus(b, x_fn2(n, FN_add, bd_times(b, row, w->tile), i), -a->pads.at[0]),
                      bd_plus(b, x_fn2(n, FN_add, bd_times(b, column, w->tile), j), -a->pads.at[1]), at[4]};
    ExprId factor = x_fn2(n, FN_mul, entry(n, bt, at[0], i), entry(n, bt, at[1], j));
    ExprId value = x_fn2(n, FN_mul, bd_load_or(b, bd_in(b, 0), from, 0), factor);
    bd_store(b, v, 5, axes, x_reduce(n, COMBINE_sum, value, NO_EXPR, 2, red));
    return v;
}

/* m[xi,nu,ob,tile,oi] = sum(ic) v[xi,nu,ic/block,tile,ic%block] * u[xi,nu,ic,ob*block+oi] */
static BufId products(NestBuild *b, const Winograd *w, const Sizes *z, BufId v) {
    Nest *n = b->nest;
    int64_t dim[5] = {w->n, w->n, z->ob, z->batch * z->th * z->tw, z->block};
    BufId m = bd_local(b, "m", DT_f32, 5, dim);
    static const char *const names[5] = {"xi", "nu", "ob", "t", "oi"};
    AxisId axes[5], ic = nest_axis(n, "ic", bd_buf(b, bd_in(b, 1))->dim[2], AXIS_reduce);
    ExprId at[5];
    for (int k = 0; k < 5; k++) at[k] = x_axis(n, axes[k] = nest_axis(n, names[k], dim[k], AXIS_spatial));
    ExprId c = x_axis(n, ic);
    ExprId vi[5] = {at[0], at[1], bd_div(b, c, z->block), at[3], bd_mod(b, c, z->block)};
    ExprId ui[4] = {at[0], at[1], c, x_fn2(n, FN_add, bd_times(b, at[2], z->block), at[4])};
    ExprId product = x_fn2(n, FN_mul, bd_load(b, v, vi), bd_load(b, bd_in(b, 1), ui));
    bd_store(b, m, 5, axes, x_reduce(n, COMBINE_sum, product, NO_EXPR, 1, &ic));
    return m;
}

bool build_ConvWinograd(NestBuild *b) {
    Nest *n = b->nest;
    const Attr_ConvWinograd *a = bd_attr(b);
    BufId y = bd_out(b, 0), bias = bd_in(b, 2);
    Winograd w;
    if (!winograd_matrices((int)a->tile, &w)) return bd_error(b, "tile", "no such tile");
    if (!bd_rank(b, bd_in(b, 0), 5) || !bd_rank(b, y, 5)) return false;
    const int64_t *to = bd_buf(b, y)->dim, tile = a->tile;
    Sizes z = {to[0], (to[2] + tile - 1) / tile, (to[3] + tile - 1) / tile, bd_buf(b, bd_in(b, 0))->dim[1], to[1],
               a->block, w.n};
    BufId m = products(b, &w, &z, transform_input(b, &w, &z)), at = matrix(b, "at", (int)tile, w.n, w.at[0]);
    static const char *const names[5] = {"n", "ob", "oh", "ow", "oi"};
    AxisId axes[5], red[2] = {nest_axis(n, "xi", w.n, AXIS_reduce), nest_axis(n, "nu", w.n, AXIS_reduce)};
    ExprId o[5], xi = x_axis(n, red[0]), nu = x_axis(n, red[1]);
    for (int k = 0; k < 5; k++) o[k] = x_axis(n, axes[k] = nest_axis(n, names[k], bd_buf(b, y)->dim[k], AXIS_spatial));
    ExprId t = x_fn2(n, FN_add, bd_times(b, o[0], z.th), bd_div(b, o[2], tile));
    ExprId mi[5] = {xi, nu, o[1], x_fn2(n, FN_add, bd_times(b, t, z.tw), bd_div(b, o[3], tile)), o[4]};
    ExprId factor = x_fn2(n, FN_mul, entry(n, at, bd_mod(b, o[2], tile), xi), entry(n, at, bd_mod(b, o[3], tile), nu));
    ExprId sum = x_reduce(n, COMBINE_sum, x_fn2(n, FN_mul, bd_load(b, m, mi), factor), NO_EXPR, 2, red);
    ExprId oc = x_fn2(n, FN_add, bd_times(b, o[1], a->block), o[4]);
    if (bias != NO_BUF) sum = x_fn2(n, FN_add, sum, bd_load(b, bias, &oc));
    bd_store(b, y, 5, axes, sum);
    n->winograd = (WinogradNest){(int)tile, a->pads.at[0], a->pads.at[1]};
    return true;
}
