/* Constants of nodes on blocked channels. Those of convolutions grow: they follow a rule and are made when they are
 * written. */
#include "pass/layout.h"
#include "base/size.h"

static int64_t whole_blocks(int64_t channels, int64_t block) { return (channels + block - 1) / block * block; }

/* Zeros behind dimension `number` of f32 contents up to whole blocks; the rest of the number is what a block has. */
static void fill_padded(const TensorRule *rule, void *to) {
    Arena *tmp = arena_new("weights"); /* these may have a rule themselves */
    const Tensor *t = tensor_contents(rule->from, tmp);
    int dim = (int)(rule->number % MAX_RANK);
    int64_t block = rule->number / MAX_RANK, c = t->shape.dim[dim], p = (c + block - 1) / block * block;
    int64_t outer = 1, inner = 1;
    for (int i = 0; i < dim; i++) outer *= t->shape.dim[i];
    for (int i = dim + 1; i < t->shape.rank; i++) inner *= t->shape.dim[i];
    size_t row = (size_t)(c * inner) * sizeof(float);
    for (int64_t o = 0; o < outer; o++)
        memcpy((float *)to + o * p * inner, (const char *)t->data + (size_t)o * row, row);
    arena_free(tmp);
}

ValueId const_padded(Rw *r, ValueId v, int64_t block, int dim) {
    Shape s = value_data(r->g, v)->shape;
    int64_t whole = whole_blocks(s.dim[dim], block);
    if (whole == s.dim[dim]) return v;
    s.dim[dim] = whole;
    return rw_const_rule(r, v, fill_padded, dim + MAX_RANK * block, &s);
}

/* Weights [oc, ic, kernel] of oc / number to a group -> [oc, ic * m, kernel]: an output channel's own ones among zeros. */
static void fill_merged(const TensorRule *rule, void *to) {
    const Tensor *t = rule->from;
    int64_t oc = t->shape.dim[0], merged = rule->number / oc, each = rule->number % oc; /* each: output channels a group */
    size_t row = (size_t)(shape_count(&t->shape) / oc) * sizeof(float);
    for (int64_t o = 0; o < oc; o++)
        memcpy((char *)to + (size_t)(o * merged + o / each % merged) * row, (const char *)t->data + (size_t)o * row, row);
}

ValueId const_merged(Rw *r, ValueId w, int64_t group, int64_t merged) {
    Shape s = value_data(r->g, w)->shape;
    if (merged < 2) return w;
    int64_t number = merged * s.dim[0] + s.dim[0] / group;
    s.dim[1] *= merged;
    return rw_const_rule(r, w, fill_merged, number, &s);
}

#define PHASE_BITS 10 /* a stride and an offset of up to so many bits a dimension fit the rule's number */

static void fill_phases(const TensorRule *rule, void *data) {
    const Tensor *t = rule->from;
    int spatial = t->shape.rank - 2;
    int64_t ic = t->shape.dim[0], oc = t->shape.dim[1], phases = 1, taps = 1, size = 1;
    int64_t s[MAX_RANK], p[MAX_RANK], n[MAX_RANK]; /* strides, offsets, taps */
    for (int d = 0; d < spatial; d++) {
        s[d] = rule->number >> 2 * PHASE_BITS * d & ((1 << PHASE_BITS) - 1);
        p[d] = rule->number >> (2 * d + 1) * PHASE_BITS & ((1 << PHASE_BITS) - 1);
        n[d] = (t->shape.dim[d + 2] + s[d] - 1) / s[d];
        phases *= s[d];
        taps *= n[d];
        size *= t->shape.dim[d + 2];
    }
    for (int64_t phase = 0; phase < phases; phase++)
        for (int64_t tap = 0; tap < taps; tap++) {
            int64_t from = 0, stride = 1, a = phase, b = tap;
            bool within = true;
            for (int d = spatial - 1; d >= 0; d--) { /* tap j of phase r is the kernel's j * stride + (r + pad) % stride */
                int64_t k = b % n[d] * s[d] + (a % s[d] + p[d]) % s[d];
                within = within && k < t->shape.dim[d + 2];
                from += k * stride;
                stride *= t->shape.dim[d + 2];
                a /= s[d];
                b /= n[d];
            }
            for (int64_t o = 0; o < oc && within; o++)
                for (int64_t i = 0; i < ic; i++)
                    ((float *)data)[((phase * oc + o) * ic + i) * taps + tap] =
                        ((const float *)t->data)[(i * oc + o) * size + from];
        }
}

bool phases_fit(const Ints *strides) {
    if (strides->n > 3) return false;
    for (uint32_t d = 0; d < strides->n; d++)
        if (strides->at[d] >= 1 << PHASE_BITS) return false;
    return true;
}

ValueId const_phases(Rw *r, ValueId w, const Ints *strides, const Ints *pads) {
    const Shape *old = &value_data(r->g, w)->shape;
    Shape s = {.rank = (int8_t)(old->rank + 1), .dim = {1, old->dim[1], old->dim[0]}};
    int64_t number = 0;
    for (int d = 0; d < old->rank - 2; d++) {
        int64_t stride = strides->at[d], offset = floor_mod(pads->at[d], stride);
        s.dim[0] *= stride;
        s.dim[d + 3] = (old->dim[d + 2] + stride - 1) / stride;
        number |= (stride | offset << PHASE_BITS) << 2 * PHASE_BITS * d;
    }
    return rw_const_rule(r, w, fill_phases, number, &s);
}

ValueId const_blocked(Rw *r, ValueId v, int64_t block, int dim) {
    const Tensor *t = value_data(r->g, v);
    Shape s = t->shape;
    int64_t c = s.dim[dim], blocks = whole_blocks(c, block) / block, outer = 1, inner = 1;
    for (int i = 0; i < dim; i++) outer *= s.dim[i];
    for (int i = dim + 1; i < s.rank; i++) inner *= s.dim[i];
    s.dim[dim] = blocks;
    s.dim[s.rank++] = block;
    Tensor *to = tensor_new(r->g->arena, t->dtype, s);
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < c; i++)
            for (int64_t k = 0; k < inner; k++)
                tensor_set_float(to, ((o * blocks + i / block) * inner + k) * block + i % block,
                                 tensor_float(t, (o * c + i) * inner + k));
    ValueId made = graph_constant(r->g, r->g->value.at[v].name, to);
    rw_grow(r);
    return made;
}
