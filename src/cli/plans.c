#include "cli/plans.h"
#include <string.h>

/* Which --input-shape of its input word i is, from 0. */
static uint32_t occurrence(Model *m, const Words *shapes, uint32_t i) {
    const char *text;
    uint32_t before = 0;
    const ModelInput *in = model_shape_input(m, shapes->at[i], &text);
    for (uint32_t k = 0; in && k < i; k++) before += model_shape_input(m, shapes->at[k], &text) == in;
    return before;
}

uint32_t plans_count(Model *m, const Words *shapes) {
    uint32_t most = 1;
    for (uint32_t i = 0; i < shapes->n; i++) {
        uint32_t n = occurrence(m, shapes, i) + 1;
        if (n > most) most = n;
    }
    return most;
}

Words plans_shapes(Model *m, const Words *shapes, uint32_t k) {
    Words out = {0};
    for (uint32_t i = 0; i < shapes->n; i++) /* a later word replaces an earlier one of the same input */
        if (occurrence(m, shapes, i) <= k) vec_push(m->arena, &out, shapes->at[i]);
    return out;
}

static void add_dim(ShapeDims *out, Arena *a, const char *name, const char *help, Program *const *p, uint32_t n, uint32_t input,
                    int dim) {
    for (uint32_t i = 0; i < out->n; i++)
        if (!strcmp(out->at[i].name, name)) return;
    int64_t *value = arena_array_of(a, n + 1, int64_t);
    for (uint32_t i = 0; i < n; i++) {
        const Shape *s = value_shape(p[i]->graph, p[i]->graph->input.at[input]);
        value[i] = dim < s->rank ? s->dim[dim] : 0;
    }
    vec_push(a, out, ((ShapeDim){name, help, value}));
}

ShapeDims plans_dims(const Model *m, Arena *a, Program *const *p, uint32_t n) {
    ShapeDims out = {0};
    const Graph *g = p[0]->graph;
    for (uint32_t i = 0; i < g->input.n; i++) {
        const char *input = g->value.at[g->input.at[i]].name;
        const ModelInput *in = NULL;
        for (uint32_t k = 0; k < m->n; k++)
            if (!strcmp(m->input[k].name, input)) in = &m->input[k];
        for (int d = 0; in && d < value_shape(g, g->input.at[i])->rank; d++) {
            Dim declared = in->declared.rank < 0 ? DIM_BAD : in->declared.dim[d];
            if (dim_known(declared)) continue;
            Str name = str_new(a);
            if (declared != DIM_BAD) dim_print(m->declared->sym, declared, &name);
            bool symbol = name.n && strspn(name.at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == name.n;
            const char *help = arena_printf(a, "dimension %d of '%s'", d, input);
            add_dim(&out, a, symbol ? name.at : arena_printf(a, "%s_%d", input, d), help, p, n, i, d);
        }
    }
    return out;
}
