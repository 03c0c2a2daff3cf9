/* The report of sizes as JSON. Numbers that are not known are null. */
#include "cli/size.h"
#include "emit/package.h"

static void text_add(Str *out, const char *key, const char *text) {
    str_addf(out, "\"%s\": ", key);
    json_string_add(out, text ? text : "");
    str_add(out, ", ");
}

static void number_add(Str *out, const char *key, int64_t v) {
    if (v < 0)
        str_addf(out, "\"%s\": null, ", key);
    else
        str_addf(out, "\"%s\": %lld, ", key, (long long)v);
}

/* In place of the comma behind the last field. */
static void close_add(Str *out, const char *end) {
    while (out->n && (out->at[out->n - 1] == ' ' || out->at[out->n - 1] == ',')) out->at[--out->n] = 0;
    str_add(out, end);
}

static void functions_add(const SizeReport *r, Str *out) {
    str_add(out, "\"functions\": [");
    for (uint32_t i = 0; i < r->function.n; i++) {
        const SizeFunction *f = &r->function.at[i];
        str_add(out, "\n    {");
        text_add(out, "name", f->name);
        number_add(out, "steps", f->calls);
        str_addf(out, "\"merged\": %s, \"library\": %s, ", f->merged ? "true" : "false", f->library ? "true" : "false");
        number_add(out, "text", f->text);
        number_add(out, "constants", f->constants);
        number_add(out, "frame", f->frame);
        number_add(out, "stack", f->deepest);
        close_add(out, "}, ");
    }
    close_add(out, "\n  ],\n  ");
}

static void steps_add(const SizeReport *r, Str *out) {
    str_add(out, "\"steps\": [");
    for (uint32_t i = 0; i < r->step.n; i++) {
        const SizeStep *s = &r->step.at[i];
        str_add(out, "\n    {");
        number_add(out, "step", (int64_t)i + 1);
        text_add(out, "function", s->function);
        text_add(out, "nodes", s->nodes);
        text_add(out, "shapes", s->shapes);
        number_add(out, "weights", s->weights);
        number_add(out, "arena", s->alive);
        number_add(out, "stack", s->stack);
        close_add(out, "}, ");
    }
    close_add(out, "\n  ]\n}\n");
}

void size_json(const SizeReport *r, Str *out) {
    str_add(out, "{\n  ");
    text_add(out, "generator", "tenon " TENON_VERSION);
    text_add(out, "model", r->model);
    text_add(out, "target", r->target->name);
    str_addf(out, "\"linked\": %s,\n  ", r->image ? "true" : "false");
    number_add(out, "flash", r->flash);
    number_add(out, "code", r->code);
    number_add(out, "constants", r->constants);
    number_add(out, "weights", r->weights);
    number_add(out, "libraries", r->library);
    number_add(out, "data", r->start);
    close_add(out, ",\n  ");
    number_add(out, "ram", r->ram);
    number_add(out, "arena", r->arena);
    number_add(out, "inputs", r->inputs);
    number_add(out, "outputs", r->outputs);
    number_add(out, "static", r->fixed);
    number_add(out, "stack", r->stack);
    number_add(out, "stack_measured", r->measured);
    close_add(out, ",\n  ");
    functions_add(r, out);
    steps_add(r, out);
}
