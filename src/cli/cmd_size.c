/* tenon size: what a compiled model takes of flash, RAM and stack. */
#include "base/io.h"
#include "cli/boards.h"
#include "cli/cmd.h"
#include "cli/model.h"
#include "cli/progress.h"
#include "cli/runner.h"
#include "cli/size.h"
#include "target/board.h"
#include <string.h>

static const CommandInfo info = {
    "size", "MODEL",
    "Tells how much code, constants, RAM and stack the compiled model needs, of each function and step; of the whole for "
    "microcontrollers as it is linked, with what it needs of libraries, and whether a board has as much.",
    "tenon size kws.onnx --target nucleo-l4r5zi --optimize size", CMD_size};

/* A number, or a dash where there is none, with a sign behind it. */
static void print_number(int64_t v, const char *sign) {
    if (v < 0)
        printf(" %8s%s", "-", sign);
    else
        printf(" %8lld%s", (long long)v, sign);
}

static void print_functions(const SizeReport *r) {
    int width = 8;
    bool merged = false;
    for (uint32_t i = 0; i < r->function.n; i++)
        if ((int)strlen(r->function.at[i].name) > width) width = (int)strlen(r->function.at[i].name);
    printf("\n%-*s  steps      text  constants     frame     stack\n", width, "function");
    for (uint32_t i = 0; i < r->function.n; i++) {
        const SizeFunction *f = &r->function.at[i];
        const char *sign = f->merged ? "*" : " ";
        merged |= f->merged;
        printf("%-*s ", width, f->name);
        if (f->calls)
            printf(" %5u", (unsigned)f->calls);
        else
            printf(" %5s", f->library ? "lib" : "");
        print_number(f->text, sign);
        print_number(f->constants, " ");
        print_number(f->frame, sign);
        print_number(f->deepest, sign);
        printf("\n");
    }
    if (merged) printf("* the compiler made it a part of its caller; these are its numbers as a function of its own\n");
}

static void print_steps(const SizeReport *r) {
    int width = 8;
    for (uint32_t i = 0; i < r->step.n; i++)
        if ((int)strlen(r->step.at[i].function) > width) width = (int)strlen(r->step.at[i].function);
    printf("\nstep  %-*s   weights    arena     stack   nodes\n", width, "function");
    for (uint32_t i = 0; i < r->step.n; i++) {
        const SizeStep *s = &r->step.at[i];
        printf("%4u  %-*s", (unsigned)i + 1, width, s->function);
        print_number(s->weights, " ");
        print_number(s->alive, "");
        print_number(s->stack, s->merged ? "*" : " ");
        printf("  %.60s\n", s->nodes);
    }
}

static void print_limit(Arena *a, const char *what, int64_t bytes, const Memory *m) {
    printf("%-9s%lld bytes", what, (long long)bytes);
    if (m && m->bytes)
        printf(", %.3g %% of %s%s", 100 * (double)bytes / (double)m->bytes, bytes_words(a, (double)m->bytes), bytes > m->bytes ? ": TOO MUCH" : "");
    printf("\n");
}

static void print_totals(Arena *a, const SizeReport *r) {
    const Board *b = r->target->board;
    print_limit(a, "flash", r->flash, b ? &b->flash : NULL);
    printf("  %8lld code\n  %8lld constants of the code\n  %8lld weights\n", (long long)r->code, (long long)r->constants, (long long)r->weights);
    if (r->image) printf("  %8lld of libraries\n", (long long)r->library);
    printf("  %8lld beginnings of static data\n", (long long)r->start);
    print_limit(a, "RAM", r->ram, b ? &b->ram : NULL);
    printf("  %8lld arena%s\n", (long long)r->arena, r->inside ? ", with inputs and outputs" : "");
    if (!r->inside) printf("  %8lld inputs\n  %8lld outputs\n", (long long)r->inputs, (long long)r->outputs);
    printf("  %8lld static data\n", (long long)r->fixed);
    if (r->stack >= 0)
        printf("  %8lld stack, a bound%s", (long long)r->stack, r->import.n ? " for all but what it calls" : "");
    else
        printf("         ? stack, %s%s%s", r->why ? "there is no bound: that of " : "the compiler tells no frames", r->why ? r->why : "", r->why ? " is not known" : "");
    if (r->measured >= 0) printf("; %lld in a run", (long long)r->measured);
    printf("\n");
    if (r->image) return;
    printf("calls    ");
    for (uint32_t i = 0; i < r->import.n; i++) printf("%s%s", i ? ", " : "", r->import.at[i]);
    printf("%s\n", r->import.n ? ", which are not counted" : "nothing from elsewhere");
}

/* What is linked: an image where there can be one. */
static const Target *linked_for(Cli *c) {
    const Options *o = &c->options;
    const Target *runs = target_to_run(c->arena, c->diag, o->target);
    if (!o->measure && target_image(o->target)) return o->target;
    return target_for(c->arena, runs, o->optimize);
}

/* Where a board has not enough RAM, the message is kept and the sizes are those without its limit. */
static SizeReport *measure(Cli *c) {
    Options *o = &c->options;
    Model m;
    Programs p = {0};
    Diag *d = c->diag;
    o->target = target_here(o->target); /* one program */
    CompileOptions *how = compile_options(o);
    if (!how || !model_open(&m, c->arena, d, o->model, o) || !model_apply(&m, o) || !model_settle(&m, &o->picture, true)) return NULL;
    Graph *g = model_import(&m, c->arena, d, false, NULL);
    if (!g) return NULL;
    progress_say("compiling the model");
    bool ok = compile_variants(c->arena, graph_copy(c->arena, g), how, d, &p);
    if (!ok && how->ram) {
        p = (Programs){0};
        how->ram = 0;
        d = diag_new(c->arena);
        ok = compile_variants(c->arena, g, how, d, &p);
    }
    progress_end();
    return ok ? size_measure(c->arena, d, p.at[0], linked_for(c), o->model, o->measure) : NULL;
}

static bool size(Cli *c) {
    const Options *o = &c->options;
    OutSet *set = out_begin(c->arena, c->diag);
    OutFile *json = o->json ? out_open(set, o->json) : NULL;
    if (o->json && !json) return false;
    const SizeReport *r = measure(c);
    if (!r) return false;
    if (json) {
        Str text = str_new(c->arena);
        size_json(r, &text);
        if (!out_write(json, text.at, text.n) || !out_close(json) || !out_commit(set)) return false;
    }
    printf("%s for %s%s\n\n", o->model, r->target->name, r->image ? ", linked" : "");
    print_totals(c->arena, r);
    print_functions(r);
    print_steps(r);
    return size_fits(c->arena, r, o->ram, c->diag);
}

int size_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && size(&c);
    return cli_end(&c, ok);
}
