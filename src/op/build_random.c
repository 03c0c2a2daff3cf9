/* Random numbers: by a counter (RandomUniform, RandomNormal), so that every element stands for itself, or one after the
 * other as NumPy makes them (MersenneTwister). */
#include "op/build.h"

static ExprId u32(const NestBuild *b, int64_t v) {
    return x_int(b->nest, DT_u32, v);
}

/* The seed operand as type t. */
static ExprId seed_as(const NestBuild *b, DType t) {
    return x_cast(b->nest, t, bd_scalar(b, bd_in(b, 0)));
}

/* 64 bits for each element: its position is the counter, the seed the key. */
static ExprId random_bits(const NestBuild *b, BufId y, AxisId *axes, ExprId *at) {
    bd_axes(b, y, axes, at);
    ExprId position = bd_flatten(b, bd_buf(b, y)->rank, bd_buf(b, y)->dim, at);
    return x_fn2(b->nest, FN_philox, x_cast(b->nest, DT_u64, position), seed_as(b, DT_u64));
}

/* The upper bits of a 64-bit number as a float in [0, 1); exact for as many bits as the type holds. */
static ExprId fraction(const NestBuild *b, ExprId bits, int count, DType t) {
    Nest *n = b->nest;
    ExprId upper = x_fn2(n, FN_shift_right, bits, x_int(n, DT_u64, 64 - count));
    return x_fn2(n, FN_mul, x_cast(n, t, upper), x_real(n, t, 1.0 / (double)(INT64_C(1) << count)));
}

bool build_RandomUniform(NestBuild *b) {
    const Attr_RandomUniform *r = bd_attr(b);
    BufId y = bd_out(b, 0);
    DType t = bd_compute(bd_buf(b, y)->dtype);
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], u = fraction(b, random_bits(b, y, axes, at), t == DT_f64 ? 53 : 24, t);
    u = x_fn2(b->nest, FN_mul, u, x_real(b->nest, t, r->high - r->low));
    bd_store(b, y, bd_buf(b, y)->rank, axes, x_fn2(b->nest, FN_add, u, x_real(b->nest, t, r->low)));
    return true;
}

/* Box and Muller: a radius from one half of the bits, in (0, 1] before the logarithm, an angle from the other. */
bool build_RandomNormal(NestBuild *b) {
    const Attr_RandomNormal *r = bd_attr(b);
    Nest *n = b->nest;
    BufId y = bd_out(b, 0);
    DType t = bd_compute(bd_buf(b, y)->dtype);
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK], bits = random_bits(b, y, axes, at);
    ExprId half = x_real(n, t, 0x1p-32);
    ExprId high = x_cast(n, t, x_fn2(n, FN_shift_right, bits, x_int(n, DT_u64, 32)));
    ExprId low = x_cast(n, t, x_fn2(n, FN_bitand, bits, x_int(n, DT_u64, UINT32_MAX)));
    ExprId u = x_fn2(n, FN_mul, x_fn2(n, FN_add, high, x_real(n, t, 1)), half);
    ExprId radius = x_fn1(n, FN_sqrt, x_fn2(n, FN_mul, x_fn1(n, FN_log, u), x_real(n, t, -2)));
    ExprId angle = x_fn2(n, FN_mul, x_fn2(n, FN_mul, low, half), x_real(n, t, 6.283185307179586));
    ExprId v = x_fn2(n, FN_mul, radius, x_fn1(n, FN_cos, angle));
    v = x_fn2(n, FN_add, x_fn2(n, FN_mul, v, x_real(n, t, r->scale)), x_real(n, t, r->mean));
    bd_store(b, y, bd_buf(b, y)->rank, axes, v);
    return true;
}

/* ---- MT19937 ---- */
enum { MT_WORDS = 624, MT_MIDDLE = 397 };

static ExprId xor_shifted(const NestBuild *b, ExprId x, Fn direction, int by, int64_t mask) {
    ExprId moved = x_fn2(b->nest, direction, x, u32(b, by));
    if (mask) moved = x_fn2(b->nest, FN_bitand, moved, u32(b, mask));
    return x_fn2(b->nest, FN_bitxor, x, moved);
}

