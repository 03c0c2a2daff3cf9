#include "cli/machine.h"
#include "base/io.h"
#include "base/str.h"
#include "cli/build.h"
#include "cli/progress.h"
#include "cli/temp.h"
#include "emit/skel.h"
#include <stdlib.h>
#include <string.h>

const char *const level_name[LEVELS] = {"L2", "L3", "memory"};

/* Without vectors of its own a target has those that the C compiler finds. */
static const char *build_flags(Arena *a, const Target *t, int threads) {
    int vector = t->vector_bytes ? t->vector_bytes : 16;
    return arena_printf(a, "-pthread -DVECTOR=%d -DREGISTERS=%d -DL2=%d -DTHREADS=%d", vector, t->vector_registers,
                        t->l2_bytes, threads);
}

static bool execute(Arena *a, Diag *d, const Target *t, const char *work) {
    Command c = command_new(a);
    int status;
    char *place = realpath(path_join(a, work, "program"), NULL);
    command_add_words(&c, t->run);
    command_add(&c, place ? place : "./program");
    free(place);
    progress_say("measuring the processor");
    bool started = command_run(&c, d, work, "log", &status);
    progress_end();
    return started && (status == 0 || diag_error(d, (Loc){.field = "peak"}, NULL,
                                                 "the program that measures the processor failed (%d)", status));
}

static void take_line(const char *line, Machine *out) {
    char what[16];
    long long bytes;
    double rate;
    if (sscanf(line, "%15s %lld %lf", what, &bytes, &rate) != 3) return;
    if (!strcmp(what, "flops")) out->flops = rate;
    for (int i = 0; i < LEVELS; i++)
        if (!strcmp(what, i == LEVEL_l2 ? "l2" : i == LEVEL_l3 ? "l3" : "memory")) {
            out->read[i] = rate;
            out->bytes[i] = bytes;
        }
}

bool machine_measure(Arena *a, Diag *d, const Target *t, int threads, Machine *out) {
    const char *work = temp_folder(a, d, NULL), *source = skeleton("peak.c.in");
    Bytes log;
    *out = (Machine){0};
    if (!work || !io_write_file(a, d, path_join(a, work, "peak.c"), source, strlen(source)) ||
        !build_file(a, d, t, work, "peak.c", build_flags(a, t, threads)) || !execute(a, d, t, work) ||
        !io_map(a, d, path_join(a, work, "log"), &log))
        return false;
    char *state = NULL, *text = arena_strndup(a, (const char *)log.data, log.n);
    for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) take_line(line, out);
    temp_remove(work);
    temp_keep(work);
    return (out->flops > 0 && out->read[LEVEL_memory] > 0) ||
           diag_error(d, (Loc){.field = "peak"}, NULL, "the program that measures the processor told no rates");
}

Level machine_level(const Machine *m, int64_t bytes) {
    for (int i = 0; i < LEVEL_memory; i++)
        if (m->read[i] > 0 && bytes <= m->bytes[i]) return (Level)i;
    return LEVEL_memory;
}

double machine_seconds(const Machine *m, double bytes) {
    double seconds = 0, inside = 0;
    for (int i = 0; i < LEVEL_memory; i++) {
        if (m->read[i] <= 0 || bytes <= inside) continue;
        double part = (bytes < (double)m->bytes[i] ? bytes : (double)m->bytes[i]) - inside;
        if (part <= 0) continue;
        seconds += part / m->read[i];
        inside += part;
    }
    return seconds + (bytes - inside) / m->read[LEVEL_memory];
}
