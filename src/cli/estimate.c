#include "cli/estimate.h"
#include "base/io.h"
#include "cli/progress.h"
#include "cli/temp.h"
#include <stdlib.h>
#include <string.h>

enum {
    NEWEST = 40, OLDEST = 19, /* versions of LLVM that are looked for; earlier ones stop at what they do not know */
    ROUNDS = 100,             /* of a block in llvm-mca */
    MOST = 4000,              /* blocks; far more than what counts */
};

/* Blocks are looked at, those with most instructions first, until these are this part of all; the rest goes like them. */
#define ENOUGH 0.999

typedef struct {
    Arena *arena;
    Diag *diag;
    const char *mc, *mca, *work, *core, *triple;
    Counts *counts;
    uint32_t *block, n; /* those that are looked at */
    int64_t *known;     /* of each: instructions that are simulated */
} Estimator;

static char *text_of(Estimator *e, const char *file) {
    Bytes b;
    if (!io_map(e->arena, e->diag, path_join(e->arena, e->work, file), &b)) return NULL;
    return arena_strndup(e->arena, (const char *)b.data, b.n);
}

/* What `program --version` says behind "LLVM version"; 0: nothing of the kind */
static int version_of(Estimator *e, const char *program) {
    Command c = command_new(e->arena);
    int status = 0, version = 0;
    command_add(&c, program);
    command_add(&c, "--version");
    if (!command_run(&c, diag_new(e->arena), e->work, "log", &status) || status) return 0;
    const char *text = text_of(e, "log"), *at = text ? strstr(text, "LLVM version ") : NULL;
    return at && sscanf(at, "LLVM version %d", &version) == 1 ? version : 0;
}

/* Both programs of the newest LLVM there is, those without a number in their names last. */
static bool find_tools(Estimator *e, const char **name) {
    for (int version = NEWEST; version >= OLDEST - 1; version--) {
        const char *ending = version < OLDEST ? "" : arena_printf(e->arena, "-%d", version);
        *name = arena_printf(e->arena, "llvm-mca%s", ending);
        e->mca = program_find(e->arena, *name);
        e->mc = program_find(e->arena, arena_printf(e->arena, "llvm-mc%s", ending));
        if (e->mca && e->mc && version_of(e, e->mca) >= OLDEST) return true;
    }
    return false;
}

/* `program words in -o out`; what it complains about goes to `log`. */
static bool call(Estimator *e, const char *program, const char *words, const char *in, const char *out, int *status) {
    Command c = command_new(e->arena);
    command_add(&c, program);
    command_add_words(&c, words);
    command_add(&c, arena_printf(e->arena, "-mcpu=%s", e->core));
    command_add(&c, in);
    command_add(&c, "-o");
    command_add(&c, out);
    return command_run(&c, e->diag, e->work, "log", status);
}

static bool write_text(Estimator *e, const char *file, const Str *s) {
    return io_write_file(e->arena, e->diag, path_join(e->arena, e->work, file), s->at, s->n);
}

/* ---- which blocks ---- */

typedef struct {
    double weight;
    uint32_t block;
} Heavy;

static int by_weight(const void *a, const void *b) {
    const Heavy *x = a, *y = b;
    if (x->weight != y->weight) return x->weight < y->weight ? 1 : -1;
    return (x->block > y->block) - (x->block < y->block);
}

static void choose(Estimator *e) {
    const Counts *c = e->counts;
    Heavy *list = arena_array_of(e->arena, c->block.n, Heavy);
    uint32_t n = 0;
    double sum = 0;
    for (uint32_t i = 0; i < c->block.n; i++)
        if (c->block.at[i].times > 0) list[n++] = (Heavy){c->block.at[i].times * (double)c->block.at[i].length, i};
    qsort(list, n, sizeof *list, by_weight);
    e->block = arena_array_of(e->arena, n, uint32_t);
    e->known = arena_array_of(e->arena, n, int64_t);
    for (; e->n < n && e->n < MOST && sum < ENOUGH * c->instructions[0]; e->n++) {
        e->block[e->n] = list[e->n].block;
        sum += list[e->n].weight;
    }
}

/* ---- bytes to assembly ---- */

