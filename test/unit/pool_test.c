/* runtime/pool: every iteration exactly once, whatever the workers do meanwhile. test/drivers/pool.sh builds this under
 * the sanitizers and with condition variables instead of futexes.
 *     pool_test [time]      prints what one loop costs, too */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "runtime/pool/tenon_pool.c"
#include "test/unit/check.h"

enum { MOST = 5000 };

typedef struct {
    unsigned char done[MOST];
    long runs[64];
    tenon_pool *again; /* a loop inside the loop */
    int most;
    bool outside; /* a part or a thread number out of range */
    int64_t count;
    int64_t nested[64]; /* by thread: iterations of inner loops */
} Work;

static Work shared;

static void inner(const void *arg, int64_t begin, int64_t end, int thread) {
    *(int64_t *)(uintptr_t)arg += thread == 0 ? end - begin : 1000000;
}

static void part(const void *arg, int64_t begin, int64_t end, int thread) {
    Work *w = (Work *)(uintptr_t)arg;
    if (begin < 0 || begin >= end || end > w->count || thread < 0 || thread >= w->most) {
        w->outside = true;
        return;
    }
    for (int64_t i = begin; i < end; i++) w->done[i]++;
    w->runs[thread] += (long)(end - begin);
    if (w->again) tenon_pool_run(w->again, 8, inner, &w->nested[thread], 10);
}

/* One loop: true when each iteration was done once and nothing else. */
static bool loop(tenon_pool *p, Work *w, int most, int64_t count) {
    w->most = most;
    w->count = count;
    tenon_pool_run(p, most, part, w, count);
    bool right = true;
    for (int64_t i = 0; i < MOST; i++) {
        right &= w->done[i] == (i < count);
        w->done[i] = 0;
    }
    return right && !w->outside;
}

static void nap(long ns) {
    const struct timespec t = {0, ns};
    nanosleep(&t, NULL);
}

static void test_counts(int threads) {
    tenon_pool *p = tenon_pool_create(threads);
    if (!CHECK(p != NULL)) return;
    CHECK(tenon_pool_threads(p) == threads);
    static const int64_t counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 31, 64, 100, 1000, MOST};
    bool right = true;
    for (int most = 1; most <= threads + 1; most++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) right &= loop(p, &shared, most, counts[i]);
    CHECK(right);
    for (int i = 0; i < 3000 && right; i++) right = loop(p, &shared, threads, 1 + i % 40);
    CHECK(right);
    for (int i = 0; i < 200 && right; i++) { /* workers are about to sleep, or sleep */
        if (i % 4 == 0) nap(150000 + 1000L * i);
        right = loop(p, &shared, threads, 64);
    }
    CHECK(right);
    tenon_pool_destroy(p);
}

static void test_nested(void) {
    tenon_pool *p = tenon_pool_create(3);
    if (!CHECK(p != NULL)) return;
    shared.again = p;
    memset(shared.nested, 0, sizeof shared.nested);
    memset(shared.runs, 0, sizeof shared.runs);
    CHECK(loop(p, &shared, 3, 1000));
    shared.again = NULL;
    int64_t inside = 0;
    long runs = 0;
    for (int t = 0; t < 3; t++) {
        inside += shared.nested[t];
        runs += shared.runs[t];
    }
    CHECK(runs == 1000 && inside > 0 && inside % 10 == 0 && inside < 1000000);
    CHECK(loop(p, &shared, 3, 1000));
    tenon_pool_destroy(p);
}

typedef struct {
    tenon_pool *pool;
    bool right;
} User;

static void *use(void *of) {
    User *u = of;
    Work *w = calloc(1, sizeof *w);
    u->right = w != NULL;
    for (int i = 0; i < 500 && u->right; i++) u->right = loop(u->pool, w, 2, 100);
    free(w);
    return NULL;
}

/* Two threads of the program with one pool: one gets it, the other works alone. */
static void test_two_users(void) {
    User user[2] = {{tenon_pool_create(2), false}, {NULL, false}};
    pthread_t id[2];
    user[1].pool = user[0].pool;
    for (int i = 0; i < 2; i++)
        if (!CHECK(pthread_create(&id[i], NULL, use, &user[i]) == 0)) return;
    for (int i = 0; i < 2; i++) pthread_join(id[i], NULL);
    CHECK(user[0].right && user[1].right);
    tenon_pool_destroy(user[0].pool);
}

static void test_ends(void) {
    for (int i = 0; i < 40; i++) { /* at once, awake, asleep, having worked */
        tenon_pool *p = tenon_pool_create(1 + i % 4);
        if (i % 3 == 1) nap(50000);
        if (i % 3 == 2) nap(1000000);
        if (i % 2) CHECK(loop(p, &shared, 4, 50));
        if (i % 5 == 4) nap(1000000);
        tenon_pool_destroy(p);
    }
    tenon_pool_destroy(NULL);
    CHECK(loop(NULL, &shared, 4, 50));
    CHECK(tenon_pool_threads(NULL) == 1 && tenon_pool_cpus() >= 1);
    tenon_pool *p = tenon_pool_create(0);
    CHECK(tenon_pool_threads(p) == tenon_pool_cpus());
    tenon_pool_destroy(p);
}

/* ---- what a loop costs ---- */

static _Atomic int64_t met;

static void test_quota(void) {
#ifdef __linux__
    CHECK(at_most(8, 400000, 100000) == 4 && at_most(8, 150000, 100000) == 1 && at_most(8, 50000, 100000) == 1);
    CHECK(at_most(2, 400000, 100000) == 2 && at_most(2, -1, 100000) == 2 && at_most(2, 1, 0) == 2);
    CHECK(cgroup_cpus(5, "/no such group") == 5);
#endif
}

static void nothing(const void *arg, int64_t begin, int64_t end, int thread) {
    (void)arg, (void)begin, (void)end, (void)thread;
}

/* Goes on when all have come, or somebody for them. */
static void meet(const void *arg, int64_t begin, int64_t end, int thread) {
    (void)thread;
    atomic_fetch_add(&met, end - begin);
    while (atomic_load(&met) < *(const int64_t *)arg) pause_a_little();
}

/* The best of many series, for this machine has others to serve. */
static void measure(int threads, bool meeting) {
    enum { SERIES = 400, LOOPS = 200 };
    tenon_pool *p = tenon_pool_create(threads);
    int64_t best = INT64_MAX, sum = 0, all = 0;
    met = 0;
    for (int s = 0; s < SERIES; s++) {
        const int64_t start_ns = clock_ns();
        for (int i = 0; i < LOOPS; i++) {
            all += threads;
            tenon_pool_run(p, threads, meeting ? meet : nothing, &all, threads);
        }
        const int64_t ns = clock_ns() - start_ns;
        sum += ns;
        if (ns < best) best = ns;
    }
    printf("%d threads of %d processors, %s: %.0f ns a loop at best, %.0f on average\n", threads, tenon_pool_cpus(),
           meeting ? "each comes" : "nothing to do", (double)best / LOOPS, (double)sum / SERIES / LOOPS);
    tenon_pool_destroy(p);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "time") == 0) {
        measure(1, false);
        measure(2, false);
        measure(2, true);
        measure(3, false);
    }
    test_counts(1);
    test_counts(2);
    test_counts(3);
    test_counts(6);
    test_nested();
    test_two_users();
    test_ends();
    test_quota();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
