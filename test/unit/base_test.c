/* src/base without files: arenas, maps, diagnostics, text, numbers. */
#include "base/arena.h"
#include "base/diag.h"
#include "base/map.h"
#include "base/size.h"
#include "base/str.h"
#include "base/vec.h"
#include "test/unit/check.h"
#include <math.h>
#include <stdlib.h>

static uint64_t random_state = 88172645463325252u;
static uint64_t random64(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

static Arena *arena; /* emptied after each group */

/* ---- arena and vec ---- */

static bool is_zero(const unsigned char *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (p[i]) return false;
    return true;
}

static int order[8], order_n;
static void note(void *data) {
    order[order_n++] = *(int *)data;
}

static void test_arena(void) {
    bool aligned = true, zeroed = true;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3000; i++) {
            size_t n = i % 500 == 499 ? 100000 + (size_t)(random64() % 300000) : (size_t)(random64() % 300);
            unsigned char *p = arena_alloc(arena, n);
            aligned = aligned && (uintptr_t)p % 16 == 0;
            zeroed = zeroed && is_zero(p, n);
            memset(p, 0xff, n);
        }
        arena_reset(arena);
    }
    CHECK(aligned);
    CHECK(zeroed);
    CHECK(arena_alloc(arena, 0) != arena_alloc(arena, 0));
    CHECK_TEXT(arena_strdup(arena, "abc"), "abc");
    CHECK_TEXT(arena_strndup(arena, "abcdef", 3), "abc");
    CHECK_TEXT(arena_strndup(arena, "ab", 30), "ab");
    CHECK_TEXT(arena_printf(arena, "%d-%s", 7, "x"), "7-x");
    CHECK(strlen(arena_printf(arena, "%*d", 5000, 1)) == 5000);

    int one = 1, two = 2, three = 3;
    arena_defer(arena, note, &one);
    arena_defer(arena, note, &two);
    arena_reset(arena);
    CHECK(order_n == 2 && order[0] == 2 && order[1] == 1);
    Arena *other = arena_new("other");
    arena_defer(other, note, &three);
    arena_free(other);
    CHECK(order_n == 3 && order[2] == 3);
    arena_free(NULL);
}

static volatile int jumps;
static void test_memory_end(void) {
    if (setjmp(*mem_guard()) == 0)
        arena_array(arena, SIZE_MAX / 2, 3);
    else
        jumps = jumps + 1;
    if (setjmp(*mem_guard()) == 0)
        arena_alloc(arena, SIZE_MAX - 5);
    else
        jumps = jumps + 1;
    if (setjmp(*mem_guard()) == 0) {
        uint32_t cap = UINT32_MAX - 1;
        vec_grow(arena, NULL, &cap, UINT32_MAX, 1);
    } else {
        jumps = jumps + 1;
    }
    if (setjmp(*mem_guard()) == 0) {
        uint32_t cap = 10; /* a count of 2^32 + 3 that the macro has cut */
        vec_grow(arena, NULL, &cap, 3, 1);
    } else {
        jumps = jumps + 1;
    }
    CHECK(jumps == 4);
}

static void test_vec(void) {
    Vec(int) v = {0}, w = {0};
    bool ok = true;
    for (int i = 0; i < 100000; i++) {
        vec_push(arena, &v, i);
        if (i % 7 == 0) vec_push(arena, &w, -i);
    }
    for (int i = 0; i < 100000; i++) ok = ok && v.at[i] == i && w.at[i / 7] == -(i / 7) * 7;
    CHECK(ok && v.n == 100000 && vec_last(&v) == 99999);
    /* A shallow copy keeps its items when both grow. */
    Vec(int) a = {0};
    for (int i = 0; i < 4; i++) vec_push(arena, &a, i);
    __typeof__(a) b = a;
    vec_push(arena, &a, 100);
    vec_push(arena, &b, 200);
    CHECK(a.at[4] == 100 && b.at[4] == 200 && a.at[3] == 3 && b.at[3] == 3);
    struct Three {
        char c[3];
    };
    Vec(struct Three) odd = {0};
    vec_reserve(arena, &odd, 1000);
    CHECK(odd.cap >= 1000 && is_zero((unsigned char *)odd.at, 3000));
}

