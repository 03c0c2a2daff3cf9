/* RE2's syntax -> nodes (Thompson). What is repeated a number of times is read again for each. */
#include "import/onnx/regex.h"
#include "import/onnx/regex_set.h"
#include "base/str.h"
#include <string.h>

enum { MOST_DEPTH = 100, MOST_REPEAT = 1000 };

typedef struct {
    Regex *r;
    RegexSets *sets;
    const char *text, *at;
    bool fold, dot_newline, lines, quoted; /* (?i) (?s) (?m), between \Q and \E */
    int depth;
} Parser;

/* From start to an empty node whose next is open. */
typedef struct {
    uint32_t start, end;
} Part;

static const Part nothing = {UINT32_MAX, UINT32_MAX};

static bool wrong(Parser *p, const char *what) {
    if (!p->r->error)
        p->r->error = arena_printf(p->r->a, "%s at byte %d", what, (int)(p->at - p->text));
    return false;
}

static uint32_t add(Parser *p, RegexKind kind, uint32_t next) {
    if (p->r->node.n >= REGEX_NODES) {
        wrong(p, "the pattern is too large");
        return 0;
    }
    vec_push(p->r->a, &p->r->node, ((RegexNode){.kind = (uint8_t)kind, .next = next, .other = UINT32_MAX}));
    return p->r->node.n - 1;
}

static Part empty(Parser *p) {
    uint32_t e = add(p, RE_empty, UINT32_MAX);
    return (Part){e, e};
}

static void link_to(Parser *p, uint32_t from, uint32_t to) {
    p->r->node.at[from].next = to;
}

static uint32_t split(Parser *p, uint32_t a, uint32_t b) {
    uint32_t s = add(p, RE_split, a);
    p->r->node.at[s].other = b;
    return s;
}

static Part assertion(Parser *p, RegexKind kind) {
    uint32_t end = add(p, RE_empty, UINT32_MAX);
    p->r->asserts = true;
    return (Part){add(p, kind, end), end};
}

/* One character of a set. */
static Part one_of(Parser *p, RegexSet *s) {
    Utf8Range *range;
    uint32_t end = add(p, RE_empty, UINT32_MAX), start = UINT32_MAX;
    int count = regex_set_bytes(p->sets, s, &range);
    for (int i = 0; i < count && !p->r->error; i++) {
        uint32_t next = end;
        for (int k = range[i].n - 1; k >= 0; k--) {
            next = add(p, RE_byte, next);
            p->r->node.at[next].lo = range[i].lo[k];
            p->r->node.at[next].hi = range[i].hi[k];
        }
        start = start == UINT32_MAX ? next : split(p, next, start);
    }
    if (start == UINT32_MAX) { /* none is in it */
        start = add(p, RE_byte, end);
        p->r->node.at[start].lo = 1;
    }
    return (Part){start, end};
}

/* ---- characters ---- */

static bool character(Parser *p, uint32_t *c) {
    const unsigned char *s = (const unsigned char *)p->at;
    int more = s[0] < 0x80 ? 0 : s[0] < 0xc2 ? -1 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : s[0] < 0xf5 ? 3 : -1;
    if (more < 0) return wrong(p, "the pattern is no UTF-8");
    *c = more ? s[0] & (0x3fu >> more) : s[0];
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80) return wrong(p, "the pattern is no UTF-8");
        *c = *c << 6 | (s[i] & 0x3fu);
    }
    p->at += more + 1;
    return true;
}

static int digit(char c, int base) {
    int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
    return v < base ? v : -1;
}

static bool hex(Parser *p, uint32_t *c) {
    bool braces = *p->at == '{';
    int n = 0;
    *c = 0;
    p->at += braces;
    while (digit(*p->at, 16) >= 0 && (braces ? *c <= 0x10ffff : n < 2)) {
        *c = *c * 16 + (uint32_t)digit(*p->at++, 16);
        n++;
    }
    if (!n || *c > 0x10ffff || (braces ? *p->at != '}' : n != 2)) return wrong(p, "a number in base 16 is wrong");
    p->at += braces;
    return true;
}

