/* The one checked-arithmetic type for dims, sizes and offsets: every product or sum of numbers that a file names goes
 * through here. Each returns false on overflow and leaves *out alone. */
#ifndef TENON_BASE_SIZE_H
#define TENON_BASE_SIZE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool size_add(int64_t a, int64_t b, int64_t *out) {
    int64_t r;
    if (__builtin_add_overflow(a, b, &r)) return false;
    *out = r;
    return true;
}
static inline bool size_sub(int64_t a, int64_t b, int64_t *out) {
    int64_t r;
    if (__builtin_sub_overflow(a, b, &r)) return false;
    *out = r;
    return true;
}
static inline bool size_mul(int64_t a, int64_t b, int64_t *out) {
    int64_t r;
    if (__builtin_mul_overflow(a, b, &r)) return false;
    *out = r;
    return true;
}
/* Product of n non-negative numbers; false if one is negative or the product exceeds INT64_MAX. */
static inline bool size_product(const int64_t *dims, int n, int64_t *out) {
    int64_t r = 1;
    for (int i = 0; i < n; i++)
        if (dims[i] < 0 || !size_mul(r, dims[i], &r)) return false;
    *out = r;
    return true;
}
static inline int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
static inline int64_t floor_mod(int64_t a, int64_t b) {
    int64_t r = b == -1 ? 0 : a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
/* The greatest common divisor, not negative. */
static inline int64_t size_gcd(int64_t a, int64_t b) {
    while (b) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a < 0 ? -a : a;
}
static inline int64_t ceil_div(int64_t a, int64_t b) { return -floor_div(-a, b); }
#endif
