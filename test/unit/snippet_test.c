/* The snippets of generated code: each compiles alone and without a warning, and computes what the interpreter does,
 * also at the extremes. */
#include "base/io.h"
#include "base/size.h"
#include "base/str.h"
#include "check.h"
#include "cli/process.h"
#include "cli/temp.h"
#include "emit/emit.h"
#include "emit/skel.h"
#include "target/target.h"
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* The compiler's own conversions, kept apart from the snippets of the same names. */
static uint16_t own_f16(float f) {
    return f16_from_f32(f);
}
static float own_f16_back(uint16_t h) {
    return f16_to_f32(h);
}
static float own_odd(double v) {
    return f32_odd(v);
}
static uint16_t own_bf16(float f) {
    return bf16_from_f32(f);
}
static float own_bf16_back(uint16_t h) {
    return bf16_to_f32(h);
}
#define f16_from_f32 snippet_f16_from_f32
#define f16_to_f32 snippet_f16_to_f32
#define bf16_from_f32 snippet_bf16_from_f32
#define bf16_to_f32 snippet_bf16_to_f32
#define f32_odd snippet_f32_odd
#include "runtime/snippet/abs_i64.h"
#include "runtime/snippet/abs_u64.h"
#include "runtime/snippet/bf16_from_f32.h"
#include "runtime/snippet/bf16_to_f32.h"
#include "runtime/snippet/copy_within.h"
#include "runtime/snippet/div_i64.h"
#include "runtime/snippet/div_u64.h"
#include "runtime/snippet/dot_rows.h"
#include "runtime/snippet/dot_window_i8.h"
#include "runtime/snippet/dot_window_u8.h"
#include "runtime/snippet/f16_from_f32.h"
#include "runtime/snippet/f16_to_f32.h"
#include "runtime/snippet/f32_odd.h"
#include "runtime/snippet/small_code.h"
#include "runtime/snippet/small_value.h"
#include "runtime/snippet/f8e4m3fn_from_f32.h"
#include "runtime/snippet/f8e4m3fn_to_f32.h"
#include "runtime/snippet/f8e4m3fnuz_from_f32.h"
#include "runtime/snippet/f8e4m3fnuz_to_f32.h"
#include "runtime/snippet/f8e5m2_from_f32.h"
#include "runtime/snippet/f8e5m2_to_f32.h"
#include "runtime/snippet/f8e5m2fnuz_from_f32.h"
#include "runtime/snippet/f8e5m2fnuz_to_f32.h"
#include "runtime/snippet/f8e8m0_from_f32.h"
#include "runtime/snippet/f8e8m0_to_f32.h"
#include "runtime/snippet/f6e2m3_from_f32.h"
#include "runtime/snippet/f6e2m3_to_f32.h"
#include "runtime/snippet/f6e3m2_from_f32.h"
#include "runtime/snippet/f6e3m2_to_f32.h"
#include "runtime/snippet/f4e2m1_from_f32.h"
#include "runtime/snippet/f4e2m1_to_f32.h"
#include "runtime/snippet/low_bits_i8.h"
#include "runtime/snippet/low_bits_u8.h"
#include "runtime/snippet/index64_div.h"
#include "runtime/snippet/index64_max.h"
#include "runtime/snippet/index64_min.h"
#include "runtime/snippet/index64_mod.h"
#include "runtime/snippet/index64_of.h"
#include "runtime/snippet/index_div.h"
#include "runtime/snippet/index_max.h"
#include "runtime/snippet/index_min.h"
#include "runtime/snippet/index_mod.h"
#include "runtime/snippet/index_of.h"
#include "runtime/snippet/scale_row.h"
#include "runtime/snippet/max_f32.h"
#include "runtime/snippet/max_f64.h"
#include "runtime/snippet/max_i64.h"
#include "runtime/snippet/max_u64.h"
#include "runtime/snippet/min_f32.h"
#include "runtime/snippet/min_f64.h"
#include "runtime/snippet/min_i64.h"
#include "runtime/snippet/min_u64.h"
#include "runtime/snippet/philox_u64.h"
#include "runtime/snippet/pow_i64.h"
#include "runtime/snippet/pow_u64.h"
#include "runtime/snippet/saturate_f32.h"
#include "runtime/snippet/saturate_i64.h"
#include "runtime/snippet/saturate_u64.h"
#include "runtime/snippet/shift_left_i64.h"
#include "runtime/snippet/shift_left_u64.h"
#include "runtime/snippet/shift_right_i64.h"
#include "runtime/snippet/shift_right_u64.h"
#include "runtime/snippet/sign_f32.h"
#include "runtime/snippet/sign_f64.h"
#include "runtime/snippet/sign_i64.h"
#include "runtime/snippet/sign_mod_f32.h"
#include "runtime/snippet/sign_mod_f64.h"
#include "runtime/snippet/sign_mod_i64.h"
#include "runtime/snippet/sign_mod_u64.h"
#include "runtime/snippet/sign_u64.h"
#include "runtime/snippet/sq_f32.h"
#include "runtime/snippet/sq_f64.h"
#include "runtime/snippet/sq_i64.h"
#include "runtime/snippet/sq_u64.h"
#include "runtime/snippet/trunc_mod_i64.h"
#include "runtime/snippet/trunc_mod_u64.h"
#include "runtime/snippet/UNROLL.h"

