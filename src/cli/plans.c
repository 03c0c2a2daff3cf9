#include "cli/plans.h"
#include "cli/progress.h"
#include "emit/package.h"
#include "emit/skel.h"
#include "pass/samples.h"
#include "plan/general.h"
#include <stdlib.h>
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

/* What the user calls a dimension of an input: the model's symbol, or `input_2`. */
static const char *dim_name(const Model *m, Arena *a, const ModelInput *in, int d) {
    Str name = str_new(a);
    Dim declared = in->declared.rank < 0 ? DIM_BAD : in->declared.dim[d];
    if (declared != DIM_BAD) dim_print(m->declared->sym, declared, &name);
    bool symbol = name.n && strspn(name.at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == name.n;
    return symbol ? name.at : arena_printf(a, "%s_%d", in->name, d);
}

/* `[32..640/32]`; the option's check has seen that it is one. Returns what is behind it. */
static const char *parse_range(const char *text, SizeRange *out) {
    char *end;
    out->low = strtoll(text + 1, &end, 10);
    out->high = strtoll(end + 2, &end, 10);
    out->step = 1;
    if (*end == '/') out->step = strtoll(end + 1, &end, 10);
    return end + 1;
}

typedef struct {
    SizeRange at[GENERAL_SIZES + 1];
    uint32_t n;
} Ranges;

/* Place of the range called `name`, which is added. */
static uint32_t range_place(Ranges *r, SizeRange range) {
    for (uint32_t i = 0; i < r->n; i++)
        if (!strcmp(r->at[i].name, range.name)) return i;
    if (r->n <= GENERAL_SIZES) r->at[r->n++] = range;
    return r->n - 1;
}

/* `3x*x[4..8]` with numbers: `any` for `*`, and for a range size[place], without `size` the largest. */
static const char *with_numbers(Model *m, const char *word, int64_t any, const int64_t *size, Ranges *ranges) {
    const char *text;
    const ModelInput *in = model_shape_input(m, word, &text);
    if (!in) return word;
    Str out = str_new(m->arena);
    str_addn(&out, word, (size_t)(text - word));
    for (int d = 0; *text;) {
        SizeRange range;
        d += *text == 'x' || *text == ',';
        if (*text == '[') {
            bool inside = in->declared.rank < 0 || d < in->declared.rank;
            text = parse_range(text, &range);
            range.name = inside ? dim_name(m, m->arena, in, d) : "";
            uint32_t at = range_place(ranges, range);
            str_addf(&out, "%lld", (long long)(size && at < GENERAL_SIZES ? size[at] : range.high));
        } else if (*text == '*') {
            str_addf(&out, "%lld", (long long)any);
            text++;
        } else {
            str_addn(&out, text++, 1);
        }
    }
    return out.at;
}

static Words shapes_with(Model *m, const Words *shapes, uint32_t k, int64_t any, const int64_t *size, Ranges *ranges) {
    Words out = {0};
    ranges->n = 0;
    for (uint32_t i = 0; i < shapes->n; i++) { /* a later word replaces an earlier one of the same input */
        const char *text;
        bool last = true;
        for (uint32_t j = i + 1; j < shapes->n; j++)
            last &= occurrence(m, shapes, j) > k ||
                    model_shape_input(m, shapes->at[j], &text) != model_shape_input(m, shapes->at[i], &text);
        if (occurrence(m, shapes, i) <= k && last) vec_push(m->arena, &out, with_numbers(m, shapes->at[i], any, size, ranges));
    }
    return out;
}

Words plans_shapes(Model *m, const Words *shapes, uint32_t k, int64_t any) {
    Ranges ranges;
    return shapes_with(m, shapes, k, any, NULL, &ranges);
}

bool plans_any(Model *m, const Words *shapes, uint32_t k) {
    Words one = plans_shapes(m, shapes, k, 1), two = plans_shapes(m, shapes, k, 2);
    bool any = false;
    for (uint32_t i = 0; i < one.n; i++) any |= strcmp(one.at[i], two.at[i]) != 0;
    return any;
}

bool plans_ranges(Model *m, const Words *shapes, uint32_t k) {
    Ranges ranges;
    shapes_with(m, shapes, k, 1, NULL, &ranges);
    return ranges.n > 0;
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
            const char *help = arena_printf(a, "dimension %d of '%s'", d, input);
            add_dim(&out, a, dim_name(m, a, in, d), help, p, n, i, d);
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

/* ---- all sizes ---- */

typedef struct {
    Cli *c;
    const CompileOptions *how;
    uint32_t plan;
    bool unfolded; /* what constants give is computed by each run */
    Diag *diag;
} General;

static Program *general_program(void *ctx, Arena *a, const int64_t *size, bool memory) {
    static const char *const skip[] = {"fold_constants", "assign_layout", "choose_winograd", "fuse_attention", NULL};
    const General *q = ctx;
    const Options *o = &q->c->options;
    Options own = *o;
    CompileOptions how = *q->how;
    Ranges ranges;
    Model m;
    own.arena = a;
    if (!model_open(&m, a, q->diag, o->model, o)) return NULL;
    own.shape = shapes_with(&m, &o->shape, q->plan, 1, size, &ranges);
    if (!model_apply(&m, &own) || !model_settle(&m, &own.picture, false)) return NULL;
    Graph *g = model_import(&m, a, q->diag, false, NULL);
    how.pass = (PassOptions){.skip = skip + !q->unfolded, .precise = true};
    how.program.general = true;
    how.program.no_memory = !memory;
    how.program.threads = 1;
    how.program.schedules = NULL;
    return g ? compile_graph(a, g, &how, q->diag) : NULL;
}

/* A name for a parameter of kernels, which call functions of runtime/snippet. */
static const char *variable(Arena *a, const char *dim) {
    const char *name = name_variable(a, dim);
    return skeleton(arena_printf(a, "%s.h", name)) ? arena_printf(a, "%s_size", name) : name;
}

static bool range_error(Cli *c, const char *text) {
    return diag_error(c->diag, (Loc){.file = c->options.model, .field = "--input-shape"}, "write x=1x3x[32..640/32]x[32..640/32]",
                      "%s", text);
}

bool plans_general(Cli *c, const CompileOptions *how, const ShapeDims *dims, uint32_t n, ShapeGeneral *out) {
    Model m;
    Ranges ranges;
    uint32_t plan = n, *dim = arena_array_of(c->arena, GENERAL_SIZES, uint32_t);
    *out = (ShapeGeneral){0};
    if (!model_open(&m, c->arena, c->diag, c->options.model, &c->options)) return false;
    for (uint32_t k = 0; k < n; k++) {
        if (!plans_ranges(&m, &c->options.shape, k)) continue;
        if (plan < n) return range_error(c, "one plan alone can have ranges");
        plan = k;
    }
    if (plan == n) return true;
    for (uint32_t k = 0; k < n; k++)
        if (plans_any(&m, &c->options.shape, k)) return range_error(c, "there can be ranges or *, not both");
    shapes_with(&m, &c->options.shape, plan, 1, NULL, &ranges);
    if (ranges.n > GENERAL_SIZES) return range_error(c, "three dimensions can have a range");
    int64_t *bound = arena_array_of(c->arena, 3 * dims->n + 1, int64_t);
    *out = (ShapeGeneral){.dim = dim, .low = bound, .high = bound + dims->n, .step = bound + 2 * dims->n};
    for (uint32_t d = 0; d < dims->n; d++) out->low[d] = out->high[d] = dims->at[d].value[plan];
    for (uint32_t i = 0; i < ranges.n; i++) {
        uint32_t d = 0;
        while (d < dims->n && strcmp(dims->at[d].name, ranges.at[i].name)) d++;
        if (d == dims->n) return range_error(c, "a range is for a dimension that the model leaves open");
        dim[i] = d;
        out->low[d] = ranges.at[i].low;
        out->high[d] = ranges.at[i].high;
        out->step[d] = ranges.at[i].step;
        ranges.at[i].name = variable(c->arena, ranges.at[i].name);
    }
    progress_say("comparing the code of all sizes");
    General q = {c, how, plan, false, diag_new(c->arena)}; /* of the first try nobody hears */
    out->program = program_general(c->arena, ranges.at, ranges.n, general_program, &q, q.diag);
    q.unfolded = true;
    q.diag = c->diag;
    if (!out->program) out->program = program_general(c->arena, ranges.at, ranges.n, general_program, &q, q.diag);
    progress_end();
    return out->program != NULL;
}
