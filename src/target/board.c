#include "target/board.h"
#include "base/str.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    Arena *arena;
    Diag *diag;
    const char *file;
    int line;
    Target *t;
    Board *b;
    bool settled; /* a line told the target */
    bool bad;
} Reader;

static void fault(Reader *r, const char *hint, const char *what, const char *word) {
    r->bad = true;
    diag_error(r->diag, (Loc){.file = r->file, .field = arena_printf(r->arena, "line %d", r->line)}, hint, "%s: %s", word, what);
}

/* "2M", "0x20000000", "512"; false: no such number from 0 to 2^40 */
static bool parse_bytes(const char *text, char **end, uint64_t *out) {
    if (!isdigit((unsigned char)*text)) return false;
    unsigned long long v = strtoull(text, end, 0);
    int shift = **end == 'K' ? 10 : **end == 'M' ? 20 : **end == 'G' ? 30 : 0;
    if (shift) (*end)++;
    *out = (uint64_t)v << shift;
    return v <= (1ull << 40) >> shift;
}

static void read_memory(Reader *r, const char *key, const char *text, Memory *m) {
    char *end;
    uint64_t bytes;
    bool ok = parse_bytes(text, &end, &m->origin) && *end == ' ';
    while (ok && *end == ' ') end++;
    ok = ok && parse_bytes(end, &end, &bytes) && !*end && bytes > 0;
    if (ok) m->bytes = (int64_t)bytes;
    if (ok && m == &r->b->flash && !r->b->vectors) r->b->vectors = m->origin;
    if (!ok) fault(r, "as `ram 0x20000000 128K`", "not an address and a size", key);
}

static void read_vectors(Reader *r, const char *text) {
    char *end;
    if (!parse_bytes(text, &end, &r->b->vectors) || *end) fault(r, "as `vectors 0x10000000`", "not an address", "vectors");
}

static void read_clock(Reader *r, const char *text) {
    char *end;
    r->b->mhz = strtod(text, &end);
    if (end == text || *end || !(r->b->mhz > 0 && r->b->mhz < 1e6)) fault(r, "as `clock 120`", "not a number of MHz", "clock");
}

static void read_target(Reader *r, const char *text) {
    const Target *from = target_find(text);
    const char *name = r->t->name, *help = r->t->help;
    if (!from || from->nvariant || r->settled) {
        if (r->settled) fault(r, "keep one of the lines", "there is a target already", text);
        else fault(r, "`tenon targets` lists them", "not a target of one kind of code", text);
        return;
    }
    r->settled = true;
    *r->t = *from;
    r->t->parent = from;
    r->t->name = name;
    if (help) r->t->help = help;
}

/* What the target settles comes first in the file, so that the rest adds to it. */
static void read_line(Reader *r, const char *key, const char *value) {
    Target *t = r->t;
    if (!*value) {
        fault(r, NULL, "nothing behind it", key);
    } else if (!strcmp(key, "target")) {
        read_target(r, value);
    } else if (!strcmp(key, "help")) {
        t->help = value;
    } else if (!t->parent) {
        fault(r, "put the line `target NAME` before it", "the target is not known yet", key);
        t->parent = target_find("c99"); /* said once */
    } else if (!strcmp(key, "flash")) {
        read_memory(r, key, value, &r->b->flash);
    } else if (!strcmp(key, "ram")) {
        read_memory(r, key, value, &r->b->ram);
    } else if (!strcmp(key, "vectors")) {
        read_vectors(r, value);
    } else if (!strcmp(key, "time")) {
        r->b->counts = !strcmp(value, "instructions");
        if (!r->b->counts) fault(r, "it can only be instructions", "not what an emulator's time counts", value);
    } else if (!strcmp(key, "clock")) {
        read_clock(r, value);
    } else if (!strcmp(key, "start")) {
        r->b->start = value;
        if (strcmp(value, "arm-m")) fault(r, "there is arm-m", "no start-up code of that name", value);
    } else if (!strcmp(key, "core")) {
        t->core = value;
    } else if (!strcmp(key, "cc")) {
        t->cc = value;
    } else if (!strcmp(key, "cflags")) {
        t->cflags = arena_printf(r->arena, "%s %s", t->cflags, value);
    } else if (!strcmp(key, "ldflags")) {
        r->b->ldflags = value;
    } else if (!strcmp(key, "run")) {
        t->run = program_installed(value) ? value : NULL;
    } else {
        fault(r, "target, help, flash, ram, vectors, clock, core, time, start, cc, cflags, ldflags and run are", "not a key of a board", key);
    }
}

