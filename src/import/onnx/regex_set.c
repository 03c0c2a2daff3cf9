/* Sets of characters. */
#include "import/onnx/regex_set.h"
#include <stdlib.h>
#include <string.h>
#include "runtime/snippet/text_letter.h"

enum { LAST = 0x10ffff, LETTERS = 0x1e944 /* none behind has cases */ };

void regex_set_add(RegexSets *s, RegexSet *to, uint32_t lo, uint32_t hi) {
    vec_push(s->a, &to->range, ((CharRange){lo, hi}));
}

void regex_set_join(RegexSets *s, RegexSet *to, const RegexSet *from) {
    for (uint32_t i = 0; i < from->range.n; i++) vec_push(s->a, &to->range, from->range.at[i]);
}

static int by_start(const void *a, const void *b) {
    uint32_t x = ((const CharRange *)a)->lo, y = ((const CharRange *)b)->lo;
    return (x > y) - (x < y);
}

/* In order, apart from each other. */
static void tidy(RegexSet *s) {
    uint32_t n = 0;
    if (!s->range.n) return;
    qsort(s->range.at, s->range.n, sizeof *s->range.at, by_start);
    for (uint32_t i = 1; i < s->range.n; i++) {
        CharRange r = s->range.at[i];
        if (r.lo > s->range.at[n].hi + 1)
            s->range.at[++n] = r;
        else if (r.hi > s->range.at[n].hi)
            s->range.at[n].hi = r.hi;
    }
    s->range.n = n + 1;
}

void regex_set_negate(RegexSets *s, RegexSet *to) {
    RegexSet out = {0};
    uint32_t from = 0;
    tidy(to);
    for (uint32_t i = 0; i < to->range.n; i++) {
        if (to->range.at[i].lo > from) regex_set_add(s, &out, from, to->range.at[i].lo - 1);
        from = to->range.at[i].hi + 1;
    }
    if (from <= LAST) regex_set_add(s, &out, from, LAST);
    *to = out;
}

static void make_folds(RegexSets *s) {
    s->fold = arena_array_of(s->a, LETTERS, uint32_t);
    s->marked = arena_array_of(s->a, LETTERS, bool);
    for (uint32_t c = 0; c < LETTERS; c++) {
        uint32_t f = text_letter(text_letter(c, 1), 0);
        s->fold[c] = f < LETTERS ? f : c;
    }
}

void regex_set_fold(RegexSets *s, RegexSet *to) {
    if (!s->fold) make_folds(s);
    tidy(to);
    uint32_t n = to->range.n;
    for (int mark = 1; mark >= 0; mark--) {
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t c = to->range.at[i].lo; c <= to->range.at[i].hi && c < LETTERS; c++) s->marked[s->fold[c]] = mark;
        for (uint32_t c = 0; mark && c < LETTERS; c++)
            if (s->marked[s->fold[c]]) regex_set_add(s, to, c, c);
    }
    tidy(to);
}

/* ---- bytes ---- */

static int encode(uint32_t c, uint8_t *b) {
    int n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (int i = n - 1; i > 0; i--, c >>= 6) b[i] = (uint8_t)(0x80 | (c & 63));
    b[0] = (uint8_t)(n == 1 ? c : (0xf00u >> n & 0xff) | c);
    return n;
}

/* Cut until each range has one length and, behind the first byte that differs, all bytes there are. */
int regex_set_bytes(RegexSets *s, RegexSet *set, Utf8Range **out) {
    static const uint32_t last_of[] = {0x7f, 0x7ff, 0xd7ff, 0xdfff, 0xffff};
    Vec(Utf8Range) found = {0};
    Vec(CharRange) todo = {0};
    tidy(set);
    for (uint32_t i = set->range.n; i-- > 0;) vec_push(s->a, &todo, set->range.at[i]);
    while (todo.n) {
        CharRange r = todo.at[--todo.n];
        uint32_t cut = UINT32_MAX;
        if (r.lo >= 0xd800 && r.hi <= 0xdfff) continue; /* surrogates are no characters */
        for (int i = 0; i < 5 && cut == UINT32_MAX; i++)
            if (r.lo <= last_of[i] && r.hi > last_of[i]) cut = last_of[i];
        for (int k = 1; k < 4 && cut == UINT32_MAX && r.hi >= 0x80; k++) {
            uint32_t low = (1u << (6 * k)) - 1;
            if ((r.lo & ~low) == (r.hi & ~low)) break;
            if (r.lo & low)
                cut = r.lo | low;
            else if ((r.hi & low) != low)
                cut = (r.hi & ~low) - 1;
        }
        if (cut != UINT32_MAX) {
            vec_push(s->a, &todo, ((CharRange){cut + 1, r.hi}));
            vec_push(s->a, &todo, ((CharRange){r.lo, cut}));
            continue;
        }
        Utf8Range u;
        u.n = encode(r.lo, u.lo);
        encode(r.hi, u.hi);
        vec_push(s->a, &found, u);
    }
    *out = found.at;
    return (int)found.n;
}
