/* What the ways to order jobs share: whose memory a job touches, and what running it does to the live bytes. */
#ifndef TENON_PLAN_ORDER_INTERNAL_H
#define TENON_PLAN_ORDER_INTERNAL_H
#include "plan/storage.h"

typedef struct {
    const Storage *s;
    const Job *job;
    uint32_t n;
    ValueId **root;     /* per job: distinct arena roots it touches */
    uint32_t *nroot;
    int64_t **saves;    /* per job and root: bytes of the result that lie over that root where the job is the last to touch it */
    uint32_t *touches;  /* per value: jobs that still have to touch the root */
    bool *live;
    uint32_t *missing;  /* per job: jobs that must run before and have not */
    uint32_t *next_at, *next; /* successors */
} Order;

/* Live bytes gained by running job i now, and the peak while it runs. */
int64_t order_gain(const Order *o, uint32_t i, int64_t *during);
/* Runs job i: changes *live, returns the most bytes that live while it runs. */
int64_t order_run(Order *o, uint32_t i, int64_t *live);
/* Back before the first job: the bytes that live there. */
int64_t order_reset(Order *o);
/* The order of least peak below `peak`, the peak of a known one, by search (order_search.c): what was found is in `order`, its
 * peak returned; `peak`, and `order` as it was, where there is none. */
int64_t order_search(Order *o, int64_t peak, uint32_t *order);
#endif
