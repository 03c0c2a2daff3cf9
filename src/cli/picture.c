#include "cli/picture.h"
#include "base/size.h"
#include "cli/stb.h"
#include <math.h>
#include <string.h>

/* Where channels, rows and columns stand among the dimensions. */
typedef struct {
    int c, h, w;
} Layout;

bool picture_probe(const uint8_t *data, size_t n) {
    return n >= 8 &&
           (!memcmp(data, "\x89PNG\r\n\x1a\n", 8) || !memcmp(data, "\xff\xd8\xff", 3) || !memcmp(data, "BM", 2));
}

static bool channels(Dim d) {
    return d == 1 || d == 3;
}

/* Channels stand first where both ways are possible: the way of ONNX. A dimension that is not known could be any. */
static bool find_layout(const Shape *s, Layout *out) {
    int first = s->rank - 3;
    if (s->rank != 3 && s->rank != 4) return false;
    if (first == 1 && dim_known(s->dim[0]) && s->dim[0] != 1) return false;
    bool ahead = channels(s->dim[first]), behind = channels(s->dim[first + 2]);
    if (!ahead && !behind) ahead = !dim_known(s->dim[first]);
    if (!ahead && !behind) return false;
    *out = ahead ? (Layout){first, first + 1, first + 2} : (Layout){first + 2, first, first + 1};
    return true;
}

static bool settle(Shape *s, const Layout *l, int width, int height) {
    if (s->rank == 4) s->dim[0] = 1;
    if (!dim_known(s->dim[l->c])) s->dim[l->c] = 3;
    if (!dim_known(s->dim[l->h])) s->dim[l->h] = height;
    if (!dim_known(s->dim[l->w])) s->dim[l->w] = width;
    return s->dim[l->h] > 0 && s->dim[l->w] > 0 && s->dim[l->h] <= 1 << 15 && s->dim[l->w] <= 1 << 15;
}

/* The two source positions around the centre of destination pixel i, and the second one's share. */
typedef struct {
    int at[2];
    double share;
} Tap;

static Tap tap(int64_t i, int64_t to, int from) {
    double x = ((double)i + 0.5) * from / (double)to - 0.5;
    double low = floor(x);
    Tap t = {{(int)low, (int)low + 1}, x - low};
    for (int k = 0; k < 2; k++) t.at[k] = t.at[k] < 0 ? 0 : t.at[k] >= from ? from - 1 : t.at[k];
    return t;
}

typedef struct {
    const uint8_t *pixels;
    int width, height, channels;
} Picture;

static double sample(const Picture *p, const Tap *y, const Tap *x, int c) {
    double row[2];
    for (int k = 0; k < 2; k++) {
        const uint8_t *line = p->pixels + (size_t)y->at[k] * (size_t)p->width * (size_t)p->channels;
        double a = line[x->at[0] * p->channels + c], b = line[x->at[1] * p->channels + c];
        row[k] = a + (b - a) * x->share;
    }
    return row[0] + (row[1] - row[0]) * y->share;
}

static void put(Tensor *t, int64_t at, double v, int channel, const PictureOptions *o) {
    if (!dtype_is_float(t->dtype)) {
        int64_t byte = (int64_t)rint(v);
        tensor_set_int(t, at, t->dtype == DT_i8 && byte > 127 ? byte - 256 : byte);
        return;
    }
    double mean = o->nmean ? o->mean[o->nmean == 3 ? channel : 0] : 0;
    double std = o->nstd ? o->std[o->nstd == 3 ? channel : 0] : 1;
    tensor_set_float(t, at, (v * o->scale - mean) / std);
}

static void fill(Tensor *t, const Layout *l, const Picture *p, const PictureOptions *o) {
    int64_t h = t->shape.dim[l->h], w = t->shape.dim[l->w], c = t->shape.dim[l->c];
    bool ahead = l->c < l->h;
    for (int64_t y = 0; y < h; y++) {
        Tap row = tap(y, h, p->height);
        for (int64_t x = 0; x < w; x++) {
            Tap column = tap(x, w, p->width);
            for (int k = 0; k < (int)c; k++) {
                int64_t at = ahead ? (k * h + y) * w + x : (y * w + x) * c + k;
                put(t, at, sample(p, &row, &column, o->bgr && c == 3 ? 2 - k : k), k, o);
            }
        }
    }
}

Tensor *picture_tensor(Arena *a, Diag *d, const char *path, Bytes file, const char *input, DType t, Shape *shape,
                       const PictureOptions *o) {
    Loc loc = {.file = path, .field = arena_printf(a, "input '%s'", input)};
    const char *reason;
    Layout l;
    Picture p = {0};
    if (t == DT_bool || t == DT_string || t == DT_none || !find_layout(shape, &l)) {
        diag_error(d, loc, "give a .npy file",
                   "a picture cannot fill it: that takes numbers in [1,C,H,W] or [1,H,W,C] "
                   "with 1 or 3 channels");
        return NULL;
    }
    p.channels = shape->dim[l.c] == 1 ? 1 : 3;
    uint8_t *pixels = stb_decode(file.data, file.n, p.channels, &p.width, &p.height, &reason);
    if (!pixels) {
        diag_error(d, loc, NULL, "the picture cannot be read: %s", reason);
        return NULL;
    }
    p.pixels = pixels;
    Tensor *out = NULL;
    if (settle(shape, &l, p.width, p.height))
        out = tensor_new(a, t, *shape);
    else
        diag_error(d, loc, "give a .npy file", "a picture cannot be made so large or small");
    if (out) fill(out, &l, &p, o);
    stb_free(pixels);
    return out;
}