static void test_size(void) {
    int64_t r = 5;
    CHECK(!size_mul(INT64_C(1) << 62, 4, &r) && r == 5);
    CHECK(!size_add(INT64_MAX, 1, &r) && !size_sub(INT64_MIN, 1, &r) && r == 5);
    CHECK(size_mul(1 << 20, 1 << 20, &r) && r == INT64_C(1) << 40);
    CHECK(size_product((int64_t[]){2, 3, 4}, 3, &r) && r == 24);
    CHECK(!size_product((int64_t[]){2, -3}, 2, &r) && !size_product((int64_t[]){1LL << 32, 1LL << 32}, 2, &r));
    CHECK(size_product(NULL, 0, &r) && r == 1);
    CHECK(floor_div(-7, 2) == -4 && floor_mod(-7, 2) == 1 && ceil_div(7, 2) == 4 && ceil_div(-7, 2) == -3);
}

/* ---- map ---- */

static void test_map(void) {
    Map m = {0};
    CHECK(map_get(&m, "x") == MAP_NONE);
    char key[32];
    for (uint32_t i = 0; i < 50000; i++) {
        snprintf(key, sizeof key, "name/%u", i);
        map_set(arena, &m, key, i);
    }
    bool ok = true;
    for (uint32_t i = 0; i < 60000; i++) {
        snprintf(key, sizeof key, "name/%u", i);
        ok = ok && map_get(&m, key) == (i < 50000 ? i : MAP_NONE);
    }
    CHECK(ok && m.n == 50000);
    map_set(arena, &m, "name/7", 99);
    map_set(arena, &m, "", 3);
    CHECK(map_get(&m, "name/7") == 99 && m.n == 50001 && map_get(&m, "") == 3);

    IdMap ids = {0};
    CHECK(idmap_get(&ids, 0) == MAP_NONE);
    for (uint64_t i = 0; i < 50000; i++) idmap_set(arena, &ids, i << 40, (uint32_t)i);
    ok = true;
    for (uint64_t i = 0; i < 60000; i++) ok = ok && idmap_get(&ids, i << 40) == (i < 50000 ? i : MAP_NONE);
    idmap_set(arena, &ids, UINT64_MAX, 4);
    idmap_set(arena, &ids, 0, 5);
    CHECK(ok && idmap_get(&ids, UINT64_MAX) == 4 && idmap_get(&ids, 0) == 5 && ids.n == 50001);

    CHECK(hash_bytes("abcdefghi", 9, 1) == hash_bytes(&"xabcdefghi"[1], 9, 1));
    CHECK(hash_bytes("abc", 3, 1) != hash_bytes("abc", 3, 2));
    CHECK(hash_bytes("abc", 3, 1) != hash_bytes("abd", 3, 1));
    CHECK(hash_bytes("a\0", 2, 1) != hash_bytes("a", 1, 1));
    CHECK(hash_bytes("tenon", 5, 0) == UINT64_C(0x31d93c2455472bb0)); /* files hold hashes: it must never change */
}

/* ---- diagnostics ---- */