static uint32_t bits_of(float f) {
    uint32_t b;
    memcpy(&b, &f, sizeof b);
    return b;
}

static float float_of(uint32_t b) {
    float f;
    memcpy(&f, &b, sizeof f);
    return f;
}

static bool same_float(float a, float b) {
    return bits_of(a) == bits_of(b) || (isnan(a) && isnan(b));
}

static void test_halves(void) {
    static const uint32_t low[] = {0, 1, 0xfff, 0x1000, 0x1001, 0x1fff, 0x2000, 0x3000, 0x7fff, 0x8000, 0x8001, 0xffff};
    int wrong[4] = {0};
    for (uint32_t h = 0; h < 65536; h++) {
        uint16_t v = (uint16_t)h;
        wrong[0] += !same_float(f16_to_f32(v), own_f16_back(v));
        wrong[1] += !same_float(bf16_to_f32(v), own_bf16_back(v));
        for (size_t i = 0; i < sizeof low / sizeof *low; i++) {
            float f = float_of(h << 16 | low[i]);
            bool nan = isnan(f);
            wrong[2] += nan ? !isnan(f16_to_f32(f16_from_f32(f))) : f16_from_f32(f) != own_f16(f);
            wrong[3] += nan ? !isnan(bf16_to_f32(bf16_from_f32(f))) : bf16_from_f32(f) != own_bf16(f);
        }
    }
    CHECK(wrong[0] == 0);
    CHECK(wrong[1] == 0);
    CHECK(wrong[2] == 0);
    CHECK(wrong[3] == 0);
}

