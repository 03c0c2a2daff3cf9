/* What the machine can do at most, measured by a small program that is built for the target. */
#ifndef TENON_CLI_MACHINE_H
#define TENON_CLI_MACHINE_H
#include "target/target.h"

typedef enum { LEVEL_l2, LEVEL_l3, LEVEL_memory, LEVELS } Level;

typedef struct {
    double flops;          /* a second, f32, in the target's vectors; a multiply-add is two */
    double read[LEVELS];   /* bytes a second; 0: not known */
    int64_t bytes[LEVELS]; /* of the cache */
} Machine;

extern const char *const level_name[LEVELS];
/* `threads` of them together. False with a diagnostic. */
bool machine_measure(Arena *a, Diag *d, const Target *t, int threads, Machine *out);
/* Where so many bytes stay: the first cache that holds them. */
Level machine_level(const Machine *m, int64_t bytes);
/* The least time to read what was just written: as much as fits lies in each cache. */
double machine_seconds(const Machine *m, double bytes);
#endif
