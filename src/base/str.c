#include "base/str.h"
#include "base/internal.h"
#include <stdio.h>
#include <string.h>

Str str_new(Arena *a) {
    Str s = {.arena = a, .at = arena_alloc(a, 64), .cap = 64};
    return s;
}

/* Room for n more bytes and the end. */
static void str_room(Str *s, size_t n) {
    if (n > SIZE_MAX / 4 || s->n > SIZE_MAX / 4) mem_out(n);
    size_t need = s->n + n + 1;
    if (need <= s->cap) return;
    size_t cap = s->cap * 2 > need ? s->cap * 2 : need;
    if (!arena_extend(s->arena, s->at, s->cap, cap)) {
        char *at = arena_alloc(s->arena, cap);
        memcpy(at, s->at, s->n + 1);
        s->at = at;
    }
    s->cap = cap;
}

void str_add(Str *s, const char *text) {
    str_addn(s, text, strlen(text));
}

void str_addn(Str *s, const char *text, size_t n) {
    str_room(s, n);
    if (n) memmove(s->at + s->n, text, n);
    s->n += n;
    s->at[s->n] = 0;
}

void str_addf(Str *s, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(s->at + s->n, s->cap - s->n, format, args);
    if (n >= 0 && (size_t)n >= s->cap - s->n) {
        s->at[s->n] = 0;
        str_room(s, (size_t)n);
        n = vsnprintf(s->at + s->n, s->cap - s->n, format, again);
    }
    if (n > 0) s->n += (size_t)n;
    s->at[s->n] = 0;
    va_end(again);
    va_end(args);
}

/* Bytes of the UTF-8 character at s and its code point; 0 when it is not UTF-8 (overlong, surrogate, cut). */
static int utf8_at(const unsigned char *s, uint32_t *code) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
    if (n <= 1) {
        *code = s[0];
        return n;
    }
    uint32_t c = s[0] & (0xffu >> (n + 1));
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) return 0;
    *code = c;
    return n;
}

int text_plain(const char *s) {
    uint32_t c = 0;
    int n = utf8_at((const unsigned char *)s, &c);
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return 0;
    /* Line ends and what reorders the line on a terminal. */
    if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff)
        return 0;
    return n;
}

char *text_escape(Arena *a, const char *s, size_t limit) {
    Str out = str_new(a);
    for (size_t shown = 0; *s; shown++) {
        if (shown >= limit) {
            str_add(&out, "...");
            break;
        }
        int n = text_plain(s);
        if (n)
            str_addn(&out, s, (size_t)n);
        else
            str_addf(&out, "\\x%02x", (unsigned char)*s);
        s += n ? n : 1;
    }
    return out.at;
}

void str_add_quoted(Str *s, const char *text) {
    str_addn(s, "\"", 1);
    while (*text) {
        int n = text_plain(text);
        if (*text == '"' || *text == '\\')
            str_addf(s, "\\%c", *text);
        else if (*text == '\n')
            str_addn(s, "\\n", 2);
        else if (*text == '\t')
            str_addn(s, "\\t", 2);
        else if (n)
            str_addn(s, text, (size_t)n);
        else
            str_addf(s, "\\x%02x", (unsigned char)*text);
        text += n ? n : 1;
    }
    str_addn(s, "\"", 1);
}

/* Never isalnum(): that one follows the locale. */
static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool listed(const char *list, const char *name, size_t n) {
    for (const char *at = list; *at; at += *at == ' ') {
        size_t length = strcspn(at, " ");
        if (length == n && memcmp(at, name, n) == 0) return true;
        at += length;
    }
    return false;
}

