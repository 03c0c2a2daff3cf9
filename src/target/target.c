#include "target/target.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__x86_64__)
#include "runtime/cpu/x86_cpu.h"
#endif

#define NONE NULL
typedef struct {
    Target t; /* run: the emulator, until the table is completed */
    const char *parent;
} Row;

#define TARGET(row, from, words, c, vector, registers, products, l1, l2, compiler, flags, emulator, needs)                  \
    {{.name = row, .help = words, .dialect = DIALECT_##c, .vector_bytes = vector, .vector_registers = registers,            \
      .dot = products, .l1_bytes = l1, .l2_bytes = l2, .cc = compiler, .cflags = flags, .run = emulator,                    \
      .cpu_needs = needs}, from},
static Row rows[] = {
#include "target/targets.def"
};
enum { ROWS = sizeof rows / sizeof *rows };

#define VARIANTS(name, targets) {name, targets},
static const struct {
    const char *name, *targets;
} variants[] = {
#include "target/targets.def"
};
enum { VARIANT_ROWS = sizeof variants / sizeof *variants };

#define OWN(name, prefix) {name, prefix},
static const struct {
    const char *name, *prefix;
} owned[] = {
#include "target/targets.def"
};
enum { OWN_ROWS = sizeof owned / sizeof *owned };

#define CPU(word, reg, bit, kept) {word, #reg, #bit, "x86_" #kept},
static const CpuWord cpu_words[] = {
#include "target/cpu.def"
};
#undef CPU
enum { CPU_WORDS = sizeof cpu_words / sizeof *cpu_words };

const CpuWord *cpu_word(const char *word, size_t n) {
    for (int i = 0; i < CPU_WORDS; i++)
        if (strlen(cpu_words[i].word) == n && !memcmp(cpu_words[i].word, word, n)) return &cpu_words[i];
    return NULL;
}

/* What this CPU (and its operating system) can do. */
static bool cpu_has(const char *word, size_t n) {
    const CpuWord *w = cpu_word(word, n);
#if defined(__x86_64__)
#define CPU(word, reg, bit, kept) {.reg = bit, .state = x86_##kept},
    static const x86_cpu needs[] = {
#include "target/cpu.def"
    };
#undef CPU
    static x86_cpu cpu; /* asking a virtual machine takes microseconds */
    if (!cpu.leaf1_d) cpu = x86_cpu_here();
    return w && x86_cpu_has(cpu, needs[w - cpu_words]);
#else
    return w && false;
#endif
}

static bool runs_here(const Target *t) {
    for (const char *w = t->cpu_needs; *w;) {
        size_t n = strcspn(w, " ");
        if (!cpu_has(w, n)) return false;
        w += n + (w[n] == ' ');
    }
    return true;
}

bool program_installed(const char *command) {
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
    if (!t->dot && !t->twos) t->twos = from->twos;
    if (!t->dot && !t->small_dot) t->small_dot = from->small_dot;
    if (!t->dot) t->dot = from->dot;
    t->by_element |= from->by_element;
    t->mmla |= from->mmla;
    t->halves |= from->halves;
    if (!t->dot_by) t->dot_by = from->dot_by;
    if (!t->l1_bytes) t->l1_bytes = from->l1_bytes;
    if (!t->l2_bytes) t->l2_bytes = from->l2_bytes;
    if (!t->cc) t->cc = from->cc;
    if (!t->cflags) t->cflags = from->cflags;
    if (!t->run) t->run = from->run;
    if (!t->cpu_needs) t->cpu_needs = from->cpu_needs;
    if (!t->core) t->core = from->core;
    if (!t->triple) t->triple = from->triple;
}

static Target *row_named(const char *name, size_t n) {
    for (int i = 0; i < ROWS; i++)
        if (strlen(rows[i].t.name) == n && !memcmp(rows[i].t.name, name, n)) return &rows[i].t;
    return NULL;
}

static void add_variants(void) {
    enum { MOST = 8 };
    static const Target *list[VARIANT_ROWS][MOST];
    for (int v = 0; v < VARIANT_ROWS; v++) {
        int count = 0;
        for (const char *word = variants[v].targets; *word && count < MOST;) {
            size_t n = strcspn(word, " ");
            list[v][count++] = row_named(word, n);
            word += n + (word[n] == ' ');
        }
        for (int i = 0; i < ROWS; i++) {
            if (strcmp(rows[i].t.name, variants[v].name)) continue;
            rows[i].t.variant = list[v];
            rows[i].t.nvariant = count;
        }
    }
}

static void add_facts(void) {
    rows[0].t.dot_by = DT_u8;
#define FACT(row, member, value) row_named(row, strlen(row))->member = value;
#include "target/targets.def"
}

/* Parents stand before their children, so one walk completes them all; `run` is settled after that. */
static const Target *const *table(void) {
    static const Target *list[ROWS];
    if (list[ROWS - 1]) return list;
    add_facts();
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; rows[i].parent && k < i; k++)
            if (!strcmp(rows[k].t.name, rows[i].parent)) inherit(&rows[i].t, &rows[k].t);
    for (int i = 0; i < ROWS; i++) {
        Target *t = &rows[i].t;
        if (runs_here(t))
            t->run = "";
        else if (!program_installed(t->run))
            t->run = NULL;
    }
    add_variants();
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
    table();
    return name && strcmp(name, "native") ? row_named(name, strlen(name)) : target_host();
}

const Target *target_here(const Target *t) {
    for (int i = 0; i < t->nvariant; i++)
        if (t->variant[i]->run && (!*t->variant[i]->run || target_by_compiler(t))) return t->variant[i];
    return t->nvariant ? t->variant[t->nvariant - 1] : t;
}

bool target_by_compiler(const Target *t) {
    for (int i = 0; i < t->nvariant; i++)
        if (!t->variant[i]->macro) return false;
    return t->nvariant > 0;
}

const char *target_prefix(const Target *t, int k) {
    for (; t; t = t->parent)
        for (int i = 0; i < OWN_ROWS; i++)
            if (!strcmp(owned[i].name, t->name) && k-- == 0) return owned[i].prefix;
    return NULL;
}

int target_lanes(const Target *t, DType d) {
    int bytes = dtype_info[d].bytes;
    return t->vector_bytes && bytes && t->vector_bytes > bytes ? t->vector_bytes / bytes : 1;
}

bool target_sums_bytes(const Target *t) {
    return t->dot > 0 && target_lanes(t, DT_f32) < 4;
}

bool target_sums_rows(const Target *t) {
    return target_sums_bytes(t) && t->dot >= 16;
}
