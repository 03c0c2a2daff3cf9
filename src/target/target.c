#include "target/target.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#define NONE NULL
typedef struct {
    Target t; /* run: the emulator, until the table is completed */
    const char *parent;
} Row;

#define TARGET(name, parent, help, dialect, vector, registers, l1, l2, cc, cflags, emulator, needs)                    \
    {{name, help, NULL, DIALECT_##dialect, vector, registers, l1, l2, cc, cflags, emulator, needs}, parent},
static Row rows[] = {
#include "target/targets.def"
};
#undef TARGET
enum { ROWS = sizeof rows / sizeof *rows };

/* What this CPU (and its operating system) can do, by the words of /proc/cpuinfo. */
static bool cpu_has(const char *word, size_t n) {
#if defined(__x86_64__)
    unsigned a, b, c = 0, d, c1 = 0;
    __get_cpuid(0x80000001u, &a, &b, &c, &d);
    __get_cpuid(1, &a, &b, &c1, &d);
    const struct {
        const char *word;
        bool has;
    } known[] = {
        {"sse2", true},
        {"pni", __builtin_cpu_supports("sse3") != 0},
        {"ssse3", __builtin_cpu_supports("ssse3") != 0},
        {"sse4_1", __builtin_cpu_supports("sse4.1") != 0},
        {"sse4_2", __builtin_cpu_supports("sse4.2") != 0},
        {"popcnt", __builtin_cpu_supports("popcnt") != 0},
        {"avx", __builtin_cpu_supports("avx") != 0},
        {"avx2", __builtin_cpu_supports("avx2") != 0},
        {"fma", __builtin_cpu_supports("fma") != 0},
        {"bmi1", __builtin_cpu_supports("bmi") != 0},
        {"bmi2", __builtin_cpu_supports("bmi2") != 0},
        {"f16c", (c1 & bit_F16C) != 0},
        {"movbe", (c1 & bit_MOVBE) != 0},
        {"abm", (c & bit_LZCNT) != 0},
        {"avx512f", __builtin_cpu_supports("avx512f") != 0},
        {"avx512bw", __builtin_cpu_supports("avx512bw") != 0},
        {"avx512cd", __builtin_cpu_supports("avx512cd") != 0},
        {"avx512dq", __builtin_cpu_supports("avx512dq") != 0},
        {"avx512vl", __builtin_cpu_supports("avx512vl") != 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].word) == n && !memcmp(known[i].word, word, n)) return known[i].has;
#else
    (void)word, (void)n;
#endif
    return false;
}

static bool runs_here(const Target *t) {
    for (const char *w = t->cpu_needs; *w;) {
        size_t n = strcspn(w, " ");
        if (!cpu_has(w, n)) return false;
        w += n + (w[n] == ' ');
    }
    return true;
}

/* The first word of `command` is a program that PATH leads to. */
static bool installed(const char *command) {
    size_t n = strcspn(command, " ");
    const char *path = getenv("PATH");
    char file[4096];
    while (n && path && *path) {
        size_t folder = strcspn(path, ":");
        if (folder + n + 2 <= sizeof file) {
            memcpy(file, path, folder);
            file[folder] = '/';
            memcpy(file + folder + 1, command, n);
            file[folder + 1 + n] = 0;
            if (access(file, X_OK) == 0) return true;
        }
        path += folder + (path[folder] == ':');
    }
    return false;
}

static void inherit(Target *t, const Target *from) {
    t->parent = from;
    if (!t->vector_bytes) t->vector_bytes = from->vector_bytes;
    if (!t->vector_registers) t->vector_registers = from->vector_registers;
    if (!t->l1_bytes) t->l1_bytes = from->l1_bytes;
    if (!t->l2_bytes) t->l2_bytes = from->l2_bytes;
    if (!t->cc) t->cc = from->cc;
    if (!t->cflags) t->cflags = from->cflags;
    if (!t->run) t->run = from->run;
    if (!t->cpu_needs) t->cpu_needs = from->cpu_needs;
}

/* Parents stand before their children, so one walk completes them all; `run` is settled after that. */
static const Target *const *table(void) {
    static const Target *list[ROWS];
    if (list[ROWS - 1]) return list;
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; rows[i].parent && k < i; k++)
            if (!strcmp(rows[k].t.name, rows[i].parent)) inherit(&rows[i].t, &rows[k].t);
    for (int i = 0; i < ROWS; i++) {
        Target *t = &rows[i].t;
        if (runs_here(t))
            t->run = "";
        else if (!installed(t->run))
            t->run = NULL;
    }
    for (int i = 0; i < ROWS; i++) list[i] = &rows[i].t;
    return list;
}

const Target *const *target_list(int *n) {
    *n = ROWS;
    return table();
}

const Target *target_host(void) {
    const Target *const *list = table(), *best = list[0];
    for (int i = 1; i < ROWS; i++)
        if (runs_here(list[i])) best = list[i];
    return best;
}

const Target *target_find(const char *name) {
    const Target *const *list = table();
    if (!name || !strcmp(name, "native")) return target_host();
    for (int i = 0; i < ROWS; i++)
        if (!strcmp(list[i]->name, name)) return list[i];
    return NULL;
}

int target_lanes(const Target *t, DType d) {
    int bytes = dtype_info[d].bytes;
    return t->vector_bytes && bytes && t->vector_bytes > bytes ? t->vector_bytes / bytes : 1;
}
