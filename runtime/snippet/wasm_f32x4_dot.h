#include <wasm_simd128.h>
/* In each lane: four neighbours of x, the same for all, times four of w, added to the sum. One instruction adds the products of
 * two 16-bit numbers in each lane: the even ones and the odd ones of both operands are widened where they lie. */
static inline i32x4 f32x4_dot(i32x4 sum, const uint8_t *x, const int8_t *w) {
    const v128_t points = wasm_v128_load32_splat(x), weights = wasm_v128_load(w);
    const v128_t even = wasm_v128_and(points, wasm_i16x8_const_splat(255)), odd = wasm_u16x8_shr(points, 8);
    sum += (i32x4)wasm_i32x4_dot_i16x8(even, wasm_i16x8_shr(wasm_i16x8_shl(weights, 8), 8));
    return sum + (i32x4)wasm_i32x4_dot_i16x8(odd, wasm_i16x8_shr(weights, 8));
}