static void test_diag(void) {
    Diag *d = diag_new(arena);
    CHECK(diag_errors(d) == 0 && diag_text(d, 0) == NULL && diag_text(d, -1) == NULL);
    Loc all = {"m.onnx", "n1", "Conv", "pads"};
    CHECK(!diag_error(d, all, "see x", "got %d, want %d", 3, 4));
    diag_error(d, (Loc){.file = "m.onnx"}, NULL, "bad");
    diag_error(d, (Loc){0}, NULL, "bad");
    diag_error(d, (Loc){.node = "n", .field = "f"}, NULL, "bad");
    diag_error(d, (Loc){.node = "", .op = "Relu"}, "", "bad");
    diag_warn(d, (Loc){.file = "m"}, "hint", "odd");
    diag_error(d, (Loc){.node = "a\nb\x1b[0m\xff\xc3\xa9\xe2\x80\xae"}, "h\n", "x\r%s", "\x7f");
    const char *want[] = {"tenon: m.onnx: node 'n1' (Conv): pads: got 3, want 4; see x",
                          "tenon: m.onnx: bad",
                          "tenon: bad",
                          "tenon: node 'n': f: bad",
                          "tenon: node (Relu): bad",
                          "tenon: warning: m: odd; hint",
                          "tenon: node 'a\\x0ab\\x1b[0m\\xff\xc3\xa9\\xe2\\x80\\xae': x\\x0d\\x7f; h\\x0a"};
    for (int i = 0; i < 7; i++) CHECK_TEXT(diag_text(d, i), want[i]);
    CHECK(diag_errors(d) == 6);
    diag_error(d, (Loc){0}, NULL, "bad");
    CHECK(diag_errors(d) == 6 && diag_text(d, 7) == NULL);

    char *name = arena_alloc(arena, 5001);
    memset(name, 'q', 5000);
    diag_error(d, (Loc){.node = name}, NULL, "long %s", name);
    const char *line = diag_text(d, 7);
    CHECK(strlen(line) < 2400 && strstr(line, "qqq...': long qqq") && strcmp(line + strlen(line) - 4, "q...") == 0);
    CHECK((size_t)(strstr(line, "...") - strstr(line, "q")) == 200);

    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    diag_print(d, to);
    size_t first = n;
    diag_print(d, to);
    CHECK(n == first && strncmp(text, want[0], strlen(want[0])) == 0);
    for (int i = 0; i < 1200; i++) diag_error(d, (Loc){0}, NULL, "number %d", i);
    diag_print(d, to);
    fclose(to);
    CHECK(diag_errors(d) == 1207);
    CHECK(strstr(text, "tenon: number 991\n") && !strstr(text, "number 992\n"));
    CHECK(strstr(text, "\ntenon: 208 more messages are not shown\n") != NULL);
    free(text);
}

/* ---- text and names ---- */

static void test_str(void) {
    Str s = str_new(arena);
    CHECK_TEXT(s.at, "");
    for (int i = 0; i < 20000; i++) {
        str_add(&s, "ab");
        str_addf(&s, "%03d", i % 1000);
        str_addn(&s, "xyz", 1);
    }
    bool ok = s.n == 120000 && strlen(s.at) == s.n;
    for (size_t i = 0; ok && i < 20000; i++)
        ok = memcmp(s.at + 6 * i, arena_printf(arena, "ab%03dx", (int)(i % 1000)), 6) == 0;
    CHECK(ok);
    Str q = str_new(arena);
    str_add_quoted(&q, "a\"b\\c\n\t\r\x01\xff\xc3\xa9\x7f z");
    CHECK_TEXT(q.at, "\"a\\\"b\\\\c\\n\\t\\x0d\\x01\\xff\xc3\xa9\\x7f z\"");
    Str big = str_new(arena);
    str_addf(&big, "%*d", 100000, 5);
    CHECK(big.n == 100000 && big.at[99999] == '5');
}

static void test_names(void) {
    static const char *const id[] = {"input", "input",       "",           "n",     "123",      "n123",    "a.b",
                                     "a_b",   "/m/l.0/Conv", "m_l_0_Conv", "int",   "int_",     "class",   "class_",
                                     "main",  "main_",       "NULL",       "NULL_", "expf",     "expf_",   "exp",
                                     "exp_",  "I",           "I_",         "linux", "linux_",   "___",     "n",
                                     "_Bool", "Bool",        "_9",         "n9",    "\xc3\xa9", "n",       "x\xc3\xa9y",
                                     "x_y",   "a  b",        "a_b",        "xexp",  "xexp",     "__int",   "int_",
                                     "*/",    "n",           "a-",         "a_",    "uint8_t",  "uint8_t_"};
    for (size_t i = 0; i < sizeof id / sizeof *id; i += 2) CHECK_TEXT(name_identifier(arena, id[i]), id[i + 1]);
    char name[200];
    memset(name, 'k', 199);
    name[199] = 0;
    CHECK(strlen(name_identifier(arena, name)) == 40);
    CHECK_TEXT(name_file(arena, "a/b:c d.x-y_Z9"), "a_b_c_d.x-y_Z9");
    CHECK_TEXT(name_file(arena, ""), "_");
    CHECK_TEXT(name_file(arena, "."), "_");
    CHECK_TEXT(name_file(arena, ".."), "__");
    CHECK_TEXT(name_file(arena, "../x"), ".._x");
    CHECK_TEXT(name_file(arena, "\xc3\xa9\xffz"), "__z");
    CHECK_TEXT(name_comment(arena, "a*/b/*c\n\xff?\?/\\"), "a* /b/ *c..? ?/|");
    CHECK_TEXT(name_comment(arena, "*/*/"), "* / * /");
    CHECK(strlen(name_comment(arena, name)) == 120);
    bool ok = true;
    for (int round = 0; round < 20000; round++) {
        size_t n = (size_t)(random64() % 150);
        for (size_t i = 0; i < n; i++) name[i] = "*/?\\a\n\xff=_9int."[random64() % 14];
        name[n] = 0;
        const char *c = name_comment(arena, name), *x = name_identifier(arena, name);
        ok = ok && !strstr(c, "*/") && !strstr(c, "/*") && !strstr(c, "??") && !strchr(c, '\\') && !strchr(c, '\n');
        ok = ok && strlen(c) <= 120 && strlen(x) <= 40 && *x && (*x > '9' || *x < '0') && *x != '_';
        ok = ok && strspn(x, "abcdefghijklmnopqrstuvwxyz_0123456789") == strlen(x) && strcmp(x, "int") != 0;
    }
    CHECK(ok);
}

