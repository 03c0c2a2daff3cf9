/* The vector functions of generated code against the C library's on doubles: what snippet_test compiles for each target
 * that the machine runs, with T the vector type, I that of integers, and snippets.h all that is written for it. Numbers
 * from the whole range and the neighbours of special ones; prints and returns what is wrong.
 *     vectors [STEP]      every STEP-th float; prints the largest errors */
#include "snippets.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define V(name) JOIN(T, _##name)
enum { N = sizeof(T) / sizeof(float) };

static int wrong;

static float float_of(uint32_t bits) {
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static uint32_t bits_of(float f) {
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

static int same(float a, float b) {
    return bits_of(a) == bits_of(b) || (isnan(a) && isnan(b));
}

/* How far apart in units of the last place of the float nearest to want; where that is 0, infinite or none, they must
 * be the same, except beside the limit. */
static double distance(float got, double want) {
    const float nearest = (float)want;
    if (same(got, nearest))
        return isfinite(nearest)
                   ? fabs((double)got - want) / ldexp(1, ilogb(want != 0 ? fmax(fabs(want), 0x1p-126) : 1) - 23)
                   : 0;
    if (isinf(nearest))
        return fabs(want) < 0x1.000001p128 && got == copysignf(0x1.fffffep127f, nearest) ? 0.5 : HUGE_VAL;
    if (isnan(nearest) || !isfinite(got) || !signbit(got) != !signbit(nearest)) return HUGE_VAL;
    return fabs((double)got - want) / ldexp(1, ilogb(fmax(fabs(want), 0x1p-126)) - 23);
}

static double sign_of(double a) {
    return a > 0 ? 1 : a < 0 ? -1 : a;
}
static double square(double a) {
    return a * a;
}

typedef struct {
    const char *name;
    T (*is)(T);
    double (*want)(double);
    double most; /* units in the last place */
    double seen;
    float at;
} Function;

static Function functions[] = {
    {"abs", V(abs), fabs, 0, 0, 0},        {"sign", V(sign), sign_of, 0, 0, 0}, {"floor", V(floor), floor, 0, 0, 0},
    {"ceil", V(ceil), ceil, 0, 0, 0},      {"rint", V(rint), rint, 0, 0, 0},    {"trunc", V(trunc), trunc, 0, 0, 0},
    {"sqrt", V(sqrt), sqrt, 0.5, 0, 0},    {"sq", V(sq), square, 0.5, 0, 0},    {"exp", V(exp), exp, 1.01, 0, 0},
    {"expm1", V(expm1), expm1, 1.5, 0, 0}, {"log", V(log), log, 1, 0, 0},       {"log1p", V(log1p), log1p, 2, 0, 0},
    {"tanh", V(tanh), tanh, 2, 0, 0},      {"erf", V(erf), erf, 1.5, 0, 0},
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static void try_all(const float *x) {
    float y[N];
    for (int f = 0; f < FUNCTIONS; f++) {
        V(store)(y, functions[f].is(V(load)(x)));
        for (int i = 0; i < N; i++) {
            const double d = distance(y[i], functions[f].want((double)x[i]));
            if (d > functions[f].seen) functions[f].seen = d, functions[f].at = x[i];
        }
    }
}

static void try_from(uint32_t first, uint32_t step, uint64_t count) {
    float x[N];
    for (uint64_t k = 0; k < count; k += N) {
        for (uint32_t i = 0; i < N; i++) x[i] = float_of((uint32_t)(first + (k + i) * step));
        try_all(x);
    }
}

static void expect(const char *what, float got, float want) {
    if (same(got, want)) return;
    wrong++;
    printf("%s: %a, want %a\n", what, (double)got, (double)want);
}

static void pairs(void) {
    static const float some[] = {0, -0.0f, 1, -2, 5, NAN, INFINITY, -INFINITY};
    float y[N];
    for (int i = 0; i < 8; i++)
        for (int k = 0; k < 8; k++) {
            const float a = some[i], b = some[k];
            V(store)(y, V(max)(V(set)(a), V(set)(b)));
            expect("max", y[N - 1] + 0.0f, (b > a || isnan(b) ? b : a) + 0.0f); /* zeros may have either sign */
            V(store)(y, V(min)(V(set)(a), V(set)(b)));
            expect("min", y[0] + 0.0f, (b < a || isnan(b) ? b : a) + 0.0f);
            V(store)(y, V(copysign)(V(set)(a), V(set)(b)));
            if (!isnan(a) && !isnan(b)) expect("copysign", y[1], copysignf(a, b));
        }
}

static uint32_t any(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 32);
}

/* Pairs of special numbers, of any, and of those whose powers are finite, most of them large or small. */
static void powers(int count) {
    static const float some[] = {0,           -0.0f,      1,           -1,          2,         -2,       3,
                                 -3,          0.5f,       -0.5f,       INFINITY,    -INFINITY, NAN,      0x1p-149f,
                                 0x1p-126f,   -0x1p-149f, 3e38f,       -3e38f,      8388607,   -8388608, 8388609,
                                 -8388609,    16777215,   16777216,    16777218,    -150,      -149,     128,
                                 0.99999994f, 1.0000001f, -1.0000001f, -4194303.5f, 8388607.5f};
    const int n = (int)(sizeof some / sizeof *some);
    double most = 0;
    float x[N], y[N], z[N];
    for (int k = 0; k < n * n + count; k++) {
        for (int i = 0; i < N; i++) {
            x[i] = k < n * n ? some[k % n] : float_of(any());
            y[i] = k < n * n ? some[k / n] : float_of(any());
            if (k < n * n || k % 2) continue;
            x[i] = float_of(((k % 4 ? any() % 200 + 27 : any() % 2 + 126) << 23) + any() % 0x800000);
            y[i] = (float)(((double)any() * 0x1p-32 * 280 - 151) / (x[i] == 1 ? 1 : log2((double)x[i])));
        }
        V(store)(z, V(pow)(V(load)(x), V(load)(y)));
        for (int i = 0; i < N; i++) {
            const double d = distance(z[i], pow((double)x[i], (double)y[i]));
            if (d > most) most = d;
            if (d > 2) wrong++, printf("pow(%a, %a) = %a\n", (double)x[i], (double)y[i], (double)z[i]);
        }
    }
    if (count > 1000000) printf("pow    %.3f\n", most);
}

static void memory(void) {
    float x[3 * N + 1], y[N + 1];
    for (int i = 0; i < 3 * N + 1; i++) x[i] = (float)(i * i % 11) - 5;
    V(store)(y + 1, V(load)(x + 1));
    for (int i = 1; i < N + 1; i++) expect("load, store", y[i], x[i]);
    double sum = 0, prod = 1;
    float most = x[0], least = x[0];
    for (int i = 0; i < N; i++) {
        sum += x[i];
        prod *= x[i];
        most = x[i] > most ? x[i] : most;
        least = x[i] < least ? x[i] : least;
    }
    expect("fold_sum", V(fold_sum)(V(load)(x)), (float)sum);
    expect("fold_prod", V(fold_prod)(V(load)(x)), (float)prod);
    expect("fold_max", V(fold_max)(V(load)(x)), most);
    expect("fold_min", V(fold_min)(V(load)(x)), least);
    for (int i = 0; i < N; i++) {
        memcpy(y, x, sizeof(T));
        y[i] = NAN;
        expect("fold_max", V(fold_max)(V(load)(y)), NAN);
        expect("fold_min", V(fold_min)(V(load)(y)), NAN);
    }
    T square[N];
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) square[i][k] = (float)(100 * i + k);
    V(transpose)(square);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) expect("transpose", square[i][k], (float)(100 * k + i));
    V(store)(y, V(gather)(x, 3));
    for (int i = 0; i < N; i++) expect("gather", y[i], x[3 * i]);
    V(store)(y, V(select)(V(load)(x) < V(set)(1), V(load)(x + 1), V(set)(7)));
    for (int i = 0; i < N; i++) expect("select", y[i], x[i] < 1 ? x[i + 1] : 7);
}