/* Floats of at most 8 bits: all codes, and every 2^12th float with those beside it. */
static void test_small(void) {
    static const struct {
        DType t;
        uint8_t (*from)(float);
        float (*to)(uint8_t);
    } type[] = {
        {DT_f8e4m3fn, f8e4m3fn_from_f32, f8e4m3fn_to_f32},
        {DT_f8e4m3fnuz, f8e4m3fnuz_from_f32, f8e4m3fnuz_to_f32},
        {DT_f8e5m2, f8e5m2_from_f32, f8e5m2_to_f32},
        {DT_f8e5m2fnuz, f8e5m2fnuz_from_f32, f8e5m2fnuz_to_f32},
        {DT_f8e8m0, f8e8m0_from_f32, f8e8m0_to_f32},
        {DT_f6e2m3, f6e2m3_from_f32, f6e2m3_to_f32},
        {DT_f6e3m2, f6e3m2_from_f32, f6e3m2_to_f32},
        {DT_f4e2m1, f4e2m1_from_f32, f4e2m1_to_f32},
    };
    for (size_t i = 0; i < sizeof type / sizeof *type; i++) {
        DType t = type[i].t;
        int wrong[3] = {0};
        for (uint32_t h = 0; h < 1u << dtype_info[t].bits; h++) {
            float v = dtype_decode(t, h), back = type[i].to((uint8_t)h);
            wrong[0] += !same_float(v, back) || signbit(v) != signbit(back);
            wrong[1] += !isnan(v) && type[i].from(v) != h;
        }
        for (uint64_t b = 0; b <= UINT32_MAX; b += 4096)
            for (uint32_t k = 0; k < 3; k++) {
                float v = float_of((uint32_t)b - 1 + k);
                wrong[2] += type[i].from(v) != dtype_encode(t, v);
            }
        CHECK(wrong[0] == 0);
        CHECK(wrong[1] == 0);
        CHECK(wrong[2] == 0);
    }
    CHECK(f8e4m3fn_from_f32(464) == 0x7e && f8e4m3fn_from_f32(464.1f) == 0x7f && f8e4m3fn_from_f32(-NAN) == 0xff);
    CHECK(f8e5m2_from_f32(61440) == 0x7c && f8e5m2_from_f32(61439) == 0x7b && f8e5m2_from_f32(-INFINITY) == 0xfc);
    CHECK(f8e4m3fnuz_from_f32(-0.0f) == 0 && f8e4m3fnuz_from_f32(1e9f) == 0x80 && f8e5m2fnuz_from_f32(NAN) == 0x80);
    CHECK(f4e2m1_from_f32(0.25f) == 0 && f4e2m1_from_f32(0.75f) == 2 && f4e2m1_from_f32(-1e9f) == 15);
    CHECK(f8e8m0_from_f32(1.5f) == 128 && f8e8m0_from_f32(1.4f) == 127 && f8e8m0_from_f32(0) == 255);
}

static void test_bits(void) {
    for (int64_t v = -300; v <= 300; v++) {
        CHECK(low_bits_i8((uint64_t)v, 4) == ((v & 15) ^ 8) - 8 && low_bits_i8((uint64_t)v, 2) == ((v & 3) ^ 2) - 2);
        CHECK(low_bits_u8((uint64_t)v, 4) == (v & 15) && low_bits_u8((uint64_t)v, 2) == (v & 3));
    }
    static const double v[] = {0, 1, -1, 1.0000000001, -1.0000000001, 65519.9999999, 1e300, -1e300, 1e-300, 5e-324};
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) CHECK(same_float(f32_odd(v[i]), own_odd(v[i])));
    CHECK(isnan(f32_odd((double)NAN)) && bits_of(f32_odd(1.0000000001)) == 0x3f800001);
}

static void test_floats(void) {
    CHECK(isnan(max_f32(NAN, 1)) && isnan(max_f32(1, NAN)) && isnan(min_f32(NAN, 1)) && isnan(min_f32(1, NAN)));
    CHECK(isnan(max_f64((double)NAN, 1)) && isnan(max_f64(1, (double)NAN)) && isnan(min_f64((double)NAN, 1)) &&
          isnan(min_f64(1, (double)NAN)));
    CHECK(max_f32(-INFINITY, 1) == 1 && min_f32(INFINITY, 1) == 1 && max_f64(2, 1) == 2 && min_f64(2, 1) == 1);
    CHECK(sign_f32(-3) == -1 && sign_f32(0.5f) == 1 && sign_f32(0) == 0 && isnan(sign_f32(NAN)));
    CHECK(sign_f64(-3) == -1 && sign_f64(0.5) == 1 && sign_f64(0) == 0 && isnan(sign_f64((double)NAN)));
    CHECK(sign_mod_f32(-5, 3) == 1 && sign_mod_f32(5, -3) == -1 && sign_mod_f32(6, 3) == 0 &&
          isnan(sign_mod_f32(1, 0)) && signbit(sign_mod_f32(6, -3)) && !signbit(sign_mod_f32(-6, 3)));
    CHECK(sign_mod_f64(-5, 3) == 1 && sign_mod_f64(5, -3) == -1 && sign_mod_f64(6, 3) == 0 &&
          isnan(sign_mod_f64(1, 0)) && signbit(sign_mod_f64(6, -3)) && !signbit(sign_mod_f64(-6, 3)));
    CHECK(sq_f32(-3) == 9 && sq_f64(-3) == 9);
}

