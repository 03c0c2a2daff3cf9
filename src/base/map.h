/* Hash maps in an arena: string -> u32 and u64 -> u32, open addressing. A zeroed Map is empty. */
#ifndef TENON_BASE_MAP_H
#define TENON_BASE_MAP_H
#include "base/arena.h"

#define MAP_NONE UINT32_MAX

typedef struct {
    struct MapSlot *slot;
    uint32_t n, cap;
} Map;

/* The value under `key`, or MAP_NONE. Keys are copied by map_set into `a`. */
uint32_t map_get(const Map *m, const char *key);
void map_set(Arena *a, Map *m, const char *key, uint32_t value);

typedef struct {
    struct IdSlot *slot;
    uint32_t n, cap;
} IdMap;
uint32_t idmap_get(const IdMap *m, uint64_t key);
void idmap_set(Arena *a, IdMap *m, uint64_t key, uint32_t value);

uint64_t hash_bytes(const void *data, size_t n, uint64_t seed); /* 64-bit, the same on every machine */
#endif
