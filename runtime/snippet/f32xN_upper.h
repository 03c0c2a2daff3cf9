/* The upper half of the digits: products of two such numbers are exact. */
static inline f32xN f32xN_upper(f32xN a) { return (f32xN)((u32xN)a & 0xfffff000u); }