/* Behind a backslash, what is one character. */
static bool escaped(Parser *p, uint32_t *c) {
    static const char letters[] = "afnrtv", means[] = "\a\f\n\r\t\v";
    char e = *p->at;
    const char *known = e ? strchr(letters, e) : NULL;
    if (!e) return wrong(p, "a backslash stands at the end");
    if ((unsigned char)e >= 0x80) return character(p, c);
    p->at++;
    if (known) {
        *c = (unsigned char)means[known - letters];
    } else if (e == 'x') {
        return hex(p, c);
    } else if (e == '0' || (digit(e, 8) > 0 && digit(*p->at, 8) >= 0)) {
        *c = (uint32_t)digit(e, 8);
        for (int i = 0; i < 2 && digit(*p->at, 8) >= 0; i++) *c = *c * 8 + (uint32_t)digit(*p->at++, 8);
    } else if ((e >= '0' && e <= '9') || (e >= 'a' && e <= 'z') || (e >= 'A' && e <= 'Z')) {
        p->at--;
        return wrong(p, e == 'p' || e == 'P'  ? "classes of Unicode (\\p) are not supported"
                        : e == 'C'            ? "a single byte (\\C) is not supported"
                        : e >= '1' && e <= '9' ? "references to groups are no regular expressions"
                                              : "the escape is unknown");
    } else {
        *c = (unsigned char)e;
    }
    return true;
}

/* \d \s \w and their opposites; false where p->at begins with none. */
static bool perl_class(Parser *p, RegexSet *s) {
    static const char *const text[] = {"dD", "sS", "wW"};
    static const char *const in[] = {"09", "\t\n\f\r  ", "09AZ__az"};
    if (p->at[0] != '\\') return false;
    for (int i = 0; i < 3; i++) {
        if (!p->at[1] || !strchr(text[i], p->at[1])) continue;
        RegexSet own = {0};
        for (const char *q = in[i]; *q; q += 2) regex_set_add(p->sets, &own, (unsigned char)q[0], (unsigned char)q[1]);
        if (p->fold) regex_set_fold(p->sets, &own);
        if (p->at[1] == text[i][1]) regex_set_negate(p->sets, &own);
        regex_set_join(p->sets, s, &own);
        p->at += 2;
        return true;
    }
    return false;
}

/* [:alpha:], [:^alpha:] */
static bool posix_class(Parser *p, RegexSet *s) {
    static const struct {
        const char *name, *in;
    } known[] = {{"alnum", "09AZaz"}, {"alpha", "AZaz"}, {"ascii", "\x01\x7f"}, {"blank", "\t\t  "}, {"cntrl", "\x01\x1f\x7f\x7f"},
                 {"digit", "09"},     {"graph", "!~"},   {"lower", "az"},       {"print", " ~"},     {"punct", "!/:@[`{~"},
                 {"space", "\t\r  "}, {"upper", "AZ"},   {"word", "09AZ__az"},  {"xdigit", "09AFaf"}};
    const char *name = p->at + 2, *end = strstr(name, ":]");
    bool negated = *name == '^';
    if (!end) return wrong(p, "a class [: does not end");
    name += negated;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].name) != (size_t)(end - name) || memcmp(known[i].name, name, (size_t)(end - name))) continue;
        RegexSet own = {0};
        for (const char *q = known[i].in; *q; q += 2) regex_set_add(p->sets, &own, (unsigned char)q[0], (unsigned char)q[1]);
        if (!strcmp(known[i].name, "ascii") || !strcmp(known[i].name, "cntrl")) regex_set_add(p->sets, &own, 0, 0);
        if (p->fold) regex_set_fold(p->sets, &own);
        if (negated) regex_set_negate(p->sets, &own);
        regex_set_join(p->sets, s, &own);
        p->at = end + 2;
        return true;
    }
    return wrong(p, "the class is unknown");
}

static bool range_end(Parser *p, uint32_t *c) {
    if (*p->at != '\\') return character(p, c);
    p->at++;
    return escaped(p, c);
}

