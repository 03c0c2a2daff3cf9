/* The lowest bits of v as a signed number. */
static inline int8_t low_bits_i8(uint64_t v, int bits) {
    const int code = (int)(v & ((1u << bits) - 1u)), sign = 1 << (bits - 1);
    return (int8_t)((code ^ sign) - sign);
}
