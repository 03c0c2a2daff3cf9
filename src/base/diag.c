#include "base/diag.h"
#include "base/internal.h"
#include "base/map.h"
#include "base/str.h"
#include "base/vec.h"

enum { KEEP = 1000, NAME_LIMIT = 200, MESSAGE_BYTES = 2048 };

struct Diag {
    Arena *arena;
    Vec(const char *) line;
    Map seen;
    int errors;
    uint32_t printed;
    uint64_t unkept, unkept_printed;
};

Diag *diag_new(Arena *a) {
    Diag *d = arena_new_of(a, Diag);
    d->arena = a;
    return d;
}

static bool given(const char *s) {
    return s && *s;
}

/* The line is built in `a`, a scratch place: most repeats are dropped. */
static char *compose(Arena *a, DiagLevel level, Loc loc, const char *hint, const char *message) {
    static const char *const kind[] = {"", "warning: ", "note: "};
    Str s = str_new(a);
    str_addf(&s, "tenon: %s", kind[level]);
    if (given(loc.file)) str_addf(&s, "%s: ", text_escape(a, loc.file, SIZE_MAX));
    if (given(loc.node) || given(loc.op)) {
        str_add(&s, "node");
        if (given(loc.node)) str_addf(&s, " '%s'", text_escape(a, loc.node, NAME_LIMIT));
        if (given(loc.op)) str_addf(&s, " (%s)", text_escape(a, loc.op, NAME_LIMIT));
        str_add(&s, ": ");
    }
    if (given(loc.field)) str_addf(&s, "%s: ", text_escape(a, loc.field, NAME_LIMIT));
    str_add(&s, text_escape(a, message, SIZE_MAX));
    if (given(hint)) str_addf(&s, "; %s", text_escape(a, hint, SIZE_MAX));
    return s.at;
}

static void report(Diag *d, DiagLevel level, Loc loc, const char *hint, const char *format, va_list args) {
    if (d->line.n >= KEEP) {
        d->unkept++;
        if (level == DIAG_ERROR && d->errors < INT32_MAX) d->errors++;
        return;
    }
    /* A fixed size: a name of 100 MB in a message must not cost 100 MB. */
    char message[MESSAGE_BYTES];
    int n = vsnprintf(message, sizeof message, format, args);
    if (n < 0) message[0] = 0;
    if (n >= (int)sizeof message) memcpy(message + sizeof message - 4, "...", 4);
    Arena *scratch = arena_new("diag");
    const char *line = compose(scratch, level, loc, hint, message);
    if (map_get(&d->seen, line) == MAP_NONE) {
        char *kept = arena_strdup(d->arena, line);
        map_set(d->arena, &d->seen, kept, d->line.n);
        vec_push(d->arena, &d->line, kept);
        if (level == DIAG_ERROR) d->errors++;
    }
    arena_free(scratch);
}

bool diag_error(Diag *d, Loc loc, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    report(d, DIAG_ERROR, loc, hint, format, args);
    va_end(args);
    return false;
}

void diag_warn(Diag *d, Loc loc, const char *hint, const char *format, ...) {
    va_list args;
    va_start(args, format);
    report(d, DIAG_WARNING, loc, hint, format, args);
    va_end(args);
}

int diag_errors(const Diag *d) {
    return d->errors;
}

void diag_print(Diag *d, FILE *to) {
    while (d->printed < d->line.n) fprintf(to, "%s\n", d->line.at[d->printed++]);
    if (d->unkept > d->unkept_printed)
        fprintf(to, "tenon: %llu more messages are not shown\n", (unsigned long long)(d->unkept - d->unkept_printed));
    d->unkept_printed = d->unkept;
    fflush(to);
}

const char *diag_text(const Diag *d, int i) {
    return i >= 0 && (uint32_t)i < d->line.n ? d->line.at[i] : NULL;
}
