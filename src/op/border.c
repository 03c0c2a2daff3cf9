#include "op/border.h"
#include "base/size.h"

static int64_t within(int64_t x, int64_t most) { return x < 0 ? 0 : x > most ? most : x; }

Border border_of(const Attr_ConvBlocked *a, int64_t kernel, int d, int64_t in, int64_t out) {
    Border b = {.in = in, .out = out, .kernel = kernel, .stride = 1, .dilation = 1};
    if ((uint32_t)d < a->strides.n) b.stride = a->strides.at[d];
    if ((uint32_t)d < a->dilations.n) b.dilation = a->dilations.at[d];
    if ((uint32_t)d < a->pads.n) b.pad = a->pads.at[d];
    b.before = within(ceil_div(b.pad, b.stride), out);
    b.after = out - within(ceil_div(in + b.pad - (kernel - 1) * b.dilation, b.stride), out);
    b.classes = b.before + 1 + b.after <= out ? b.before + 1 + b.after : out;
    return b;
}

bool border_reads(const Border *b, int spatial, int64_t row, int64_t k) {
    for (int d = spatial - 1; d >= 0; d--) {
        int64_t c = row % b[d].classes, tap = k % b[d].kernel;
        bool each = b[d].before + 1 + b[d].after > b[d].out;
        int64_t o = each || c <= b[d].before ? c : b[d].out - b[d].after + c - b[d].before - 1;
        int64_t at = o * b[d].stride - b[d].pad + tap * b[d].dilation;
        if (at < 0 || at >= b[d].in) return false;
        row /= b[d].classes;
        k /= b[d].kernel;
    }
    return true;
}
