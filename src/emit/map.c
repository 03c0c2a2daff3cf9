/* NAME.map.json: the program for tools. */
#include "emit/package.h"
#include <string.h>

/* `"key": ` with the comma of what went before. */
static void key(Str *out, bool *first, const char *name) {
    str_addf(out, "%s\"%s\": ", *first ? "" : ", ", name);
    *first = false;
}

static void text_field(Str *out, bool *first, const char *name, const char *text) {
    key(out, first, name);
    json_string_add(out, text ? text : "");
}

static void number_field(Str *out, bool *first, const char *name, int64_t v) {
    key(out, first, name);
    str_addf(out, "%lld", (long long)v);
}

static void flag_field(Str *out, bool *first, const char *name, bool v) {
    key(out, first, name);
    str_add(out, v ? "true" : "false");
}

static void shape_field(Str *out, bool *first, const Shape *s) {
    key(out, first, "shape");
    str_addn(out, "[", 1);
    for (int i = 0; i < s->rank; i++) str_addf(out, "%s%lld", i ? ", " : "", (long long)s->dim[i]);
    str_addn(out, "]", 1);
}

/* An array with one object a line: open, then item before each, then close. */
static void array_open(Str *out, const char *name) {
    str_addf(out, ",\n  \"%s\": [", name);
}
static void item_open(Str *out, uint32_t i) {
    str_add(out, i ? ",\n    {" : "\n    {");
}
static void array_close(Str *out, uint32_t n) {
    str_add(out, n ? "\n  ]" : "]");
}

static void ports_map(const Package *k, bool inputs, Str *out) {
    uint32_t n = inputs ? k->ninput : k->noutput;
    array_open(out, inputs ? "inputs" : "outputs");
    for (uint32_t i = 0; i < n; i++) {
        const Port *q = &k->port[i + (inputs ? 0 : k->ninput)];
        bool first = true;
        item_open(out, i);
        text_field(out, &first, "name", q->value->name);
        text_field(out, &first, "field", q->field);
        text_field(out, &first, "type", dtype_info[q->value->dtype].name);
        shape_field(out, &first, &q->value->shape);
        number_field(out, &first, "bytes", q->bytes);
        if (k->p->port_at) number_field(out, &first, "arena_offset", k->p->port_at[i + (inputs ? 0 : k->ninput)]);
        str_addn(out, "}", 1);
    }
    array_close(out, n);
}

static void functions_map(const Package *k, Str *out) {
    const Program *p = k->p;
    uint32_t *calls = arena_array_of(k->arena, p->function.n + 1, uint32_t), written = 0;
    for (uint32_t i = 0; i < p->function.n; i++) calls[function_written(p, i) ? i : p->function.at[i].shared->first] += p->function.at[i].calls;
    array_open(out, "functions");
    for (uint32_t i = 0; i < p->function.n; i++) {
        const Function *f = &p->function.at[i];
        bool first = true;
        if (!function_written(p, i)) continue;
        item_open(out, written++);
        text_field(out, &first, "name", k->function[i]);
        number_field(out, &first, "calls", calls[i]);
        number_field(out, &first, "macs", f->macs);
        number_field(out, &first, "scratch_bytes", f->scratch_bytes);
        if (package_threads(k)) number_field(out, &first, "parallel_loops", f->parallel);
        text_field(out, &first, "schedule", f->schedule);
        text_field(out, &first, "meaning", f->meaning);
        str_addn(out, "}", 1);
    }
    array_close(out, written);
}

static void arg_map(const Package *k, const Arg *a, Str *out) {
    static const char *const kind[] = {"arena", "input", "output", "weight"};
    bool first = true;
    str_addn(out, "{", 1);
    text_field(out, &first, "in", kind[a->kind]);
    if (a->kind != ARG_arena) number_field(out, &first, "index", a->index);
    number_field(out, &first, "offset", a->offset);
    if (a->value != NO_VALUE) text_field(out, &first, "value", k->p->graph->value.at[a->value].name);
    str_addn(out, "}", 1);
}

