#include "base/map.h"
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

struct MapSlot {
    const char *key; /* NULL: free */
    uint32_t hash, value;
};

struct IdSlot {
    uint64_t key;
    uint32_t used, value;
};

/* SipHash-1-3: model names come from strangers, who must not be able to make them all collide. */
static inline uint64_t rotate(uint64_t x, int by) {
    return x << by | x >> (64 - by);
}

static inline void sip_round(uint64_t v[4]) {
    v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
    v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

static uint64_t load_le(const unsigned char *p, size_t n) {
    uint64_t x = 0;
    for (size_t i = 0; i < n; i++) x |= (uint64_t)p[i] << (8 * i);
    return x;
}

uint64_t hash_bytes(const void *data, size_t n, uint64_t seed) {
    const unsigned char *p = data;
    uint64_t k1 = seed ^ 0x9e3779b97f4a7c15u;
    uint64_t v[4] = {seed ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, seed ^ 0x6c7967656e657261u,
                     k1 ^ 0x7465646279746573u};
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t m = load_le(p + i, 8);
        v[3] ^= m;
        sip_round(v);
        v[0] ^= m;
    }
    uint64_t last = (uint64_t)n << 56 | (n > i ? load_le(p + i, n - i) : 0);
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for (int r = 0; r < 3; r++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Differs between processes; nothing that the compiler writes depends on it, as maps are never walked. */
static uint64_t map_seed(void) {
    static uint64_t seed;
    if (seed) return seed;
    uint64_t r = 0;
    if (getrandom(&r, sizeof r, GRND_NONBLOCK) != (ssize_t)sizeof r)
        r = (uint64_t)(uintptr_t)&seed ^ (uint64_t)getpid() << 32;
    return seed = r | 1;
}

static uint32_t string_hash(const char *key) {
    return (uint32_t)hash_bytes(key, strlen(key), map_seed());
}

static uint32_t id_hash(uint64_t x) {
    x ^= map_seed();
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(x ^ x >> 31);
}

/* Room for one more below 3/4 full; 0 when the table is large enough. */
static uint32_t larger(uint32_t n, uint32_t cap) {
    if ((uint64_t)(n + 1) * 4 <= (uint64_t)cap * 3) return 0;
    if (cap > UINT32_MAX / 2) mem_out(SIZE_MAX);
    return cap ? cap * 2 : 8;
}

static struct MapSlot *map_find(struct MapSlot *slot, uint32_t cap, const char *key, uint32_t hash) {
    for (uint32_t i = hash & (cap - 1);; i = (i + 1) & (cap - 1))
        if (!slot[i].key || (slot[i].hash == hash && strcmp(slot[i].key, key) == 0)) return &slot[i];
}

uint32_t map_get(const Map *m, const char *key) {
    if (!m->cap) return MAP_NONE;
    const struct MapSlot *s = map_find(m->slot, m->cap, key, string_hash(key));
    return s->key ? s->value : MAP_NONE;
}

void map_set(Arena *a, Map *m, const char *key, uint32_t value) {
    uint32_t cap = larger(m->n, m->cap);
    if (cap) {
        struct MapSlot *slot = arena_array_of(a, cap, struct MapSlot);
        for (uint32_t i = 0; i < m->cap; i++) {
            if (!m->slot[i].key) continue;
            uint32_t to = m->slot[i].hash & (cap - 1);
            while (slot[to].key) to = (to + 1) & (cap - 1);
            slot[to] = m->slot[i];
        }
        m->slot = slot;
        m->cap = cap;
    }
    uint32_t hash = string_hash(key);
    struct MapSlot *s = map_find(m->slot, m->cap, key, hash);
    if (!s->key) {
        s->key = arena_strdup(a, key);
        s->hash = hash;
        m->n++;
    }
    s->value = value;
}

static struct IdSlot *idmap_find(struct IdSlot *slot, uint32_t cap, uint64_t key) {
    for (uint32_t i = id_hash(key) & (cap - 1);; i = (i + 1) & (cap - 1))
        if (!slot[i].used || slot[i].key == key) return &slot[i];
}

uint32_t idmap_get(const IdMap *m, uint64_t key) {
    if (!m->cap) return MAP_NONE;
    const struct IdSlot *s = idmap_find(m->slot, m->cap, key);
    return s->used ? s->value : MAP_NONE;
}

void idmap_set(Arena *a, IdMap *m, uint64_t key, uint32_t value) {
    uint32_t cap = larger(m->n, m->cap);
    if (cap) {
        struct IdSlot *slot = arena_array_of(a, cap, struct IdSlot);
        for (uint32_t i = 0; i < m->cap; i++)
            if (m->slot[i].used) *idmap_find(slot, cap, m->slot[i].key) = m->slot[i];
        m->slot = slot;
        m->cap = cap;
    }
    struct IdSlot *s = idmap_find(m->slot, m->cap, key);
    if (!s->used) {
        s->used = 1;
        s->key = key;
        m->n++;
    }
    s->value = value;
}