/* An image's addresses have 32 bits. */
static void check_memories(Reader *r) {
    const Memory *flash = &r->b->flash, *ram = &r->b->ram;
    const uint64_t code = flash->origin + (uint64_t)flash->bytes, data = ram->origin + (uint64_t)ram->bytes;
    if (code > 1ull << 32) fault(r, "correct its address or size", "ends behind 4 GiB", "flash");
    if (data > 1ull << 32) fault(r, "correct its address or size", "ends behind 4 GiB", "ram");
    if (flash->origin < data && ram->origin < code) fault(r, "correct their addresses or sizes", "overlap", "flash and ram");
}

const Target *board_parse(Arena *a, Diag *d, const char *file, const char *name, const char *text) {
    Reader r = {.arena = a, .diag = d, .file = file, .t = arena_new_of(a, Target), .b = arena_new_of(a, Board)};
    *r.b = (Board){.start = "", .ldflags = ""};
    *r.t = (Target){.name = name};
    while (*text) {
        size_t n = strcspn(text, "\n"), used = strcspn(text, "#\n");
        r.line++;
        while (used && isspace((unsigned char)text[used - 1])) used--;
        char *line = arena_strndup(a, text, used), *value = line + strcspn(line, " \t");
        text += n + (text[n] == '\n');
        if (*line && *value) *value++ = 0;
        while (*value == ' ' || *value == '\t') value++;
        if (*line) read_line(&r, line, value);
    }
    if (!r.t->parent && !r.bad) fault(&r, "name one of `tenon targets`", "missing", "target");
    if (!r.bad && *r.b->start && (!r.b->flash.bytes || !r.b->ram.bytes)) fault(&r, "add both", "flash and ram are needed for an image", "start");
    if (!r.bad && *r.b->start) check_memories(&r);
    r.t->board = r.b;
    return r.bad ? NULL : r.t;
}

const Target *target_for(Arena *a, const Target *t, Optimize what) {
    const char *level = strstr(t->cflags, "-O3"), *wanted = what == OPTIMIZE_size ? "-Os" : "-O2";
    if (!level || t->nvariant || what == OPTIMIZE_speed) return t;
    Target *to = arena_new_of(a, Target);
    *to = *t;
    if (what == OPTIMIZE_size && to->small_dot) to->dot = to->small_dot;
    /* gcc would make memmove of loops that copy; and NAME_run would hold the frames of kernels that became part of it. clang
     * knows neither word. */
    const bool microcontroller = t->emulated || target_image(t), gcc = !strstr(t->cc, "clang");
    const char *copies = gcc ? " -fno-tree-loop-distribute-patterns" : "";
    const char *frames = gcc && microcontroller ? " -fno-inline-functions-called-once" : "";
    to->cflags = arena_printf(a, "%.*s%s%s%s%s", (int)(level - t->cflags), t->cflags, wanted, copies, frames, level + 3);
    /* newlib's functions set errno, which lies among a kilobyte of static data. */
    return microcontroller && what == OPTIMIZE_size ? target_for_freestanding(a, to) : to;
}

const Target *target_static(Arena *a, const Target *t) {
    Target *to = arena_new_of(a, Target);
    *to = *t;
    to->cflags = arena_printf(a, "%s -static", t->cflags);
    return to;
}

bool target_freestanding(const Target *t) {
    return strstr(t->cflags, "-ffreestanding") != NULL;
}

const Target *target_for_freestanding(Arena *a, const Target *t) {
    if (target_freestanding(t)) return t;
    Target *to = arena_new_of(a, Target);
    *to = *t;
    to->cflags = arena_printf(a, "%s -ffreestanding", t->cflags);
    return to;
}

bool target_image(const Target *t) {
    return t->board && *t->board->start;
}

/* `text` with {program} and {arguments} filled in. */
static const char *fill(Arena *a, const char *text, const char *program, const char *arguments) {
    Str s = str_new(a);
    while (*text) {
        size_t n = strcspn(text, "{");
        str_addn(&s, text, n);
        text += n;
        const char *key = !strncmp(text, "{program}", 9) ? program : !strncmp(text, "{arguments}", 11) ? arguments : NULL;
        if (key)
            str_add(&s, key);
        else if (*text)
            str_addn(&s, text, 1);
        text += key == program ? 9 : key ? 11 : *text ? 1 : 0;
    }
    return s.at;
}

void target_command(Arena *a, const Target *t, const char *program, const char *const *word, uint32_t n, CommandWord *add, void *to) {
    Str arguments = str_new(a);
    bool named = t->run && strstr(t->run, "{program}"), told = t->run && strstr(t->run, "{arguments}");
    for (uint32_t i = 0; told && i < n; i++) str_addf(&arguments, ",arg=%s", word[i]);
    for (const char *at = t->run ? t->run : ""; *at;) {
        size_t length = strcspn(at, " ");
        if (length) add(to, fill(a, arena_strndup(a, at, length), program, arguments.at));
        at += length + (at[length] == ' ');
    }
    if (!named) add(to, program);
    for (uint32_t i = 0; !told && i < n; i++) add(to, word[i]);
}
