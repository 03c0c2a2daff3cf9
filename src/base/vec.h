/* Growable arrays in an arena. Vec(int) v = {0}; vec_push(arena, &v, 7); v.at[0]; v.n */
#ifndef TENON_BASE_VEC_H
#define TENON_BASE_VEC_H
#include "base/arena.h"
#include <string.h>

#define Vec(T) \
    struct { \
        T *at; \
        uint32_t n, cap; \
    }

void *vec_grow(Arena *a, void *at, uint32_t *cap, uint32_t need, size_t size);

#define vec_reserve(arena, v, count) \
    ((v)->cap >= (count) ? (void)0 \
                         : (void)((v)->at = vec_grow((arena), (v)->at, &(v)->cap, (uint32_t)(count), sizeof *(v)->at)))
#define vec_push(arena, v, item) (vec_reserve((arena), (v), (v)->n + 1), (v)->at[(v)->n++] = (item))
#define vec_last(v) ((v)->at[(v)->n - 1])
#endif