static const int64_t extremes[] = {0,  1,  -1, 2,         -2,        3,         7,         -7,
                                   62, 63, 64, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, INT64_MIN + 1};
enum { EXTREMES = sizeof extremes / sizeof *extremes };

static int64_t power(int64_t a, int64_t b) {
    uint64_t r = 1;
    if (b < 0) return a == 1 ? 1 : a == -1 ? (b & 1 ? -1 : 1) : 0;
    if (b > 64) { /* by squaring, as 128 steps would not do */
        uint64_t half = (uint64_t)power(a, b / 2);
        return (int64_t)(half * half * (b & 1 ? (uint64_t)a : 1));
    }
    for (; b > 0; b--) r *= (uint64_t)a;
    return (int64_t)r;
}

static void test_pair(int64_t a, int64_t b) {
    uint64_t u = (uint64_t)a, v = (uint64_t)b;
    bool wraps = a == INT64_MIN && b == -1;
    CHECK(div_i64(a, b) == (b == 0 ? 0 : wraps ? a : a / b));
    CHECK(div_u64(u, v) == (v == 0 ? 0 : u / v));
    CHECK(trunc_mod_i64(a, b) == (b == 0 || b == -1 ? 0 : a % b));
    CHECK(trunc_mod_u64(u, v) == (v == 0 ? 0 : u % v));
    CHECK(sign_mod_u64(u, v) == (v == 0 ? 0 : u % v));
    int64_t m = b == 0 || b == -1 ? 0 : a % b;
    CHECK(sign_mod_i64(a, b) == (m != 0 && (m < 0) != (b < 0) ? m + b : m));
    CHECK(pow_i64(a, b) == power(a, b));
    CHECK(max_i64(a, b) == (a < b ? b : a) && min_i64(a, b) == (a < b ? a : b));
    CHECK(max_u64(u, v) == (u < v ? v : u) && min_u64(u, v) == (u < v ? u : v));
    CHECK(index64_max(a, b) == max_i64(a, b) && index64_min(a, b) == min_i64(a, b));
    for (int width = 8; width <= 64; width *= 2) {
        bool inside = b >= 0 && b < width;
        CHECK(shift_left_i64(a, b, width) == (inside ? (int64_t)(u << b) : 0));
        CHECK(shift_right_i64(a, b, width) == (inside ? floor_div(a, 1) >> b : a < 0 ? -1 : 0));
        CHECK(shift_left_u64(u, v, width) == (v < (uint64_t)width ? u << v : 0));
        CHECK(shift_right_u64(u, v, width) == (v < (uint64_t)width ? u >> v : 0));
    }
    if (b <= 0) return;
    CHECK(index64_div(a, b) == floor_div(a, b) && index64_mod(a, b) == floor_mod(a, b));
    if (a != (int)a || b != (int)b) return;
    CHECK(index_div((int)a, (int)b) == floor_div(a, b) && index_mod((int)a, (int)b) == floor_mod(a, b));
    CHECK(index_max((int)a, (int)b) == max_i64(a, b) && index_min((int)a, (int)b) == min_i64(a, b));
}

