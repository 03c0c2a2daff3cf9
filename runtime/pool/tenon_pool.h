/* tenon_pool: a few threads that share loops among them. Compiled models call it; a program makes one pool and hands it
 * to as many models as it likes.
 *
 *     tenon_pool *pool = tenon_pool_create(2);
 *     ... NAME_run_pool(&io, arena, pool) ...
 *     tenon_pool_destroy(pool);
 *
 * The thread that calls tenon_pool_run takes part, so a pool of n threads starts n - 1. Between two loops the others
 * wait awake for some 200 us, then they sleep and cost nothing. Where there are more threads than processors that this
 * process may use (affinity and the cgroup's quota count), they sleep at once. */
#ifndef TENON_POOL_H
#define TENON_POOL_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_pool tenon_pool;

/* A part of a loop: iterations [begin, end). `thread` is from 0 to below `most`; no two parts with the same number run at
 * the same time. */
typedef void tenon_pool_part(const void *arg, int64_t begin, int64_t end, int thread);

/* threads: the caller counts; 0 means tenon_pool_cpus(). Fewer are started where the system refuses more. NULL: no
 * memory. */
tenon_pool *tenon_pool_create(int threads);
/* No loop may be running. NULL is fine. */
void tenon_pool_destroy(tenon_pool *pool);

/* Calls `part` until each iteration of [0, count) has been done once, by at most `most` threads, and returns then.
 * A NULL pool, and one that is busy (with another thread's loop, or the loop that this call is made from): the caller
 * does it all, as thread 0. */
void tenon_pool_run(tenon_pool *pool, int most, tenon_pool_part *part, const void *arg, int64_t count);

int tenon_pool_threads(const tenon_pool *pool); /* 1 for NULL */
int tenon_pool_cpus(void);                      /* processors that this process may use, at least 1 */

#ifdef __cplusplus
}
#endif
#endif
