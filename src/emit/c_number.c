/* Numbers of a kernel's C between marks: \1 kind precedence name \3 text \2. */
#include "emit/c_number.h"

enum { BEGIN = 1, END = 2, TEXT = 3 };

/* What a number is good for: a loop's end, the distance of a buffer's elements along an axis, a place in it. */
static const char *wished_name(const Emit *m) {
    if (m->bound) return arena_printf(m->arena, "n_%s", m->bound);
    if (m->about && m->along) return arena_printf(m->arena, "%s_%s", m->about, m->along);
    if (m->about) return arena_printf(m->arena, "%s_at", m->about);
    return m->along ? arena_printf(m->arena, "by_%s", m->along) : "k";
}

void c_number(Emit *m, NumberKind kind, int prec, const char *text, Str *out) {
    bool paren = *text == '-' && prec > P_UNARY;
    if (m->marks) str_addf(out, "%c%c%c%s%c", BEGIN, (int)kind, 'a' + prec, wished_name(m), TEXT);
    str_addf(out, "%s%s%s", paren ? "(" : "", text, paren ? ")" : "");
    if (m->marks) str_addf(out, "%c", END);
}

void c_index_number(Emit *m, int64_t v, int prec, Str *out) {
    c_number(m, NUMBER_index, prec, arena_printf(m->arena, "%lld", (long long)v), out);
}

void c_numbers_split(const char *marked, Str *text, Numbers *out) {
    Arena *a = text->arena;
    for (const char *p = marked; *p;) {
        size_t plain = strcspn(p, "\1");
        str_addn(text, p, plain);
        p += plain;
        if (!*p) return;
        size_t name = strcspn(p + 3, "\3"), digits = strcspn(p + 4 + name, "\2");
        const char *at = p + 4 + name;
        bool paren = *at == '(';
        const Number n = {(NumberKind)p[1], p[2] - 'a', arena_strndup(a, p + 3, name), arena_strndup(a, at + paren, digits - 2 * paren)};
        vec_push(a, out, n);
        str_addf(text, "#%c%c", p[1], p[2]);
        p = at + digits + 1;
    }
}

void c_numbers_join(const char *marked, const char *const *number, Str *out) {
    for (const char *p = marked; *p; number++) {
        size_t plain = strcspn(p, "\1");
        str_addn(out, p, plain);
        p += plain;
        if (!*p) return;
        const char *at = p + 4 + strcspn(p + 3, "\3");
        size_t digits = strcspn(at, "\2");
        if (*number)
            str_add(out, c_number_in_place(out->arena, *number, p[2] - 'a'));
        else
            str_addn(out, at, digits);
        p = at + digits + 1;
    }
}

const char *c_number_in_place(Arena *a, const char *text, int prec) {
    int level = strstr(text, " + ") || strstr(text, " - ") || *text == '-' ? P_ADD : strchr(text, '*') ? P_MUL : P_PRIMARY;
    return prec > level ? arena_printf(a, "(%s)", text) : text;
}