static void test_integers(void) {
    for (int i = 0; i < EXTREMES; i++) {
        int64_t a = extremes[i];
        for (int k = 0; k < EXTREMES; k++) test_pair(a, extremes[k]);
        CHECK(abs_i64(a) == (a == INT64_MIN ? a : a < 0 ? -a : a) && abs_u64((uint64_t)a) == (uint64_t)a);
        CHECK(sign_i64(a) == (a > 0) - (a < 0) && sign_u64((uint64_t)a) == (a != 0));
        CHECK((uint64_t)sq_i64(a) == (uint64_t)a * (uint64_t)a && sq_u64((uint64_t)a) == (uint64_t)a * (uint64_t)a);
        CHECK(index64_of(a) == a && (llabs((long long)index_of(a)) <= 1 << 30) &&
              (a != (a % (1 << 30)) || index_of(a) == a));
    }
    CHECK(pow_u64(3, 4) == 81 && pow_u64(2, 64) == 0 && pow_u64(UINT64_MAX, 2) == 1 && pow_u64(0, 0) == 1);
}

/* Known answers of the generator's authors. */
static void test_philox(void) {
    CHECK(philox_u64(0, 0) == UINT64_C(0x6cd10df2ff1dae59));
    CHECK(philox_u64(UINT64_MAX, UINT64_MAX) == UINT64_C(0xab4fd7ad2c3f628b));
    CHECK(philox_u64(UINT64_C(0x85a308d3243f6a88), 0x13198a2e) == UINT64_C(0xf62a4c12dd7ce038));
}

/* ---- each alone, with every warning ---- */

#define WARN " -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror -Wno-unused-function"

/* The snippet and those that it needs. */
static void add_snippet_of(const Target *t, EmitUses *u, const char *name, Arena *a, Str *out) {
    uint32_t before = u->snippet.n;
    emit_need(u, t, a, name);
    for (uint32_t i = before; i < u->snippet.n; i++) str_addf(out, "%s\n", skeleton(skeleton_of(a, t, u->snippet.at[i])));
}

static void add_snippet(EmitUses *u, const char *name, Arena *a, Str *out) { add_snippet_of(NULL, u, name, a, out); }

/* A target's, for its compiler. */
static bool is_own(const char *name) {
    int n;
    const Target *const *list = target_list(&n);
    for (int i = 0; i < n; i++) {
        const char *prefix;
        for (int k = 0; (prefix = target_prefix(list[i], k)); k++)
            if (!strncmp(name, prefix, strlen(prefix)) && name[strlen(prefix)] == '_') return true;
    }
    return false;
}

static bool run(Arena *a, Diag *d, const char *folder, const char *command, Command *c) {
    Bytes log = {0};
    int status = -1;
    if (CHECK(command_run(c, d, folder, "log", &status) && status == 0)) return true;
    diag_print(d, stderr);
    if (io_map(a, d, path_join(a, folder, "log"), &log))
        fprintf(stderr, "%s: %.*s\n", command, (int)(log.n < 4000 ? log.n : 4000), (const char *)log.data);
    return false;
}

static void compile_all(Arena *a, Diag *d, const char *folder, const char *cc, const char *flags) {
    Command c = command_new(a);
    command_add_words(&c, arena_printf(a, "%s %s" WARN " -fsyntax-only", cc, flags));
    int count = 0;
    for (int i = 0; skeletons[i].name; i++) {
        const char *name = skeletons[i].name;
        bool vector = !strncmp(name, "f32x", 4);
        if (!strncmp(name, "f16x", 4) || !strncmp(name, "fp16_", 5)) continue; /* halves.c */
        if (!strncmp(name, "libm_", 5) || is_own(name)) continue; /* libm_test.c; emulated.py */
        if (strcmp(name + strlen(name) - 2, ".h") || vector != (strstr(flags, "gnu") != NULL)) continue;
#ifndef __x86_64__
        if (!strncmp(name, "x86_", 4)) continue;
#endif
        const char *file = arena_printf(a, "s%d.c", count++);
        EmitUses uses = {0};
        Str text = str_new(a);
        str_add(&text, "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n");
        add_snippet(&uses, name, a, &text);
        str_add(&text, "int main(void) { return 0; }\n");
        CHECK(io_write_file(a, d, path_join(a, folder, file), text.at, text.n));
        command_add(&c, file);
    }
    CHECK(count > 0);
    run(a, d, folder, cc, &c);
}

