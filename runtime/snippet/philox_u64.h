/* Philox 2x32-10 (Salmon, Moraes, Dror and Shaw, 2011): 64 bits that look random, a function of the counter and of the
 * lower half of the key alone, so that numbers can be computed in any order. */
static inline uint64_t philox_u64(uint64_t counter, uint64_t key) {
    uint32_t a = (uint32_t)counter, b = (uint32_t)(counter >> 32), k = (uint32_t)key;
    for (int i = 0; i < 10; i++) {
        uint64_t product = (uint64_t)a * 0xd256d193u;
        a = (uint32_t)(product >> 32) ^ k ^ b;
        b = (uint32_t)product;
        k += 0x9e3779b9u;
    }
    return (uint64_t)b << 32 | a;
}
