#include "cli/plans.h"
#include "pass/samples.h"
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

/* `3x*x4` with a number for `*` */
static const char *with_number(Model *m, const char *word, int64_t any) {
    const char *text;
    if (!model_shape_input(m, word, &text)) return word;
    Str out = str_new(m->arena);
    str_addn(&out, word, (size_t)(text - word));
    for (; *text; text++)
        if (*text == '*')
            str_addf(&out, "%lld", (long long)any);
        else
            str_addn(&out, text, 1);
    return out.at;
}

Words plans_shapes(Model *m, const Words *shapes, uint32_t k, int64_t any) {
    Words out = {0};
    for (uint32_t i = 0; i < shapes->n; i++) /* a later word replaces an earlier one of the same input */
        if (occurrence(m, shapes, i) <= k) vec_push(m->arena, &out, with_number(m, shapes->at[i], any));
    return out;
}

bool plans_any(Model *m, const Words *shapes, uint32_t k) {
    Words one = plans_shapes(m, shapes, k, 1), two = plans_shapes(m, shapes, k, 2);
    bool any = false;
    for (uint32_t i = 0; i < one.n; i++) {
        bool last = true; /* of its input */
        const char *text;
        for (uint32_t j = i + 1; j < one.n; j++)
            last &= model_shape_input(m, one.at[j], &text) != model_shape_input(m, one.at[i], &text);
        any |= last && strcmp(one.at[i], two.at[i]) != 0;
    }
    return any;
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

/* ---- a batch of any size ---- */

/* The model with `any` in place of plan k's `*`. */
static Graph *graph_with(Cli *c, Model *m, uint32_t k, int64_t any) {
    Options own = c->options;
    if (!model_open(m, c->arena, c->diag, own.model, &own)) return NULL;
    own.shape = plans_shapes(m, &c->options.shape, k, any);
    return model_apply(m, &own) && model_settle(m, &own.picture, false) ? model_import(m, c->arena, c->diag, false, NULL) : NULL;
}

/* Which of the dims the `*` of plan k is: the one whose number changes with it. -1 with a diagnostic. */
static int any_dim(Cli *c, const ShapeDims *dims, uint32_t k, Model *m, Graph *g, int64_t any) {
    Program probe = {.graph = g}, *list[] = {&probe};
    ShapeDims with = plans_dims(m, c->arena, list, 1);
    int found = -1;
    for (uint32_t d = 0; d < dims->n && d < with.n; d++) {
        if (with.at[d].value[0] == dims->at[d].value[k]) continue;
        if (found >= 0 || with.at[d].value[0] != any) found = (int)dims->n;
        if (found < 0) found = (int)d;
    }
    if (found >= 0 && found < (int)dims->n) return found;
    diag_error(c->diag, (Loc){.file = c->options.model, .field = "--input-shape"},
               "write * for the batch, a dimension that the model leaves open", "one dimension alone can be of any size");
    return -1;
}

/* Plans that differ from plan k in dimension `dim` alone serve the same batches. */
static bool same_but(const ShapeDims *dims, int dim, uint32_t i, uint32_t k) {
    bool same = true;
    for (uint32_t d = 0; d < dims->n; d++) same &= (int)d == dim || dims->at[d].value[i] == dims->at[d].value[k];
    return same;
}

static bool plan_batch(Cli *c, const ShapeDims *dims, uint32_t n, uint32_t k, ShapeBatch *out) {
    static const int64_t probe[] = {SAMPLES_SIZES};
    enum { PROBES = sizeof probe / sizeof *probe };
    Graph **g = arena_array_of(c->arena, n + PROBES, Graph *);
    int64_t *size = arena_array_of(c->arena, n + PROBES, int64_t), *step = NULL;
    uint32_t count = 0;
    Model m;
    for (; count < PROBES; count++) {
        size[count] = probe[count];
        if (!(g[count] = graph_with(c, &m, k, size[count]))) return false;
    }
    int dim = any_dim(c, dims, k, &m, g[PROBES - 1], probe[PROBES - 1]);
    if (dim < 0) return false;
    if (out->step && out->dim != dim)
        return diag_error(c->diag, (Loc){.file = c->options.model, .field = "--input-shape"}, "write * in the same place",
                          "one dimension alone can be of any size");
    for (uint32_t i = 0; i < n; i++)
        if (same_but(dims, dim, i, k)) {
            size[count] = dims->at[dim].value[i];
            if (!(g[count] = graph_with(c, &m, k, size[count]))) return false;
            count++;
        }
    step = arena_array_of(c->arena, g[0]->input.n + g[0]->output.n + 1, int64_t);
    if (!samples_independent(c->arena, g, size, count, c->diag, step)) return false;
    if (!out->step) out->step = arena_array_of(c->arena, n, const int64_t *);
    out->dim = dim;
    for (uint32_t i = 0; i < n; i++)
        if (same_but(dims, dim, i, k)) out->step[i] = step;
    return true;
}

bool plans_batch(Cli *c, const ShapeDims *dims, uint32_t n, ShapeBatch *out) {
    Model m;
    *out = (ShapeBatch){0};
    if (!model_open(&m, c->arena, c->diag, c->options.model, &c->options)) return false;
    for (uint32_t k = 0; k < n; k++)
        if (plans_any(&m, &c->options.shape, k) && !plan_batch(c, dims, n, k, out)) return false;
    return true;
}