/* ---- vectors: test/unit/vectors.c for each width, as the targets compile it ---- */

/* The name without a prefix of the target's, which may be NULL. */
static const char *without_prefix(const Target *t, const char *name) {
    const char *prefix;
    for (int k = 0; t && (prefix = target_prefix(t, k)); k++)
        if (!strncmp(name, prefix, strlen(prefix)) && name[strlen(prefix)] == '_') return name + strlen(prefix) + 1;
    return name;
}

/* own: the target whose own snippets are meant, or NULL; emulator: the command before the program, or "" */
static void vectors(Arena *a, Diag *d, const char *folder, const Target *own, const char *cc, int lanes, const char *flags, const char *emulator) {
    char here[4096];
    const char *type = arena_printf(a, "f32x%d", lanes);
    if (!CHECK(getcwd(here, sizeof here))) return;
    EmitUses uses = {0};
    Str text = str_new(a);
    str_add(&text, "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n");
    for (int i = 0; skeletons[i].name; i++) {
        const char *name = without_prefix(own, skeletons[i].name);
        size_t n = strlen(type);
        if (!strncmp(name, type, n) && (name[n] == '_' || name[n] == '.')) add_snippet_of(own, &uses, name, a, &text);
    }
    CHECK(io_write_file(a, d, path_join(a, folder, "snippets.h"), text.at, text.n));
    Command c = command_new(a), p = command_new(a);
    command_add_words(&c, arena_printf(a, "%s %s" WARN " -Wno-psabi -DT=%s -DI=i32x%d -I. -o vectors", cc, flags, type, lanes));
    command_add(&c, arena_printf(a, "%s/test/unit/vectors.c", here));
    command_add(&c, "-lm");
    command_add_words(&p, emulator);
    command_add(&p, "./vectors");
    const char *what = arena_printf(a, "%s, %s %s", type, cc, flags);
    if (run(a, d, folder, what, &c)) run(a, d, folder, what, &p);
}

/* test/unit/halves.c, as a target that computes with halves compiles it */
static void half_vectors(Arena *a, Diag *d, const char *folder) {
    static const char *const names[] = {"f16x8.h", "fp16_f16_to_f32.h", "fp16_f16_from_f32.h"};
    const Target *t = target_find("arm64+fp16");
    char here[4096];
    if (!t->run || !program_installed(t->cc) || !CHECK(getcwd(here, sizeof here))) return;
    Str text = str_new(a);
    str_add(&text, "#include <math.h>\n#include <stdint.h>\n#include <string.h>\n");
    for (int i = 0; i < 3; i++) str_addf(&text, "%s\n", skeleton(names[i]));
    CHECK(io_write_file(a, d, path_join(a, folder, "snippets.h"), text.at, text.n));
    Command c = command_new(a), p = command_new(a);
    command_add_words(&c, arena_printf(a, "%s %s" WARN " -I. -o halves", t->cc, t->cflags));
    command_add(&c, arena_printf(a, "%s/test/unit/halves.c", here));
    command_add(&c, "-lm");
    command_add_words(&p, t->run);
    command_add(&p, "./halves");
    if (run(a, d, folder, "halves", &c)) run(a, d, folder, "halves", &p);
}

static void test_vectors(Arena *a, Diag *d, const char *folder, const char *const *cc) {
    static const char *const names[] = {"gnu", "x86-64-v2", "x86-64-v3", "x86-64-v4", "x86-64-v4+vnni"};
    for (int i = 0; i < 5; i++) {
        const Target *t = target_find(names[i]);
        for (int k = 0; k < 2; k++)
            if (cc[k] && t->run && !*t->run) vectors(a, d, folder, t, cc[k], target_lanes(t, DT_f32), t->cflags, "");
    }
    static const char *const others[] = {"arm64", "arm64+dot", "arm64+i8mm", "arm64+fp16"};
    for (int i = 0; i < 4; i++) {
        const Target *t = target_find(others[i]);
        if (t->run && *t->run && program_installed(t->cc)) vectors(a, d, folder, t, t->cc, target_lanes(t, DT_f32), t->cflags, t->run);
    }
    for (int lanes = 4; lanes <= 16 && cc[0]; lanes *= 2)
        vectors(a, d, folder, NULL, cc[0], lanes, "-std=gnu11 -O1 -fsanitize=address,undefined -fno-sanitize-recover=all", "");
}

