/* Code without a C library: which of the library's functions it calls, all of which it brings along (runtime/libm). */
#include "emit/package.h"
#include "emit/skel.h"
#include <ctype.h>
#include <string.h>

typedef struct {
    Arena *arena;
    Map seen;
    Vec(const char *) own; /* snippets, each behind those that it calls */
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
        if (!own) continue;
        map_set(c->arena, &c->seen, name, 1);
        note_calls(c, own);
        vec_push(c->arena, &c->own, file);
    }
}

void freestanding_add(const Package *k, const char *code, Str *out) {
    Calls c = {.arena = k->arena};
    Str own = str_new(k->arena);
    note_calls(&c, code);
    for (uint32_t i = 0; i < c.own.n; i++) str_addf(&own, "\n%s", skeleton(c.own.at[i]));
    const SkelValue values[] = {{"own", own.n ? own.at : ""}, {NULL, NULL}};
    skeleton_fill(out, "freestanding.c.in", values);
}

const char *freestanding_text(Arena *a) {
    Str out = str_new(a);
    comment_add(&out, " * ", " * ", "There is no C library behind it: it asks for memcpy, memset and memmove, and for what the "
                                    "compiler has of its own (as libgcc).");
    return out.at;
}
