/* Sets of characters as ranges, and their bytes in UTF-8. */
#ifndef TENON_IMPORT_ONNX_REGEX_SET_H
#define TENON_IMPORT_ONNX_REGEX_SET_H
#include "base/arena.h"
#include "base/vec.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint32_t lo, hi;
} CharRange;

typedef struct {
    Vec(CharRange) range; /* in any order, they may overlap */
} RegexSet;

/* Sequences of n bytes, each within its bounds. */
typedef struct {
    int n;
    uint8_t lo[4], hi[4];
} Utf8Range;

typedef struct {
    Arena *a;
    uint32_t *fold; /* of each letter, what its cases have in common; made when it is needed */
    bool *marked;
} RegexSets;

void regex_set_add(RegexSets *s, RegexSet *to, uint32_t lo, uint32_t hi);
void regex_set_join(RegexSets *s, RegexSet *to, const RegexSet *from);
void regex_set_negate(RegexSets *s, RegexSet *to);
void regex_set_fold(RegexSets *s, RegexSet *to); /* with each letter its other cases */
int regex_set_bytes(RegexSets *s, RegexSet *set, Utf8Range **out);
#endif
