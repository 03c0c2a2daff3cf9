/* Where values live: in the caller's inputs and outputs, in the weights, or in one arena; views and in-place results
 * share memory. */
#ifndef TENON_PLAN_STORAGE_H
#define TENON_PLAN_STORAGE_H
#include "plan/kernel.h"
#include "base/size.h"
#include "plan/pack.h"

/* A kernel call to be: a group of nodes and what it reads and writes. */
typedef struct {
    Vec(NodeId) member;   /* topological */
    bool *only;           /* Concat: operands to copy; NULL: all */
    Nest *nest;
    Vec(ValueId) read, write;
    Vec(uint32_t) before; /* jobs that make what it reads, through views */
    bool control;         /* If, Loop: the nest has no stages */
    int64_t scratch;      /* bytes */
} Job;

typedef struct {
    ValueId parent;  /* value that this one lies inside, NO_VALUE: a root */
    int64_t offset;  /* bytes from the parent's start */
    bool viewed;     /* the node that makes it needs no kernel: it is only a name */
} Home;

typedef struct {
    const Graph *g;
    Home *home;      /* one a value */
    int64_t *extent; /* one a value: bytes of a root with all that lies inside it */
    bool ports;      /* inputs and outputs lie in the arena too */
} Storage;

ValueId storage_root(const Storage *s, ValueId v, int64_t *offset);
/* Decides which view nodes cost nothing, before kernels are made. covered[n]: node n needs no kernel; only[n]: for a
 * Concat that needs a partial one, which operands to copy. plain: Reshape alone. Inputs and outputs are outside the arena
 * until `ports` is set. */
Storage *storage_views(Arena *a, Graph *g, bool plain, bool *covered, bool **only);
int64_t value_bytes(const Graph *g, ValueId v);
/* After the order is known: results that may overwrite an operand that ends there. aliased[job] gets one entry a nest
 * buffer. skip: jobs that are left as they are, or NULL. */
void storage_in_place(Storage *s, Arena *a, const Job *job, const uint32_t *order, uint32_t n, const bool *skip, bool **aliased);

/* Is operand x of a kernel read only where its one stage that writes y is about to write? */
bool storage_overwrites(Nest *n, ValueId x, ValueId y);

/* A result and an operand that ends where it is made, whose memory may overlap (pack.h). */
typedef struct {
    uint32_t job;
    ValueId operand, operand_root, result, result_root; /* roots: of their memory */
    PlanPair pair; /* of the roots, without their numbers */
    int64_t behind; /* where the outermost loop goes down: how far the result's root begins behind the operand's at least */
    bool down;      /* the loop rather goes down: that is no farther, and what an iteration reads lies about where it writes */
} OverlapPair;
typedef Vec(OverlapPair) Overlaps;

/* Which results may overwrite what has been read of an operand by then (overlap.c), after in-place results. */
void storage_overlap(const Storage *s, Arena *a, const Job *job, const uint32_t *order, uint32_t n, const bool *skip, Overlaps *out);

/* Bytes of the memory of job j and its operand k together that one step needs less where the operand ends there: the result
 * takes its place or, where `overlaps`, lies over what has been read of it. */
int64_t storage_saves(const Storage *s, Arena *tmp, const Job *j, uint32_t k, bool overlaps);

/* An order of jobs (topological) with a small largest live set: list scheduling by the change of live bytes, compared
 * with the given order. search: then orders of less are looked for, exactly where that is little work, and results that lie over
 * their operands count; keeps: jobs whose results may lie over what has been read, NULL: none. order: n entries. Returns the
 * largest live set in bytes. */
int64_t storage_order(const Storage *s, Arena *tmp, const Job *job, uint32_t n, bool search, const bool *keeps, uint32_t *order);
/* Live range [lower, upper) of every root in steps of the order; upper 0: never live. Constants have none, nor have inputs
 * and outputs outside the arena; inside it these live from the start, or to n + 1: behind the last step. */
void storage_live(const Storage *s, const Job *job, const uint32_t *order, uint32_t n, int32_t *lower, int32_t *upper);
bool value_in_arena(const Storage *s, ValueId root);
#endif