/* ---- numbers ---- */

static bool same_bits(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static void test_float_text(void) {
    static const struct {
        double v;
        const char *as_float, *as_double;
    } known[] = {{0, "0", "0"},
                 {-0.0, "-0", "-0"},
                 {1, "1", "1"},
                 {0.1, "0.1", "0.1"},
                 {0.1f, "0.1", "0.10000000149011612"},
                 {1e30, "1e+30", "1e+30"},
                 {INFINITY, "inf", "inf"},
                 {-INFINITY, "-inf", "-inf"},
                 {0x1p-149, "1e-45", "1.401298464324817e-45"},
                 {16777216, "16777216", "16777216"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        CHECK_TEXT(float_text(arena, (float)known[i].v, false), known[i].as_float);
        CHECK_TEXT(float_text(arena, known[i].v, true), known[i].as_double);
    }
    CHECK_TEXT(float_text(arena, 0x0.0000000000001p-1022, true), "5e-324");
    Arena *a = arena_new("floats");
    bool floats = true, doubles = true;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = random64();
        uint32_t low = (uint32_t)bits;
        if (i % 8 == 0) low &= 0x807fffff, bits &= UINT64_C(0x800fffffffffffff);
        double d, back;
        float f;
        memcpy(&d, &bits, 8);
        memcpy(&f, &low, 4);
        if (i % 50 == 0) {
            bits |= UINT64_C(0x7ff) << 52;
            memcpy(&d, &bits, 8);
        }
        doubles = doubles && float_parse(float_text(a, d, true), NULL, &back) && same_bits(d, back);
        bool ok = float_parse(float_text(a, (double)f, false), NULL, &back);
        float again = (float)back;
        floats = floats && ok && (isnan(f) ? same_bits((double)f, back) : memcmp(&again, &f, 4) == 0);
        if (i % 1000 == 0) arena_reset(a);
    }
    arena_free(a);
    CHECK(floats);
    CHECK(doubles);
}

static void test_parse(void) {
    double v = 0;
    char *end;
    static const char *const bad[] = {"",        " 1",
                                      "1 ",      "abc",
                                      "-",       ".",
                                      "1.2.3",   "0x",
                                      "1e",      "--1",
                                      "+-1",     "infx",
                                      "i",       "nanx",
                                      "nan(",    "nan()",
                                      "nan(0x)", "nan(0x0)",
                                      "1e999",   "e5",
                                      "-1e999",  "nan(0x123456789abcdef)",
                                      "nan(12)", "1,5",
                                      "- 1",     "\t1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (!CHECK(!float_parse(bad[i], NULL, &v))) fprintf(stderr, "  %s\n", bad[i]);
    CHECK(float_parse("inf", NULL, &v) && v == (double)INFINITY);
    CHECK(float_parse("-inf", NULL, &v) && v == -(double)INFINITY);
    CHECK(float_parse("nan", NULL, &v) && isnan(v) && !signbit(v));
    CHECK(float_parse("-nan(0x7)", NULL, &v) && isnan(v) && signbit(v));
    CHECK(float_parse("0x1.8p+1", NULL, &v) && v == 3);
    CHECK(float_parse("-.5", NULL, &v) && v == -0.5);
    CHECK(float_parse("1e-999", NULL, &v) && v == 0);
    CHECK(float_parse("2.5, 3", &end, &v) && v == 2.5 && strcmp(end, ", 3") == 0);
    CHECK(float_parse("nan(0x7)]", &end, &v) && *end == ']');
    v = 7;
    CHECK(!float_parse("x", &end, &v) && v == 7);

    int64_t n = 7;
    static const char *const not_int[] = {"",
                                          "-",
                                          "+1",
                                          " 1",
                                          "1 ",
                                          "1e3",
                                          "0x10",
                                          "abc",
                                          "1.0",
                                          "9223372036854775808",
                                          "-9223372036854775809",
                                          "99999999999999999999"};
    for (size_t i = 0; i < sizeof not_int / sizeof *not_int; i++) CHECK(!int_parse(not_int[i], &n) && n == 7);
    CHECK(int_parse("9223372036854775807", &n) && n == INT64_MAX);
    CHECK(int_parse("-9223372036854775808", &n) && n == INT64_MIN);
    CHECK(int_parse("0", &n) && n == 0);
}

/* Nearest, ties to even, by trying every value: `f` finite and positive, h the candidate. */
static bool f16_nearest(float f, uint16_t h) {
    double got = h == 0x7c00 ? 65536 : (double)f16_to_f32(h), distance = fabs((double)f - got);
    if (h > 0x7c00) return false;
    for (int step = -1; step <= 1; step += 2) {
        int other = h + step;
        if (other < 0 || other > 0x7c00) continue;
        double value = other == 0x7c00 ? 65536 : (double)f16_to_f32((uint16_t)other);
        double d = fabs((double)f - value);
        if (d < distance || (d == distance && (h & 1))) return false;
    }
    return true;
}

static void test_half(void) {
    bool f16 = true, bf16 = true, nearest = true, brain = true;
    for (uint32_t h = 0; h < 65536; h++) {
        f16 = f16 && f16_from_f32(f16_to_f32((uint16_t)h)) == h;
        bf16 = bf16 && bf16_from_f32(bf16_to_f32((uint16_t)h)) == h;
    }
    CHECK(f16);
    CHECK(bf16);
    CHECK(f16_to_f32(1) == 0x1p-24f && f16_to_f32(0x3c00) == 1 && f16_to_f32(0x7bff) == 65504);
    CHECK(f16_from_f32(65519.99f) == 0x7bff && f16_from_f32(65520) == 0x7c00 && f16_from_f32(1e30f) == 0x7c00);
    CHECK(f16_from_f32(0x1p-25f) == 0 && f16_from_f32(0x1.000002p-25f) == 1 && f16_from_f32(-1e-30f) == 0x8000);
    CHECK(isnan(f16_to_f32(f16_from_f32(NAN))) && isnan(bf16_to_f32(bf16_from_f32(NAN))));
    CHECK(bf16_from_f32(0x1.fffffep+127f) == 0x7f80);
    for (int i = 0; i < 400000; i++) {
        uint32_t bits = (uint32_t)random64() & 0x7fffffff;
        if (i & 1) bits = 0x32000000 + bits % (0x47900000 - 0x32000000); /* where f16 has values */
        if (i % 8 == 1) bits &= ~0xfffu;                                 /* ties */
        if (bits >= 0x7f800000) continue;
        float f;
        memcpy(&f, &bits, 4);
        nearest = nearest && (f > 65536 ? f16_from_f32(f) == 0x7c00 : f16_nearest(f, f16_from_f32(f)));
        uint32_t up = bits + 0x7fff + (bits >> 16 & 1);
        brain = brain && bf16_from_f32(f) == up >> 16;
    }
    CHECK(nearest);
    CHECK(brain);
}

int main(void) {
    arena = arena_new("test");
    void (*const tests[])(void) = {test_arena, test_memory_end, test_vec,        test_size,  test_map, test_diag,
                                   test_str,   test_names,      test_float_text, test_parse, test_half};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tests[i]();
        arena_reset(arena);
    }
    mem_release_all();
    mem_release_all();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
