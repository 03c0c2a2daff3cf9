#include "emit/package.h"
#include "emit/skel.h"
#include <string.h>

const char *skeleton(const char *name) {
    for (const Skeleton *s = skeletons; s->name; s++)
        if (strcmp(s->name, name) == 0) return s->text;
    return NULL;
}

const char *skeleton_of(Arena *a, const Target *t, const char *name) {
    const char *prefix;
    for (int k = 0; (prefix = target_prefix(t, k)); k++) {
        const char *own = arena_printf(a, "%s_%s", prefix, name);
        if (skeleton(own)) return own;
    }
    return name;
}

/* The value of the placeholder that starts at `at` ("${"), its length in *n; NULL when it is none of ours. */
static const char *placeholder(const char *at, const SkelValue *values, size_t *n) {
    for (const SkelValue *v = values; v->key; v++) {
        size_t length = strlen(v->key);
        if (strncmp(at + 2, v->key, length) != 0 || at[2 + length] != '}') continue;
        *n = length + 3;
        return v->value;
    }
    return NULL;
}

void skeleton_fill(Str *out, const char *name, const SkelValue *values) {
    const char *at = skeleton(name);
    while (at) {
        const char *mark = strstr(at, "${");
        if (!mark) {
            str_add(out, at);
            return;
        }
        str_addn(out, at, (size_t)(mark - at));
        size_t n = 2;
        const char *value = placeholder(mark, values, &n);
        /* "${${NAME}_FLAGS}": only the inner one is ours. */
        if (!value) n = 1;
        str_add(out, value ? value : "$");
        at = mark + n;
    }
}