/* Keywords of C and C++, and names that the standard headers or old predefined macros take. */
static bool is_taken(const char *name) {
    static const char keywords[] =
        "auto break case char const continue default do double else enum extern float for goto if inline int long "
        "register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while "
        "alignas alignof and and_eq asm bitand bitor bool catch class compl concept const_cast consteval constexpr "
        "constinit decltype delete dynamic_cast explicit export false friend mutable namespace new noexcept not not_eq "
        "nullptr operator or or_eq private protected public reinterpret_cast requires static_assert static_cast "
        "template this thread_local throw true try typeid typename typeof typeof_unqual using virtual wchar_t xor "
        "xor_eq complex imaginary noreturn "
        "main errno assert offsetof stdin stdout stderr linux unix i386 arm mips near far interrupt "
        "NULL EOF INFINITY NAN I BUFSIZ RAND_MAX HUGE_VAL DOMAIN OVERFLOW SING PLOSS TLOSS UNDERFLOW M_PI M_E "
        "memcpy memset memmove memcmp memchr strlen strcmp strcpy malloc calloc realloc free abort exit printf puts "
        "setjmp longjmp signal raise index rindex read write open close time clock random rand select "
        "int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t size_t ssize_t ptrdiff_t intptr_t "
        "uintptr_t intmax_t uintmax_t";
    static const char math[] =
        "abs labs div ldiv acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 "
        "exp10 expm1 fabs fdim floor fma fmax fmin fmod frexp hypot ilogb ldexp lgamma gamma log log10 log1p log2 "
        "logb lrint llrint lround llround modf nan nearbyint nextafter nexttoward pow pow10 remainder remquo rint "
        "round roundeven scalbn scalbln scalb significand drem sin sincos sinh sqrt tan tanh tgamma trunc finite "
        "isinf isnan isfinite isnormal signbit fpclassify isgreater isless j0 j1 jn y0 y1 yn";
    size_t n = strlen(name);
    if (listed(keywords, name, n) || listed(math, name, n)) return true;
    return n > 1 && (name[n - 1] == 'f' || name[n - 1] == 'l') && listed(math, name, n - 1);
}

char *name_identifier(Arena *a, const char *name) {
    enum { LIMIT = 40 };
    char out[LIMIT + 1];
    size_t n = 0;
    /* A leading '_' is the implementation's, so it goes. */
    while (*name && (*name == '_' || !is_word(*name))) name++;
    if (*name >= '0' && *name <= '9') out[n++] = 'n';
    for (; *name && n < LIMIT; name++) {
        if (is_word(*name))
            out[n++] = *name;
        else if (out[n - 1] != '_')
            out[n++] = '_';
    }
    if (n == 0) out[n++] = 'n';
    out[n] = 0;
    if (n < LIMIT && is_taken(out)) out[n++] = '_';
    return arena_strndup(a, out, n);
}

char *name_file(Arena *a, const char *name) {
    if (!*name || strcmp(name, ".") == 0) return arena_strdup(a, "_");
    if (strcmp(name, "..") == 0) return arena_strdup(a, "__");
    char *out = arena_alloc(a, strlen(name) + 1);
    size_t n = 0;
    while (*name) {
        uint32_t code;
        int bytes = utf8_at((const unsigned char *)name, &code);
        out[n++] = is_word(*name) || *name == '.' || *name == '-' ? *name : '_';
        name += bytes ? bytes : 1;
    }
    return out;
}

char *name_comment(Arena *a, const char *name) {
    enum { LIMIT = 120 };
    char out[LIMIT + 4];
    size_t n = 0;
    for (; *name && n < LIMIT; name++) {
        /* A backslash at the end of a line would join the next one to a // comment. */
        char c = *name < 0x20 || *name > 0x7e ? '.' : *name == '\\' ? '|' : *name, before = n ? out[n - 1] : 0;
        if ((before == '*' && c == '/') || (before == '/' && c == '*') || (before == '?' && c == '?')) out[n++] = ' ';
        out[n++] = c;
    }
    if (*name || n > LIMIT) {
        memcpy(out + LIMIT - 3, "...", 3);
        n = LIMIT;
    }
    return arena_strndup(a, out, n);
}