static void steps_map(const Package *k, Str *out) {
    const Program *p = k->p;
    array_open(out, "steps");
    for (uint32_t i = 0; i < p->step.n; i++) {
        const ProgramStep *s = &p->step.at[i];
        bool first = true;
        item_open(out, i);
        number_field(out, &first, "step", (int64_t)i + 1);
        bool call = s->kind == CALL_call;
        text_field(out, &first, "function", call ? k->function[s->function] : "");
        text_field(out, &first, "nodes", s->nodes);
        text_field(out, &first, "shapes", s->shapes);
        number_field(out, &first, "macs", call ? p->function.at[s->function].macs : 0);
        key(out, &first, "args");
        for (uint32_t j = 0; j < s->narg; j++) {
            str_add(out, j ? ", " : "[");
            arg_map(k, &s->arg[j], out);
        }
        str_add(out, s->narg ? "]}" : "[]}");
    }
    array_close(out, p->step.n);
}

static void tensors_map(const Package *k, Str *out) {
    const Program *p = k->p;
    array_open(out, "tensors");
    for (uint32_t i = 0; i < p->tensor.n; i++) {
        const ArenaTensor *t = &p->tensor.at[i];
        bool first = true;
        item_open(out, i);
        text_field(out, &first, "name", t->name);
        if (t->value != NO_VALUE) {
            const Value *v = &p->graph->value.at[t->value];
            text_field(out, &first, "type", dtype_info[v->dtype].name);
            shape_field(out, &first, &v->shape);
        }
        number_field(out, &first, "offset", t->offset);
        number_field(out, &first, "bytes", t->bytes);
        number_field(out, &first, "first_step", (int64_t)t->lower + 1);
        number_field(out, &first, "last_step", t->upper);
        if (t->view_of >= 0) text_field(out, &first, "inside", p->tensor.at[t->view_of].name);
        str_addn(out, "}", 1);
    }
    array_close(out, p->tensor.n);
}

static void weights_map(const Package *k, Str *out) {
    const Program *p = k->p;
    array_open(out, "weights");
    for (uint32_t i = 0; i < p->weight.n; i++) {
        const Weight *w = &p->weight.at[i];
        const char *layout = w->layout ? layout_text(k->arena, w->layout) : NULL;
        bool first = true;
        item_open(out, i);
        text_field(out, &first, "symbol", k->weight[i]);
        text_field(out, &first, "source", w->source);
        text_field(out, &first, "type", dtype_info[w->dtype].name);
        shape_field(out, &first, &w->shape);
        text_field(out, &first, "layout", layout ? layout : "row-major");
        number_field(out, &first, "offset", k->once ? k->once->p->weight.at[k->stored[i]].offset : w->offset);
        number_field(out, &first, "bytes", w->elements * dtype_info[w->dtype].bytes);
        str_addn(out, "}", 1);
    }
    array_close(out, p->weight.n);
}

void map_text(const Package *k, Str *out) {
    const Program *p = k->p;
    bool first = true;
    str_add(out, "{\n  ");
    text_field(out, &first, "generator", "tenon " TENON_VERSION);
    text_field(out, &first, "model", k->o->model);
    text_field(out, &first, "model_hash", arena_printf(k->arena, "%016llx", (unsigned long long)k->o->model_hash));
    text_field(out, &first, "target", p->target->name);
    text_field(out, &first, "command", k->o->command);
    str_add(out, ",\n  ");
    first = true;
    text_field(out, &first, "name", k->name);
    number_field(out, &first, "macs", p->macs);
    number_field(out, &first, "nodes_imported", p->nodes_imported);
    number_field(out, &first, "nodes_after_passes", p->nodes_after_passes);
    number_field(out, &first, "weight_bytes", p->weight_bytes);
    if (package_threads(k)) number_field(out, &first, "threads", p->threads);
    key(out, &first, "weights_file");
    str_addf(out, k->has_bin ? "\"%s_weights.bin\"" : "null", k->library);
    str_add(out, ",\n  \"arena\": {");
    first = true;
    number_field(out, &first, "bytes", p->arena_bytes);
    number_field(out, &first, "align", p->arena_align);
    number_field(out, &first, "lower_bound", p->plan.lower_bound);
    flag_field(out, &first, "optimal", p->plan.optimal);
    text_field(out, &first, "method", p->plan.method);
    str_addn(out, "}", 1);
    ports_map(k, true, out);
    ports_map(k, false, out);
    functions_map(k, out);
    steps_map(k, out);
    tensors_map(k, out);
    weights_map(k, out);
    str_add(out, "\n}\n");
}