/* [...], p->at behind the bracket. */
static Part bracket(Parser *p) {
    RegexSet s = {0};
    bool negated = *p->at == '^', first = true;
    p->at += negated;
    for (; *p->at != ']' || first; first = false) {
        uint32_t lo, hi;
        if (!*p->at) return wrong(p, "a class [ does not end"), nothing;
        if (p->at[0] == '[' && p->at[1] == ':') {
            if (!posix_class(p, &s)) return nothing;
            continue;
        }
        if (perl_class(p, &s)) continue;
        if (!range_end(p, &lo)) return nothing;
        hi = lo;
        if (p->at[0] == '-' && p->at[1] && p->at[1] != ']') {
            p->at++;
            if (!range_end(p, &hi)) return nothing;
            if (hi < lo) return wrong(p, "a range runs backwards"), nothing;
        }
        regex_set_add(p->sets, &s, lo, hi);
    }
    p->at++;
    if (p->fold) regex_set_fold(p->sets, &s);
    if (negated) regex_set_negate(p->sets, &s);
    return one_of(p, &s);
}

/* ---- parts ---- */

static Part alternatives(Parser *p);

/* Behind `(?`: flags up to : or ); false where they are none. */
static bool flags(Parser *p) {
    bool on = true, any = false;
    for (; *p->at && *p->at != ')' && *p->at != ':'; p->at++) {
        if (*p->at == '-' && on)
            on = false;
        else if (*p->at == 'i')
            p->fold = on;
        else if (*p->at == 'm')
            p->lines = on;
        else if (*p->at == 's')
            p->dot_newline = on;
        else if (*p->at != 'U')
            return wrong(p, "groups of this kind are not supported");
        any = true;
    }
    return *p->at && (any || *p->at == ':') ? true : wrong(p, "a group is wrong");
}

/* p->at behind the parenthesis. Flags end with the group around them. */
static Part group(Parser *p) {
    Parser outer = *p;
    if (p->at[0] == '?' && (p->at[1] == '<' || (p->at[1] == 'P' && p->at[2] == '<'))) {
        const char *end = strchr(p->at, '>');
        bool named = end != NULL && p->at[p->at[1] == 'P' ? 3 : 2] != '=' && p->at[p->at[1] == 'P' ? 3 : 2] != '!';
        if (!named) return wrong(p, "groups of this kind are not supported"), nothing;
        p->at = end + 1;
    } else if (p->at[0] == '?') {
        p->at++;
        if (!flags(p)) return nothing;
        if (*p->at++ == ')') return empty(p);
    }
    Part inner = alternatives(p);
    if (p->r->error) return nothing;
    if (*p->at != ')') return wrong(p, "a parenthesis is not closed"), nothing;
    outer.at = p->at + 1;
    *p = outer;
    return inner;
}

static Part literal(Parser *p, uint32_t c) {
    RegexSet s = {0};
    regex_set_add(p->sets, &s, c, c);
    if (p->fold) regex_set_fold(p->sets, &s);
    return one_of(p, &s);
}

static Part backslash(Parser *p) {
    RegexSet s = {0};
    uint32_t c;
    if (perl_class(p, &s)) return one_of(p, &s);
    char e = p->at[1];
    RegexKind kind = e == 'A' ? RE_begin : e == 'z' ? RE_end : e == 'b' ? RE_word : e == 'B' ? RE_no_word : RE_match;
    p->at++;
    if (kind != RE_match) {
        p->at++;
        return assertion(p, kind);
    }
    return escaped(p, &c) ? literal(p, c) : nothing;
}

static Part atom(Parser *p) {
    RegexSet s = {0};
    uint32_t c;
    if (!p->quoted) switch (*p->at) {
        case '(': p->at++; return group(p);
        case '[': p->at++; return bracket(p);
        case '\\': return backslash(p);
        case '^': p->at++; return assertion(p, p->lines ? RE_line_begin : RE_begin);
        case '$': p->at++; return assertion(p, p->lines ? RE_line_end : RE_end);
        case '.':
            p->at++;
            if (!p->dot_newline) regex_set_add(p->sets, &s, '\n', '\n');
            regex_set_negate(p->sets, &s);
            return one_of(p, &s);
        case '*':
        case '+':
        case '?': return wrong(p, "nothing stands before a repetition"), nothing;
        default: break;
        }
    return character(p, &c) ? literal(p, c) : nothing;
}

/* ---- repetition ---- */

/* {2}, {2,} or {2,5}; anything else is text. */
static bool counted(const char *at, int *least, int *most, const char **end) {
    if (*at++ != '{' || digit(*at, 10) < 0) return false;
    for (*least = 0; digit(*at, 10) >= 0; at++) *least = *least > MOST_REPEAT ? *least : *least * 10 + digit(*at, 10);
    *most = *least;
    if (*at == ',') {
        *most = -1;
        if (digit(*++at, 10) >= 0)
            for (*most = 0; digit(*at, 10) >= 0; at++) *most = *most > MOST_REPEAT ? *most : *most * 10 + digit(*at, 10);
    }
    *end = at + 1;
    return *at == '}';
}