/* words[0..624): the seed, spread by Knuth's linear congruences. */
static void seed_words(const NestBuild *b, BufId words) {
    Nest *n = b->nest;
    AxisId k = nest_axis(n, "k", MT_WORDS, AXIS_serial);
    ExprId at = x_axis(n, k), before = bd_plus(b, at, -1);
    ExprId last = x_load_or(n, words, &before, u32(b, 0));
    ExprId next = x_fn2(n, FN_mul, xor_shifted(b, last, FN_shift_right, 30, 0), u32(b, 1812433253));
    next = x_fn2(n, FN_add, next, x_cast(n, DT_u32, at));
    ExprId first = x_fn2(n, FN_eq, at, x_index(n, 0));
    bd_store_at(b, words, 1, &k, &at, x_select(n, first, seed_as(b, DT_u32), next));
}

/* words[624..): each from three that are 624, 623 and 227 places before it. */
static void twist_words(const NestBuild *b, BufId words, int64_t count) {
    Nest *n = b->nest;
    AxisId k = nest_axis(n, "k", count, AXIS_serial);
    ExprId at = x_axis(n, k), next = bd_plus(b, at, 1), middle = bd_plus(b, at, MT_MIDDLE);
    ExprId to = bd_plus(b, at, MT_WORDS);
    ExprId upper = x_fn2(n, FN_bitand, x_load(n, words, &at), u32(b, 0x80000000));
    ExprId mixed = x_fn2(n, FN_bitor, upper, x_fn2(n, FN_bitand, x_load(n, words, &next), u32(b, 0x7fffffff)));
    ExprId odd = x_fn2(n, FN_mul, x_fn2(n, FN_bitand, mixed, u32(b, 1)), u32(b, 0x9908b0df));
    ExprId v = x_fn2(n, FN_bitxor, x_load(n, words, &middle), x_fn2(n, FN_shift_right, mixed, u32(b, 1)));
    bd_store_at(b, words, 1, &k, &to, x_fn2(n, FN_bitxor, v, odd));
}

/* A double from the upper bits of word `at`. */
static ExprId tempered(const NestBuild *b, BufId words, ExprId at, int drop) {
    ExprId x = x_load(b->nest, words, &at);
    x = xor_shifted(b, x, FN_shift_right, 11, 0);
    x = xor_shifted(b, x, FN_shift_left, 7, 0x9d2c5680);
    x = xor_shifted(b, x, FN_shift_left, 15, 0xefc60000);
    x = xor_shifted(b, x, FN_shift_right, 18, 0);
    return x_cast(b->nest, DT_f64, x_fn2(b->nest, FN_shift_right, x, u32(b, drop)));
}

bool build_MersenneTwister(NestBuild *b) {
    Nest *n = b->nest;
    BufId y = bd_out(b, 0);
    AxisId axes[MAX_RANK];
    ExprId at[MAX_RANK];
    int rank = bd_buf(b, y)->rank;
    int64_t count = 2, words_dim;
    for (int i = 0; i < rank; i++)
        if (!size_mul(count, bd_buf(b, y)->dim[i], &count)) return bd_error(b, "shape", "is too large");
    if (!size_add(count, MT_WORDS, &words_dim)) return bd_error(b, "shape", "is too large");
    BufId words = bd_local(b, "words", DT_u32, 1, &words_dim);
    seed_words(b, words);
    twist_words(b, words, count);
    bd_axes(b, y, axes, at);
    ExprId from = bd_plus(b, bd_times(b, bd_flatten(b, rank, bd_buf(b, y)->dim, at), 2), MT_WORDS);
    ExprId v = x_fn2(n, FN_mul, tempered(b, words, from, 5), x_real(n, DT_f64, 67108864));
    v = x_fn2(n, FN_add, v, tempered(b, words, bd_plus(b, from, 1), 6));
    bd_store(b, y, rank, axes, x_fn2(n, FN_mul, v, x_real(n, DT_f64, 0x1p-53)));
    return true;
}