/* "70470000" -> "[0x70,0x47,0x00,0x00]": what llvm-mc takes for one instruction */
static const char *add_bytes(Str *s, const char *hex) {
    for (char before = '['; *hex && *hex != ','; hex += 2, before = ',') str_addf(s, "%c0x%.2s", before, hex);
    str_add(s, "]\n");
    return *hex ? hex + 1 : hex;
}

/* Instructions of the blocks, one a line, without the lines (from 1) that `skip` marks. */
static Str bytes_of(Estimator *e, const bool *skip) {
    Str s = str_new(e->arena);
    size_t line = 0;
    for (uint32_t i = 0; i < e->n; i++)
        for (const char *hex = e->counts->block.at[e->block[i]].hex; *hex;) {
            Str dropped = str_new(e->arena);
            hex = add_bytes(skip && skip[++line] ? &dropped : &s, hex);
        }
    return s;
}

/* Lines that llvm-mc could not read: `FILE:LINE:COLUMN: warning: invalid instruction encoding`. */
static bool *bad_lines(Estimator *e, const char *file, size_t lines) {
    bool *bad = arena_array_of(e->arena, lines + 1, bool);
    char *log = text_of(e, "log"), *state = NULL;
    size_t n = strlen(file);
    for (char *l = log ? strtok_r(log, "\n", &state) : NULL; l; l = strtok_r(NULL, "\n", &state)) {
        unsigned long at = !strncmp(l, file, n) && l[n] == ':' ? strtoul(l + n + 1, NULL, 10) : 0;
        if (at && at <= lines) bad[at] = true;
    }
    return bad;
}

/* -> the lines of an assembler's file, an instruction each; *bad: the instructions (from 1) that are not there */
static char *disassemble(Estimator *e, bool **bad) {
    const char *words = arena_printf(e->arena, "--disassemble -triple=%s", e->triple);
    int status = 0;
    size_t lines = 0;
    for (uint32_t i = 0; i < e->n; i++) lines += (size_t)e->counts->block.at[e->block[i]].length;
    *bad = arena_array_of(e->arena, lines + 1, bool);
    for (int round = 0; round < 2; round++) { /* one that cannot be read spoils all */
        Str s = bytes_of(e, *bad);
        if (!write_text(e, "bytes", &s) || !call(e, e->mc, words, "bytes", "assembly", &status)) return NULL;
        if (status == 0) return text_of(e, "assembly");
        if (round == 0) *bad = bad_lines(e, "bytes", lines);
    }
    diag_error(e->diag, (Loc){.file = e->mc}, NULL, "cannot read code of %s", e->triple);
    return NULL;
}

static char *next_instruction(char **state) {
    char *line = strtok_r(NULL, "\n", state);
    while (line && (*line != '\t' || line[1] == '.')) line = strtok_r(NULL, "\n", state);
    return line;
}

/* What llvm-mca has to know of a vector unit: a register group's length and the width of elements. */
static void add_vtype(Str *s, int64_t vtype) {
    static const char *const groups[] = {"M1", "M2", "M4", "M8", NULL, "MF8", "MF4", "MF2"};
    if (vtype < 0 || !groups[vtype & 7]) return;
    str_addf(s, "# LLVM-MCA-RISCV-LMUL %s\n# LLVM-MCA-RISCV-SEW E%d\n", groups[vtype & 7], 8 << (vtype >> 3 & 3));
}

/* Blocks as regions of llvm-mca's. */
static bool write_regions(Estimator *e, char *assembly, const bool *bad) {
    Str s = str_new(e->arena);
    const char *mark = strncmp(e->triple, "thumb", 5) ? "#" : "@";
    char *state = NULL;
    size_t line = 0;
    strtok_r(assembly, "\n", &state); /* .text */
    for (uint32_t i = 0; i < e->n; i++) {
        const CountBlock *b = &e->counts->block.at[e->block[i]];
        str_addf(&s, "%s LLVM-MCA-BEGIN b%u\n", mark, (unsigned)i);
        add_vtype(&s, b->vtype);
        for (int64_t k = 0; k < b->length; k++) {
            if (bad[++line]) continue;
            const char *text = next_instruction(&state);
            if (!text) return diag_error(e->diag, (Loc){.file = e->mc}, NULL, "has left out instructions");
            str_addf(&s, "%s\n", text);
        }
        str_addf(&s, "%s LLVM-MCA-END b%u\n", mark, (unsigned)i);
    }
    return write_text(e, "regions.s", &s);
}