/* Bytes as floats and back, and sums of their products; the extreme ones first. */
static void bytes(void) {
    uint8_t x[N + 4];
    int8_t w[4 * N], v[4];
    int32_t sums[N];
    float y[N];
    for (int k = 0; k < 200; k++) {
        for (int i = 0; i < N + 4; i++) x[i] = k < 2 ? 255 : (uint8_t)any();
        for (int i = 0; i < 4; i++) v[i] = (int8_t)(k < 2 ? -128 : (int)(any() % 256) - 128);
        for (int i = 0; i < 4 * N; i++) w[i] = (int8_t)(k == 0 ? -128 : k == 1 ? 127 : (int)(any() % 256) - 128);
        for (int i = 0; i < N; i++) sums[i] = (int32_t)(any() / 8);
        const I got = V(dot)(V(load_i32)(sums), x, w), less = V(dot_i8)(V(load_i32)(sums), v, w);
        for (int i = 0; i < N; i++) {
            int32_t want = sums[i], want_less = sums[i];
            for (int j = 0; j < 4; j++) want += x[j] * w[4 * i + j], want_less += v[j] * w[4 * i + j];
            if (got[i] != want) wrong++, printf("dot: %ld, want %ld\n", (long)got[i], (long)want);
            if (less[i] != want_less) wrong++, printf("dot_i8: %ld, want %ld\n", (long)less[i], (long)want_less);
        }
#if N == 4
        const int rows = 1 + k % 3, four = k % 2 ? 4 : 8, pixel = k % 4 < 2 ? 4 : 12; /* neighbours, or pixels, lie side by side, or neither */
        uint8_t pixels[24];
        for (int i = 0; i < 24; i++) pixels[i] = k < 2 ? 255 : (uint8_t)any();
        I two[2] = {V(mmla)(V(load_i32)(sums), pixels, pixel, four, rows, w), V(mmla)(V(load_i32)(sums), pixels, pixel, four, rows, w)};
        for (int i = 0; i < 4; i++) {
            int32_t want = sums[i];
            for (int j = 0; j < 8 && (rows >> i / 2 & 1); j++) want += pixels[i / 2 * pixel + j / 4 * four + j % 4] * w[i % 2 * 8 + j];
            if (two[0][i] != want) wrong++, printf("mmla: %ld, want %ld\n", (long)two[0][i], (long)want);
        }
        const I was = two[0];
        const I of = V(dot_i8_of)(V(load_i32)(sums), w, k % 4, w), from = V(dot_i8)(V(load_i32)(sums), w + 4 * (k % 4), w);
        for (int i = 0; i < 4; i++)
            if (of[i] != from[i]) wrong++, printf("dot_i8_of: %ld, want %ld\n", (long)of[i], (long)from[i]);
        V(mmla_rows)(two);
        for (int i = 0; i < 2; i++)
            if (two[i][0] != two[i][2] || two[i][1] != two[i][3] || two[i][0] != was[2 * i] || two[i][1] != was[2 * i + 1]) wrong++, printf("mmla_rows\n");
#endif
        const I twos = V(dot_twos)(V(load_i32)(sums), x, w);
        for (int i = 0; i < N; i++)
            if (twos[i] != got[i]) wrong++, printf("dot_twos: %ld, want %ld\n", (long)twos[i], (long)got[i]);
        for (int i = 0; i < 4 * N; i++) /* a weight of -128 or of 127 and 1 beside a 0 or one of the other sign */
            if (k < 2) w[i] = (int8_t)(i % 2 ? k : w[i]);
            else if (w[i & ~1] < 0 ? w[i | 1] < -128 - w[i & ~1] : w[i | 1] > 128 - w[i & ~1]) w[i] = 64;
        const I narrow = V(dot_narrow)(V(load_i32)(sums), x, w);
        for (int i = 0; i < N; i++) {
            int32_t want = sums[i];
            for (int j = 0; j < 4; j++) want += x[j] * w[4 * i + j];
            if (narrow[i] != want) wrong++, printf("dot_narrow: %ld, want %ld\n", (long)narrow[i], (long)want);
        }
        V(store)(y, V(from_i32)(V(load_i32)(sums) + V(set_i32)(k)));
        for (int i = 0; i < N; i++) expect("from_i32", y[i], (float)(sums[i] + k));
        V(store)(y, V(load_u8)(x + 1));
        for (int i = 0; i < N; i++) expect("load_u8", y[i], (float)x[i + 1]);
        V(store_u8)(x, V(load)(y));
        for (int i = 0; i < N; i++) expect("store_u8", (float)x[i], y[i]);
        uint16_t h[N];
        static const float half[] = {0, -0.0f, 1, -2.5f, 0x1p-24f, -0x1.8p-23f, 0x1p-14f, 65504, -INFINITY, INFINITY, 0x1.ff8p-15f};
        static const uint16_t code[] = {0, 0x8000, 0x3c00, 0xc100, 1, 0x8003, 0x400, 0x7bff, 0xfc00, 0x7c00, 0x3ff};
        for (int i = 0; i < N; i++) h[i] = code[(k + i) % 11];
        V(store)(y, V(load_f16)(h));
        for (int i = 0; i < N; i++) expect("load_f16", y[i], half[(k + i) % 11]);
        V(store)(y, V(gather_f16)(h, 0));
        for (int i = 0; i < N; i++) expect("gather_f16", y[i], half[k % 11]);
        /* ties, what is just below infinity, what is just above half of the least */
        static const float between[] = {0x1.002p0f, 0x1.006p0f, 65519, 65520, -0x1p-25f, 0x1.8p-25f, -2.5f, INFINITY};
        static const uint16_t rounded[] = {0x3c00, 0x3c02, 0x7bff, 0x7c00, 0x8000, 1, 0xc100, 0x7c00};
        for (int i = 0; i < N; i++) y[i] = between[(k + i) % 8];
        V(store_f16)(h, V(load)(y));
        for (int i = 0; i < N; i++) expect("store_f16", (float)h[i], (float)rounded[(k + i) % 8]);
        V(store)(y, V(load_i8)(w + 3));
        for (int i = 0; i < N; i++) expect("load_i8", y[i], (float)w[i + 3]);
        V(store_i8)(w, V(load)(y));
        for (int i = 0; i < N; i++) expect("store_i8", (float)w[i], y[i]);
#if defined(__aarch64__)
        static const float between_bytes[] = {0.5f, 1.5f, -2.5f, 127.5f, -128.5f, 300, -40000, 3e9f, -3e9f, INFINITY, 70.49f};
        for (int i = 0; i < N; i++) y[i] = between_bytes[(k + i) % 11];
        V(store_round_i8)(w, V(load)(y), (int16_t)(k - 50), -100, 127);
        for (int i = 0; i < N; i++) expect("store_round_i8", (float)w[i], fminf(fmaxf(rintf(y[i]) + (float)(k - 50), -100), 127));
        V(store_round_u8)(x, V(load)(y), (int16_t)k, 0, 255);
        for (int i = 0; i < N; i++) expect("store_round_u8", (float)x[i], fminf(fmaxf(rintf(y[i]) + (float)k, 0), 255));
#endif
    }
}

int main(int argc, char **argv) {
    static const float near[] = {
        0,       0x1p-149f, 0x1p-126f, 0x1p-25f, 0x1p-24f, 0x1p-23f, 0.35f,          0.5f,   0.6f,
        0.9276f, 1,         1.5f,      2.5f,     4,        18,       44.36f,         87.34f, 88.72f,
        89,      103.97f,   104,       0x1p22f,  0x1p23f,  0x1p24f,  0x1.fffffep127f};
    const uint32_t step = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 9973;
    pairs();
    memory();
    bytes();
    powers(argc > 1 ? 10000000 / N : 200000 / N);
    for (size_t i = 0; i < sizeof near / sizeof *near; i++)
        for (uint32_t sign = 0; sign <= 1; sign++) try_from((bits_of(near[i]) | sign << 31) - 100, 1, 200);
    try_from(0, step, 0x100000000u / step);
    for (int f = 0; f < FUNCTIONS; f++) {
        const Function *x = &functions[f];
        const int bad = !(x->seen <= x->most);
        wrong += bad;
        if (bad || argc > 1)
            printf("%-6s %.3f at %a (%g), at most %g\n", x->name, x->seen, (double)x->at, (double)x->at, x->most);
    }
    return wrong != 0;
}
