#include "pass/pass.h"
#include "base/str.h"
#include "pass/list.h"
#include <string.h>
#include <time.h>

#define AGAIN(name)
#define LOOP(n)
#define END_LOOP
#define PASS(name, help) {#name, help, pass_##name},
const Pass passes[] = {
#include "pass/passes.def"
    {NULL, NULL, NULL}};
#undef PASS
#undef AGAIN
#undef LOOP
#undef END_LOOP

/* The same file as a little program: run a pass, begin a loop of `rounds`, end it. */
typedef struct {
    PassFn *run;
    int rounds; /* > 0: a loop begins, < 0: it ends */
} Step;

#define PASS(name, help) {pass_##name, 0},
#define AGAIN(name) {pass_##name, 0},
#define LOOP(n) {NULL, n},
#define END_LOOP {NULL, -1},
static const Step schedule[] = {
#include "pass/passes.def"
};
#undef PASS
#undef AGAIN
#undef LOOP
#undef END_LOOP

/* Bytes of a folded tensor that is larger than what it is made of. */
#define FOLD_LIMIT ((int64_t)1 << 20)

typedef struct {
    Graph *g;
    const PassOptions *o;
    PassContext context;
    bool stopped, changed, ok, again; /* again: not the first round of a loop */
} Runner;

static const Pass *find(const char *name) {
    for (const Pass *p = passes; p->name; p++)
        if (!strcmp(p->name, name)) return p;
    return NULL;
}

static bool check_name(const Graph *g, const char *name, const char *option, Diag *d, Arena *tmp) {
    if (!name || find(name)) return true;
    Str known = str_new(tmp);
    for (const Pass *p = passes; p->name; p++)
        str_addf(&known, "%s%s", p == passes ? "the passes are " : ", ", p->name);
    return diag_error(d, (Loc){.file = g->file, .field = option}, known.at, "there is no pass '%s'", name);
}

static bool check_names(const Graph *g, const PassOptions *o, Diag *d, Arena *tmp) {
    bool ok = check_name(g, o->stop_after, "stop after", d, tmp);
    if (o->dump && strcmp(o->dump, "all")) ok &= check_name(g, o->dump, "dump", d, tmp);
    for (const char *const *s = o->skip; s && *s; s++) ok &= check_name(g, *s, "skip", d, tmp);
    return ok;
}

static uint32_t live_nodes(const Graph *g) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < g->node.n; i++) n += g->node.at[i].op != OP_none;
    return n;
}

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

static bool skipped(const PassOptions *o, const char *name) {
    for (const char *const *s = o->skip; s && *s; s++)
        if (!strcmp(*s, name)) return true;
    return false;
}

static void report(FILE *to, const Pass *p, bool changed, uint32_t before, uint32_t after, uint32_t hits, double ms) {
    if (!changed) {
        fprintf(to, "%-20s unchanged  %.1f ms\n", p->name, ms);
    } else {
        fprintf(to, "%-20s %u -> %u nodes  %.1f ms  (%u rewritten)\n", p->name, (unsigned)before, (unsigned)after, ms,
                (unsigned)hits);
    }
}

static void dump(const Runner *u, const Pass *p) {
    Str text = str_new(u->context.tmp);
    graph_print(u->g, &text);
    fprintf(u->o->dump_to, "# after %s\n%s", p->name, text.at);
}

static void run_pass(Runner *u, const Pass *p) {
    const PassOptions *o = u->o;
    if (u->stopped || !u->ok || skipped(o, p->name)) return;
    uint32_t before = live_nodes(u->g);
    int errors = diag_errors(u->context.diag);
    double start = now_ms();
    u->context.hits = 0;
    bool changed = p->run(u->g, &u->context);
    u->changed |= changed;
    if (o->report && (changed || !u->again))
        report(o->report, p, changed, before, live_nodes(u->g), u->context.hits, now_ms() - start);
    arena_reset(u->context.tmp);
    if (diag_errors(u->context.diag) > errors || (o->verify && !graph_verify(u->g))) {
        diag_error(u->context.diag, (Loc){.file = u->g->file}, NULL, "pass %s left a graph that is not valid", p->name);
        u->ok = false;
    }
    if (o->dump && o->dump_to && (!strcmp(o->dump, "all") || !strcmp(o->dump, p->name))) {
        dump(u, p);
        arena_reset(u->context.tmp);
    }
    if (o->stop_after && !strcmp(o->stop_after, p->name)) u->stopped = true;
}

static void run_schedule(Runner *u) {
    size_t n = sizeof schedule / sizeof *schedule, begin = 0;
    int left = 0;
    for (size_t i = 0; i < n; i++) {
        const Step *s = &schedule[i];
        if (s->rounds > 0) {
            left = s->rounds;
            begin = i;
            u->changed = false;
        } else if (s->rounds < 0) {
            u->again = u->changed && --left > 0 && !u->stopped && u->ok;
            if (u->again) i = begin;
            u->changed = false;
        } else {
            for (const Pass *p = passes; p->name; p++)
                if (p->run == s->run) run_pass(u, p);
        }
    }
}

bool passes_run(Graph *g, const Target *t, const PassOptions *o, Diag *d) {
    static const PassOptions none;
    Arena *tmp = arena_new("passes");
    Runner u = {.g = g, .o = o ? o : &none, .ok = true};
    u.context = (PassContext){.tmp = tmp, .diag = d, .target = t, .precise = u.o->precise, .small = u.o->small, .half_weights = u.o->half_weights, .fold_limit = FOLD_LIMIT};
    bool ok = check_names(g, u.o, d, tmp);
    arena_reset(tmp);
    if (ok) run_schedule(&u);
    arena_free(tmp);
    return ok && u.ok;
}
