#include "cli/count.h"
#include "base/io.h"
#include "cli/build.h"
#include "cli/temp.h"
#include "emit/skel.h"
#include <string.h>

bool count_possible(const Target *t) {
    return t->run && !strncmp(t->run, "qemu-", 5);
}

/* ---- the plugin ---- */

/* For QEMU before version 9, then for later ones, which refuse plugins of the first version. */
enum { OLD_API = 1, NEW_API = 2 };

/* The name of the built file in `work`, which is a path for dlopen. */
#define PLUGIN "./program"

static bool build_plugin(Runner *r, const char *work, int api) {
    const char *text = skeleton("qemu_blocks.c.in");
    return io_write_file(r->arena, r->diag, path_join(r->arena, work, "blocks.c"), text, strlen(text)) &&
           build_file(r->arena, r->diag, target_find("c99"), work, "blocks.c",
                      arena_printf(r->arena, "-shared -fPIC -DAPI=%d -DSTEPS=%u", api, (unsigned)r->built->step.n));
}

/* The emulator, told to load the plugin, in `work`, where the file `blocks` comes to lie. */
static bool run_with_plugin(Runner *r, const char *work, const Tensor *const *in, int api) {
    Command plain = command_new(r->arena), c = command_new(r->arena);
    if (!build_plugin(r, work, api) || !runner_prepare(r, in, work, 0, &plain)) return false;
    for (uint32_t i = 0; i < plain.word.n; i++) {
        command_add(&c, plain.word.at[i]);
        if (i == 0) {
            command_add(&c, "-plugin");
            command_add(&c, PLUGIN);
        }
    }
    return runner_execute(r, &c, work) &&
           (path_exists(path_join(r->arena, work, "blocks")) || diag_error(r->diag, (Loc){.file = plain.word.at[0]}, NULL, "it has counted nothing"));
}

/* ---- what it has written ---- */

/* Lines `b BLOCK VTYPE HEX` and `s STEP BLOCK TIMES`. Blocks of the same instructions are one. */
static bool read_blocks(Runner *r, char *text, Counts *out) {
    Arena *a = r->arena;
    Map same = {0};
    IdMap numbers = {0};
    char *state = NULL;
    for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
        unsigned number, step;
        long long vtype, times;
        int used = 0;
        if (sscanf(line, "b %u %lld %n", &number, &vtype, &used) == 2 && used) {
            uint32_t at = map_get(&same, line + strcspn(line + 2, " ") + 2);
            if (at == MAP_NONE) {
                at = out->block.n;
                map_set(a, &same, line + strcspn(line + 2, " ") + 2, at);
                CountBlock b = {.hex = line + used, .vtype = vtype, .length = 1};
                for (const char *c = b.hex; *c; c++) b.length += *c == ',';
                vec_push(a, &out->block, b);
            }
            idmap_set(a, &numbers, number, at);
            continue;
        }
        if (sscanf(line, "s %u %u %lld", &step, &number, &times) != 3 || step < 1 || step > out->nstep) return false;
        uint32_t at = idmap_get(&numbers, number);
        if (at == MAP_NONE) return false;
        CountEntry e = {.step = step, .block = at, .times = (double)times};
        vec_push(a, &out->entry, e);
        out->block.at[at].times += e.times;
    }
    return out->entry.n > 0;
}

static void add_up(Counts *c) {
    for (uint32_t i = 0; i < c->entry.n; i++) {
        const CountEntry *e = &c->entry.at[i];
        double n = e->times * (double)c->block.at[e->block].length;
        c->instructions[e->step] += n;
        c->instructions[0] += n;
    }
}

Counts *count_steps(Runner *r, const Tensor *const *in) {
    Arena *a = r->arena;
    Counts *c = arena_new_of(a, Counts);
    Bytes file;
    const char *work = temp_folder(a, r->diag, NULL);
    Diag *first = diag_new(a), *own = r->diag;
    if (!work) return NULL;
    r->diag = first;
    bool ran = run_with_plugin(r, work, in, OLD_API);
    r->diag = own;
    if (!ran && !run_with_plugin(r, work, in, NEW_API)) return NULL;
    if (!io_map(a, r->diag, path_join(a, work, "blocks"), &file)) return NULL;
    *c = (Counts){.nstep = r->built->step.n};
    c->instructions = arena_array_of(a, c->nstep + 1, double);
    c->cycles = arena_array_of(a, c->nstep + 1, double);
    if (!read_blocks(r, arena_strndup(a, (const char *)file.data, file.n), c)) {
        diag_error(r->diag, (Loc){.file = r->graph->file}, NULL, "the emulator has not told what it executed");
        return NULL;
    }
    add_up(c);
    temp_remove(work);
    temp_keep(work);
    return c;
}
