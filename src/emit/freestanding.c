/* Code without a C library: which of the library's functions it calls, which of them it brings along (runtime/libm) and
 * which its user has to have. */
#include "emit/package.h"
#include "emit/skel.h"
#include <ctype.h>
#include <string.h>

/* Beside those of FN_TABLE, what snippets call and what C compilers call by themselves.
 * LIBRARY(name, prototype, wanted even if it is not named) */
#define LIBRARY_TABLE(LIBRARY) \
    LIBRARY("memcpy", "void *memcpy(void *restrict to, const void *restrict from, size_t bytes);", true) \
    LIBRARY("memset", "void *memset(void *to, int byte, size_t bytes);", true) \
    LIBRARY("memmove", "void *memmove(void *to, const void *from, size_t bytes);", true) \
    LIBRARY("memcmp", "int memcmp(const void *a, const void *b, size_t bytes);", false) \
    LIBRARY("strlen", "size_t strlen(const char *a);", false) \
    LIBRARY("strcmp", "int strcmp(const char *a, const char *b);", false) \
    LIBRARY("copysign", "double copysign(double a, double b);", false) \
    LIBRARY("copysignf", "float copysignf(float a, float b);", false)

static const struct {
    const char *name, *prototype;
    bool always;
} library[] = {
#define LIBRARY(name, prototype, always) {name, prototype, always},
    LIBRARY_TABLE(LIBRARY)
#undef LIBRARY
};
enum { LIBRARY_ROWS = sizeof library / sizeof *library };

/* Its prototype; NULL when no function of the library is called so. */
static const char *prototype(Arena *a, const char *name) {
    for (int i = 0; i < LIBRARY_ROWS; i++)
        if (!strcmp(library[i].name, name)) return library[i].prototype;
    for (int f = 0; f < FN_count; f++) {
        const char *base = fn_info[f].libm;
        size_t n = base ? strlen(base) : 0;
        if (!n || strncmp(name, base, n) != 0) continue;
        if (name[n] && strcmp(name + n, "f") != 0) continue;
        const char *type = name[n] ? "float" : "double", *second = fn_info[f].arity > 1 ? arena_printf(a, ", %s b", type) : "";
        return arena_printf(a, "%s %s(%s a%s);", type, name, type, second);
    }
    return NULL;
}

typedef struct {
    Arena *arena;
    Map seen;
    Vec(const char *) own, asked; /* snippets, each behind those that it calls; names */
} Calls;

/* Behind a comment, a string or a number; `at` itself where none begins. */
static const char *skip(const char *at) {
    if (at[0] == '/' && at[1] == '*') {
        const char *end = strstr(at + 2, "*/");
        return end ? end + 2 : at + strlen(at);
    }
    if (*at == '"') {
        for (at++; *at && *at != '"'; at++) at += *at == '\\' && at[1];
        return at + (*at == '"');
    }
    while (isdigit((unsigned char)*at)) at += 1 + strspn(at + 1, "0123456789.abcdefxABCDEFXpPuUlL");
    return at;
}

/* Notes the functions that C text calls. */
static void note_calls(Calls *c, const char *text) {
    for (const char *at = text; *at;) {
        const char *next = skip(at);
        if (next != at) {
            at = next;
            continue;
        }
        size_t n = 0;
        while (isalnum((unsigned char)at[n]) || at[n] == '_') n++;
        const char *name = n && at[n] == '(' ? arena_strndup(c->arena, at, n) : NULL;
        at += n ? n : 1;
        if (!name || map_get(&c->seen, name) != MAP_NONE) continue;
        const char *file = arena_printf(c->arena, "libm_%s.h", name), *own = skeleton(file);
        if (!own && !prototype(c->arena, name)) continue;
        map_set(c->arena, &c->seen, name, 1);
        if (own) note_calls(c, own);
        if (own)
            vec_push(c->arena, &c->own, file);
        else
            vec_push(c->arena, &c->asked, name);
    }
}

static Calls calls_of(Arena *a, const char *text) {
    Calls c = {.arena = a};
    for (int i = 0; i < LIBRARY_ROWS; i++) {
        if (!library[i].always) continue;
        map_set(a, &c.seen, library[i].name, 1);
        vec_push(a, &c.asked, library[i].name);
    }
    note_calls(&c, text);
    return c;
}

void freestanding_add(const Package *k, const char *code, Str *out) {
    Calls c = calls_of(k->arena, code);
    Str asked = str_new(k->arena), own = str_new(k->arena);
    for (uint32_t i = 0; i < c.asked.n; i++) str_addf(&asked, "%s\n", prototype(k->arena, c.asked.at[i]));
    for (uint32_t i = 0; i < c.own.n; i++) str_addf(&own, "\n%s", skeleton(c.own.at[i]));
    const SkelValue values[] = {{"asked", asked.at}, {"own", own.n ? own.at : ""}, {NULL, NULL}};
    skeleton_fill(out, "freestanding.c.in", values);
}

const char *freestanding_text(const Package *const *k, uint32_t n) {
    Arena *a = k[0]->arena;
    Str code = str_new(a), list = str_new(a), out = str_new(a);
    for (uint32_t i = 0; i < n; i++)
        if (!source_text(k[i], &code)) return "";
    Calls c = calls_of(a, code.at);
    for (uint32_t i = 0; i < c.asked.n; i++)
        str_addf(&list, "%s%s", !i ? "" : i + 1 == c.asked.n ? " and " : ", ", c.asked.at[i]);
    comment_add(&out, " * ", " * ", arena_printf(a, "There is no C library behind it: it asks for %s, and for what the "
                                                    "compiler has of its own (as libgcc).", list.at));
    return out.at;
}