static bool repetition(const char *at, int *least, int *most, const char **end) {
    *end = at + 1;
    *least = *at == '+';
    *most = *at == '?' ? 1 : -1;
    return *at == '*' || *at == '+' || *at == '?' || counted(at, least, most, end);
}

/* The part once more, from its text. */
static Part again(Parser *p, const Parser *from) {
    Parser copy = *from;
    Part x = atom(&copy);
    (void)p;
    return x;
}

static Part optional(Parser *p, Part x, bool loop) {
    uint32_t end = add(p, RE_empty, UINT32_MAX), s = split(p, x.start, end);
    if (p->r->error) return nothing;
    link_to(p, x.end, loop ? s : end);
    return (Part){s, end};
}

static Part join(Parser *p, Part a, Part b) {
    if (p->r->error) return nothing;
    link_to(p, a.end, b.start);
    return (Part){a.start, b.end};
}

static Part repeated(Parser *p, const Parser *from, Part x, int least, int most) {
    bool used = false;
    Part all = empty(p);
    for (int i = 0; i < least && !p->r->error; i++, used = true) all = join(p, all, used ? again(p, from) : x);
    if (most < 0) return p->r->error ? nothing : join(p, all, optional(p, used ? again(p, from) : x, true));
    for (int i = least; i < most && !p->r->error; i++, used = true) all = join(p, all, optional(p, used ? again(p, from) : x, false));
    return all;
}

static Part piece(Parser *p) {
    Parser from = *p;
    Part x = atom(p);
    int least, most;
    const char *end;
    if (p->quoted && p->at[0] == '\\' && p->at[1] == 'E') {
        p->quoted = false;
        p->at += 2;
    }
    while (!p->r->error && !p->quoted && repetition(p->at, &least, &most, &end)) {
        if (least > MOST_REPEAT || most > MOST_REPEAT || (most >= 0 && most < least))
            return wrong(p, "a repetition is out of range"), nothing;
        x = repeated(p, &from, x, least, most);
        p->at = end;
        if (*p->at == '?') p->at++; /* as few as possible: the same for the whole text */
        if (repetition(p->at, &least, &most, &end)) return wrong(p, "a repetition follows another"), nothing;
    }
    return x;
}

/* \Q and \E. */
static void quotes(Parser *p) {
    for (;;) {
        if (!p->quoted && p->at[0] == '\\' && p->at[1] == 'Q')
            p->quoted = true;
        else if (p->at[0] == '\\' && p->at[1] == 'E')
            p->quoted = false;
        else
            return;
        p->at += 2;
    }
}

static Part alternatives(Parser *p) {
    Part all = nothing, run;
    if (++p->depth > MOST_DEPTH) return wrong(p, "groups nest too deeply"), nothing;
    do {
        run = empty(p);
        if (all.start != UINT32_MAX) p->at++;
        for (quotes(p); !p->r->error && *p->at && (p->quoted || (*p->at != '|' && *p->at != ')')); quotes(p)) {
            Part next = piece(p);
            if (!p->r->error) run = join(p, run, next);
        }
        if (p->r->error) return nothing;
        if (all.start == UINT32_MAX) {
            all = run;
            continue;
        }
        uint32_t end = add(p, RE_empty, UINT32_MAX), start = split(p, all.start, run.start);
        if (p->r->error) return nothing;
        link_to(p, all.end, end);
        link_to(p, run.end, end);
        all = (Part){start, end};
    } while (*p->at == '|' && !p->quoted);
    p->depth--;
    return all;
}

bool regex_parse(Regex *r, const char *pattern) {
    RegexSets sets = {.a = r->a};
    Parser p = {.r = r, .sets = &sets, .text = pattern, .at = pattern};
    Part all = alternatives(&p);
    if (!r->error && *p.at) wrong(&p, "a parenthesis is not opened");
    if (r->error) return false;
    uint32_t match = add(&p, RE_match, UINT32_MAX);
    if (r->error) return false;
    link_to(&p, all.end, match);
    r->start = all.start;
    return true;
}
