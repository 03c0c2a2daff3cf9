/* The lowest bits of v. */
static inline uint8_t low_bits_u8(uint64_t v, int bits) {
    return (uint8_t)(v & ((1u << bits) - 1u));
}