/* Rows of bytes, as processors without the instructions compute them. */
static void test_rows(void) {
    const int8_t x[6] = {1, -2, 3, 4, -128, 127}, w[6] = {-127, 5, 7, 127, -3, 2};
    const uint8_t u[6] = {1, 2, 3, 4, 255, 0};
    const int32_t start[2] = {100, -7};
    const float scale[5] = {0.5f, 0.5f, 1e6f, 1.0f, -1.0f};
    const int32_t sums[5] = {5, 7, -3, -300, 3};
    int32_t sum[2];
    uint8_t y[5];
    char to[4];
    dot_rows(sum, start, x, w, 3, 2);
    CHECK(sum[0] == 100 - 127 - 10 + 21 && sum[1] == -7 + 127 + 6 + 6);
    dot_window_i8(sum, start, x, 4, 2, w, 2, 1, 1, 2, 2, 3); /* one row of two columns, two channels */
    CHECK(sum[0] == 100 + -2 * -127 + 0 * 5 && sum[1] == -7 + -5 * 5 + 1 * 7);
    dot_window_u8(sum, start, u, 4, 2, w, 2, 1, 2, 1, 2, 0); /* two rows of one */
    CHECK(sum[0] == 100 + 1 * -127 + 255 * 7 && sum[1] == -7 + 2 * 5 + 0 * 127);
    dot_window_u8(sum, start, u, 4, 2, w, 2, 1, 0, 3, 2, 0); /* none at all */
    CHECK(sum[0] == 100 && sum[1] == -7);
    scale_row(y, sums, scale, 5, -1, -128, 127);
    CHECK((int8_t)y[0] == 1 && (int8_t)y[1] == 3 && (int8_t)y[2] == -128 && (int8_t)y[3] == -128 && (int8_t)y[4] == -4);
    scale_row(y, sums, scale, 5, 0, 0, 255);
    CHECK(y[0] == 2 && y[1] == 4 && y[2] == 0 && y[4] == 0);
    copy_within(to, "abcd", 1, 3, 4, 'x');
    CHECK(!memcmp(to, "xbcx", 4));
    copy_within(to, "abcd", -1, 4, 4, 'x');
    CHECK(!memcmp(to, "abcd", 4));
    copy_within(to, "abcd", 6, 9, 4, 'x');
    CHECK(!memcmp(to, "xxxx", 4));
    copy_within(to, "abcd", -5, -1, 4, 'x');
    CHECK(!memcmp(to, "xxxx", 4));
}

int main(void) {
    Arena *a = arena_new("snippets");
    Diag *d = diag_new(a);
    test_halves();
    test_small();
    test_bits();
    test_floats();
    test_integers();
    test_philox();
    test_rows();
    const char *cc[] = {"gcc", "clang"}, *folder = temp_folder(a, d, NULL);
    CHECK(folder != NULL);
    for (int i = 0; folder && i < 2; i++) {
        if (!program_find(a, cc[i])) cc[i] = NULL;
        if (!cc[i]) continue;
        compile_all(a, d, folder, cc[i], "-std=c99");
        compile_all(a, d, folder, cc[i], "-std=gnu11 -Wno-psabi");
    }
    if (folder) test_vectors(a, d, folder, cc);
    if (folder) half_vectors(a, d, folder);
    printf("%d passed, %d failed\n", passed, failed);
    arena_free(a);
    return failed != 0;
}
