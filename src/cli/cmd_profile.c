#include "base/io.h"
#include "cli/cmd.h"
#include "cli/profile.h"
#include <stdlib.h>
#include <string.h>

static const CommandInfo info = {
    "profile", "MODEL",
    "Measures each step of the compiled model, on seeded random inputs, and tells how far it is from what the machine "
    "could do: the larger of its arithmetic at the measured peak and its bytes at the measured bandwidth.",
    "tenon profile mobilenet.onnx --seconds 5 --sort time --html mobilenet.html", CMD_profile};

static double percent(double part, double whole) {
    return whole > 0 ? 100 * part / whole : 0;
}

/* flop and microseconds to GFLOP/s */
static double speed(double flop, double us) {
    return us > 0 ? 1e-3 * flop / us : 0;
}

static void print_machine(Arena *a, const Profile *p) {
    const Machine *m = &p->machine;
    printf("target   %s, %d thread%s\n", p->target, p->threads, p->threads == 1 ? "" : "s");
    printf("peak     %.4g GFLOP/s; reads", 1e-9 * m->flops);
    for (int i = 0; i < LEVELS; i++)
        if (m->read[i] > 0) printf("%s %.4g GB/s from %s", i ? "," : "", 1e-9 * m->read[i], level_name[i]);
    printf("\nmemory   %s of weights, read from %s; %s of other data, a step's from the nearest caches\n\n",
           bytes_words(a, (double)p->weight_bytes), level_name[p->weights_in], bytes_words(a, (double)p->data_bytes));
}

static int width(const ProfileRow *row, uint32_t n, const char *(*text)(const ProfileRow *), int least) {
    for (uint32_t i = 0; i < n; i++)
        if ((int)strlen(text(&row[i])) > least) least = (int)strlen(text(&row[i]));
    return least;
}
static const char *function_of(const ProfileRow *r) {
    return r->function;
}
static const char *kind_of(const ProfileRow *r) {
    return r->kind;
}
static const char *shapes_of(const ProfileRow *r) {
    return r->brief;
}

static void print_numbers(Arena *a, const ProfileRow *r) {
    printf(" %10.2f %10.2f %9.4g %8.2f %6.1f %10s %10.2f %6.1f\n", r->best, r->median, 1e-9 * r->flop, speed(r->flop, r->best),
           percent(r->arithmetic, r->best), bytes_words(a, r->weights + r->data), r->bound,
           percent(r->bound, r->best));
}

#define NUMBERS "    best us  median us     GFLOP  GFLOP/s %% peak      bytes   bound us bound%%"

static void print_steps(Arena *a, const Profile *p, const ProfileRow *row) {
    int name = width(row, p->nstep, function_of, 6), kind = width(row, p->nstep, kind_of, 4);
    int shapes = width(row, p->nstep, shapes_of, 6);
    printf("step %-*s %-*s %-*s" NUMBERS "\n", name, "kernel", kind, "kind", shapes, "shapes");
    for (uint32_t i = 0; i < p->nstep; i++) {
        const ProfileRow *r = &row[i];
        printf("%4u %-*s %-*s %-*s", (unsigned)r->step, name, r->function, kind, r->kind, shapes, r->brief);
        print_numbers(a, r);
    }
}

static void print_kinds(Arena *a, const Profile *p) {
    int kind = width(p->kind, p->nkind, kind_of, 4);
    printf("\n%-*s calls  %% time" NUMBERS "\n", kind, "kind");
    for (uint32_t i = 0; i < p->nkind; i++) {
        const ProfileRow *r = &p->kind[i];
        printf("%-*s %5u %7.1f", kind, r->kind, (unsigned)r->calls, percent(r->best, p->all.best));
        print_numbers(a, r);
    }
    printf("%-*s %5u %7.1f", kind, "sum", (unsigned)p->all.calls, 100.0);
    print_numbers(a, &p->all);
}

static void print_end(const Profile *p) {
    printf("\nrun      best %.4g ms, median %.4g ms, %ld runs\n", 1e-3 * p->best, 1e-3 * p->median, p->runs);
    printf("arithmetic / time   %.1f %%: %.4g ms of multiply-adds at peak in the best run\n",
           percent(p->all.arithmetic, p->best), 1e-3 * p->all.arithmetic);
    printf("bound / time        %.1f %%: %.4g ms, the sum of the steps' max(FLOP / peak, bytes / bandwidth), in the "
           "best run\n",
           percent(p->all.bound, p->best), 1e-3 * p->all.bound);
}

typedef struct {
    OutSet *set;
    OutFile *html, *json;
} Files;

/* Before the long work, so that a place that cannot be written is told at once. */
static bool open_files(Cli *c, Files *f) {
    const Options *o = &c->options;
    f->set = out_begin(c->arena, c->diag);
    f->html = o->html ? out_open(f->set, o->html) : NULL;
    f->json = o->json ? out_open(f->set, o->json) : NULL;
    return !o->html == !f->html && !o->json == !f->json;
}

static bool write_file(OutFile *f, const Profile *p, void (*text)(const Profile *p, Str *out), Arena *a) {
    if (!f) return true;
    Str s = str_new(a);
    text(p, &s);
    return out_write(f, s.at, s.n) && out_close(f);
}

static bool profile(Cli *c) {
    const Options *o = &c->options;
    Machine machine;
    Files files;
    Model m;
    if (!open_files(c, &files) || !model_open(&m, c->arena, c->diag, o->model, o) || !model_apply(&m, o) ||
        !model_settle(&m, &o->picture, true))
        return false;
    Graph *g = model_import(&m, c->arena, c->diag, false, NULL);
    const Tensor **in = g ? model_tensors(&m, c->arena, g, true) : NULL;
    Runner *r = in ? runner_open_profile(c->arena, c->diag, o, &m, g) : NULL;
    if (!r || !machine_measure(c->arena, c->diag, r->target, (int)o->threads, &machine)) return false;
    const char *log = runner_log(r, in, o->seconds, "profile: ");
    Profile *p = log ? profile_make(r, &machine, (int)o->threads, log) : NULL;
    if (!p || !write_file(files.html, p, profile_html, c->arena) ||
        !write_file(files.json, p, profile_json, c->arena) || !out_commit(files.set))
        return false;
    ProfileRow *row = arena_copy(c->arena, p->step, p->nstep * sizeof *row);
    if (o->by_time) qsort(row, p->nstep, sizeof *row, profile_by_time);
    print_machine(c->arena, p);
    print_steps(c->arena, p, row);
    print_kinds(c->arena, p);
    print_end(p);
    return true;
}

int profile_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && profile(&c);
    return cli_end(&c, ok);
}