/* ---- assembly to cycles ---- */

/* What is called is counted by itself, so a call takes as long as a branch. */
static bool simulate(Estimator *e) {
    static const char words[] = "-iterations=%d -resource-pressure=false -instruction-info=false -call-latency=1 -skip-unsupported-instructions=any -mtriple=%s";
    int status = 0;
    if (!call(e, e->mca, arena_printf(e->arena, words, ROUNDS, e->triple), "regions.s", "cycles", &status)) return false;
    if (status == 0) return true;
    char *log = text_of(e, "log"), *error = log ? strstr(log, "error: ") : NULL;
    error = error ? error + strlen("error: ") : log && *log ? log : NULL;
    if (error) error[strcspn(error, "\n")] = 0;
    return diag_error(e->diag, (Loc){.file = e->mca, .field = "--core"}, arena_printf(e->arena, "%s -mcpu=help -mtriple=%s lists what it knows", e->mca, e->triple),
                      "cannot tell the cycles of %s: %s", e->core, error ? error : "it failed");
}

/* `[0] Code Region - b12`, `Instructions: 400`, `Total Cycles: 401`; a region without instructions is not there. */
static bool read_cycles(Estimator *e) {
    char *text = text_of(e, "cycles"), *state = NULL;
    unsigned region = 0;
    bool inside = false;
    for (char *l = text ? strtok_r(text, "\n", &state) : NULL; l; l = strtok_r(NULL, "\n", &state)) {
        const char *name = strstr(l, "Code Region - b");
        double n;
        if (name) inside = sscanf(name, "Code Region - b%u", &region) == 1 && region < e->n;
        if (inside && sscanf(l, "Instructions: %lf", &n) == 1) e->known[region] = (int64_t)(n / ROUNDS);
        if (inside && sscanf(l, "Total Cycles: %lf", &n) == 1) e->counts->block.at[e->block[region]].cycles = n / ROUNDS;
    }
    return text != NULL;
}

/* Cycles of steps; instructions that were not simulated take what the others do on average. */
static void add_up(Estimator *e, Estimate *out) {
    Counts *c = e->counts;
    double known = 0, seen = 0, cycles = 0;
    bool *looked = arena_array_of(e->arena, c->block.n, bool);
    for (uint32_t i = 0; i < e->n; i++) {
        const CountBlock *b = &c->block.at[e->block[i]];
        looked[e->block[i]] = true;
        known += b->times * (double)e->known[i];
        seen += b->times * (double)b->length;
        cycles += b->times * b->cycles;
    }
    const double average = known > 0 ? cycles / known : 1;
    for (uint32_t i = 0; i < e->n; i++) {
        CountBlock *b = &c->block.at[e->block[i]];
        b->cycles += average * (double)(b->length - e->known[i]);
    }
    for (uint32_t i = 0; i < c->block.n; i++)
        if (!looked[i]) c->block.at[i].cycles = average * (double)c->block.at[i].length;
    for (uint32_t i = 0; i < c->entry.n; i++) {
        double n = c->entry.at[i].times * c->block.at[c->entry.at[i].block].cycles;
        c->cycles[c->entry.at[i].step] += n;
        c->cycles[0] += n;
    }
    out->unknown = seen > 0 ? 1 - known / seen : 0;
}

bool estimate_cycles(Arena *a, Diag *d, const char *core, const char *triple, Counts *c, Estimate *out) {
    Estimator e = {.arena = a, .diag = d, .core = core, .triple = triple, .counts = c};
    bool *bad;
    *out = (Estimate){0};
    const char *tool;
    if (!(e.work = temp_folder(a, d, NULL))) return false;
    if (!find_tools(&e, &tool)) return true;
    choose(&e);
    progress_say("estimating cycles");
    char *assembly = disassemble(&e, &bad);
    bool ok = assembly && write_regions(&e, assembly, bad) && simulate(&e) && read_cycles(&e);
    progress_end();
    if (!ok) return false;
    add_up(&e, out);
    out->tool = tool;
    temp_remove(e.work);
    temp_keep(e.work);
    return true;
}
