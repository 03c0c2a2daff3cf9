/* Kernels that take turns row by row, so that what is between them is a ring of a few rows: an inverted residual, a residual
 * block. Each kernel runs over its outermost loop in parts; nothing is computed twice. */
#ifndef TENON_PLAN_ROWS_H
#define TENON_PLAN_ROWS_H
#include "nest/lower.h"
#include "plan/storage.h"

typedef struct {
    uint32_t job;
    int64_t count;       /* iterations of its outermost loop */
    int64_t first, step; /* in turn k it runs up to first + step * k of them, at most count; before the first turn to first - step */
} RowsMember;

typedef struct {
    ValueId root;
    int64_t bytes; /* of the ring, whole rows of all who use it; those of the value where all of it is kept */
} RowsRing;

typedef struct {
    uint32_t at, n; /* positions [at, at + n) of the order */
    int64_t turns;
    RowsMember *member; /* n of them */
    Vec(RowsRing) ring;
    Overlaps pair;      /* results that may lie over what has been read of operands by then; job: none */
} Rows;

/* Positions [at, at + n) of the order as one group; lower and upper are storage_live's, whose homes no job of the group has
 * changed. False where they do not take turns: a kernel's iterations write no blocks one behind the other, or a later one
 * needs all of an earlier one's result. */
bool rows_try(const Storage *s, Arena *a, const Job *job, const uint32_t *order, uint32_t at, uint32_t n, const int32_t *lower, const int32_t *upper, Rows *out);
/* The rings of the group in the nest of one of its jobs: rows of a buffer are taken modulo those that there are. */
void rows_ring(Nest *nest, const Storage *s, const Rows *g);
/* Is the outermost loop of t, which is made of n, the first one of n's only stage? Then it reads and writes in n's order. */
bool rows_in_order(const Nest *n, const LoopTree *t);
/* Has that loop go from its last iteration to the first one. */
void rows_go_down(LoopTree *t);
/* The loop of `count` iterations that is all of the tree but what it begins with, from one variable to another: var[0] and
 * var[1], which nobody declares. False: there is no such loop. */
bool rows_cut(Arena *a, LoopTree *t, int64_t count, uint32_t var[2]);
#endif
