#include <wasm_simd128.h>
/* Bytes of numbers (no NaN): rounded to the nearest integer, halves to the even one, plus a number, from lowest to largest. What
 * 3 * 2^22 is added to has the integer in its low bits. */
static inline void f32x4_store_round_T(T_type *p, f32x4 a, int16_t plus, int16_t lowest, int16_t largest) {
    const v128_t least = wasm_f32x4_splat((float)(lowest - plus)), most = wasm_f32x4_splat((float)(largest - plus));
    v128_t v = wasm_f32x4_add(wasm_f32x4_pmin(most, wasm_f32x4_pmax(least, (v128_t)a)), wasm_f32x4_const_splat(12582912.0f));
    if (plus != 0) v = wasm_i32x4_add(v, wasm_i32x4_splat(plus));
    wasm_v128_store32_lane(p, wasm_i8x16_shuffle(v, v, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12), 0);
}
