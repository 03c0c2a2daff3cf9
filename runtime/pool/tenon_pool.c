/* tenon_pool: see tenon_pool.h.
 *
 * A loop is a job with a number, the epoch, which goes up by 2. Each worker has a state: the epoch of the last job that
 * it is through with, or 1 less than that of the one it works on. A worker enters a job by moving its state from
 * epoch - 2 to epoch - 1. The caller, done with its own part, moves the state of those that have not come from epoch - 2
 * to epoch, does their part as well and waits only for the others: a worker that sleeps or has lost its processor holds
 * nobody up. What a job says is written while no worker is inside, and read by those that entered.
 *
 * Three quarters of the iterations are dealt out evenly, the rest goes in small pieces to whoever is ready.
 *
 * A worker that loses its processor inside a job keeps the caller waiting, for milliseconds where other programs want the
 * processor. After that the caller works alone for a while, longer each time that it happens again. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity, syscall */
#endif
#include "tenon_pool.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#endif

enum {
    MAX_THREADS = 1024,       /* far more than help */
    LINE = 128,               /* bytes that processors fetch together */
    SPIN_NS = 200000,         /* how long to wait awake */
    LATE_NS = 100000,         /* a worker later than this, and than twice what the caller's part took, lost its processor */
    ALONE_NS = 1000000,       /* how long to go without workers then, */
    ALONE_MOST_NS = 8000000,  /* and at most */
};

typedef struct {
    _Alignas(LINE) _Atomic uint32_t state;
    pthread_t id;
    tenon_pool *pool;
    int number;
} Worker;

struct tenon_pool {
    /* The job, and the epoch that workers look at: one line to fetch. */
    _Alignas(LINE) _Atomic uint32_t epoch;
    bool stop;
    tenon_pool_part *part;
    const void *arg;
    int64_t count, share, dealt, piece; /* all; of each thread to begin with; of all threads; of what is taken later */
    _Alignas(LINE) _Atomic int64_t next; /* first iteration that nobody has taken */
    /* Seldom written. */
    _Alignas(LINE) _Atomic uint32_t sleepers; /* workers that wait for an epoch asleep */
    _Atomic uint32_t waiting;                 /* the caller waits for a state asleep */
    int64_t spin_ns;
    /* The caller's. */
    _Alignas(LINE) atomic_bool busy;
    int threads;
    int64_t alone_ns, alone_until; /* how long to go without workers the next time, until when now */
#ifndef __linux__
    pthread_mutex_t lock;
    pthread_cond_t change;
#endif
    Worker worker[]; /* [0] is the caller's, not used */
};

/* ---- processors ---- */

static int affinity_cpus(void) {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (int)n;
}

#ifdef __linux__
static bool read_line(const char *path, char *line, int size) {
    FILE *f = fopen(path, "r");
    const bool ok = f && fgets(line, size, f);
    if (f) fclose(f);
    return ok;
}

static int at_most(int cpus, long long quota, long long period) {
    if (quota <= 0 || period <= 0 || quota / period >= cpus) return cpus;
    return quota < period ? 1 : (int)(quota / period);
}

/* The quota of one cgroup, `folder` below its mount. */
static int cgroup_cpus(int cpus, const char *folder) {
    char path[1024], line[128];
    long long quota, period;
    const int n = snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", folder);
    if (n < 0 || (size_t)n >= sizeof path || !read_line(path, line, sizeof line)) return cpus;
    return sscanf(line, "%lld %lld", &quota, &period) == 2 ? at_most(cpus, quota, period) : cpus;
}

static int quota_cpus(int cpus) {
    char line[512], quota[64], period[64];
    FILE *f = fopen("/proc/self/cgroup", "r");
    while (f && fgets(line, sizeof line, f)) {
        if (strncmp(line, "0::/", 4) != 0) continue;
        char *const folder = line + 3;
        folder[strcspn(folder, "\n")] = 0;
        for (char *end; (end = strrchr(folder, '/')); *end = 0) cpus = cgroup_cpus(cpus, folder);
    }
    if (f) fclose(f);
    cpus = cgroup_cpus(cpus, "");
    if (!read_line("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", quota, sizeof quota) ||
        !read_line("/sys/fs/cgroup/cpu/cpu.cfs_period_us", period, sizeof period))
        return cpus;
    return at_most(cpus, strtoll(quota, NULL, 10), strtoll(period, NULL, 10));
}
#endif

int tenon_pool_cpus(void) {
    int cpus = affinity_cpus();
#ifdef __linux__
    cpus = quota_cpus(cpus);
#endif
    return cpus < 1 ? 1 : cpus;
}

/* ---- waiting ---- */

static void pause_a_little(void) {
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__ || defined __arm__
    __asm__ volatile("yield");
#endif
}

static int64_t clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Waits awake until the word has another value; false: it took too long. */
static bool spin_while(const _Atomic uint32_t *word, uint32_t value, int64_t limit_ns) {
    enum { LOOKS = 64 }; /* between two of the clock */
    int64_t end = 0;
    if (limit_ns == 0) return atomic_load_explicit(word, memory_order_acquire) != value;
    for (;;) {
        for (int i = 0; i < LOOKS; i++) {
            if (atomic_load_explicit(word, memory_order_acquire) != value) return true;
            pause_a_little();
        }
        const int64_t now = clock_ns();
        if (end == 0)
            end = now + limit_ns;
        else if (now > end)
            return false;
    }
}

/* Sleeps unless the word has another value; may return for no reason. */
static void sleep_while(tenon_pool *p, _Atomic uint32_t *word, uint32_t value) {
#ifdef __linux__
    (void)p;
    syscall(SYS_futex, (void *)word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#else
    pthread_mutex_lock(&p->lock);
    if (atomic_load(word) == value) pthread_cond_wait(&p->change, &p->lock);
    pthread_mutex_unlock(&p->lock);
#endif
}

static void wake_all(tenon_pool *p, _Atomic uint32_t *word) {
#ifdef __linux__
    (void)p;
    syscall(SYS_futex, (void *)word, FUTEX_WAKE_PRIVATE, MAX_THREADS, NULL, NULL, 0);
#else
    (void)word;
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(&p->change);
    pthread_mutex_unlock(&p->lock);
#endif
}

/* ---- a job ---- */

/* The iterations dealt to thread `owner`, done by `thread`. */
static void do_share(const tenon_pool *p, int owner, int thread) {
    if (p->share) p->part(p->arg, owner * p->share, (owner + 1) * p->share, thread);
}

static void do_rest(tenon_pool *p, int thread) {
    while (p->dealt < p->count) {
        const int64_t begin = atomic_fetch_add_explicit(&p->next, p->piece, memory_order_relaxed);
        if (begin >= p->count) return;
        p->part(p->arg, begin, begin + p->piece < p->count ? begin + p->piece : p->count, thread);
    }
}

static void *worker_main(void *of) {
    Worker *const w = of;
    tenon_pool *const p = w->pool;
    for (uint32_t seen = 0, epoch;; seen = epoch) {
        if (!spin_while(&p->epoch, seen, p->spin_ns)) {
            atomic_fetch_add(&p->sleepers, 1);
            while (atomic_load(&p->epoch) == seen) sleep_while(p, &p->epoch, seen);
            atomic_fetch_sub(&p->sleepers, 1);
        }
        epoch = atomic_load(&p->epoch);
        uint32_t before = epoch - 2;
        if (!atomic_compare_exchange_strong(&w->state, &before, epoch - 1)) continue; /* it goes without this one */
        if (p->stop) return NULL;
        do_share(p, w->number, w->number);
        do_rest(p, w->number);
        atomic_store(&w->state, epoch);
        if (atomic_load(&p->waiting)) wake_all(p, &w->state);
    }
}

static void wait_for(tenon_pool *p, Worker *w, uint32_t epoch) {
    if (spin_while(&w->state, epoch - 1, p->spin_ns)) return;
    atomic_store(&p->waiting, 1);
    while (atomic_load(&w->state) != epoch) sleep_while(p, &w->state, epoch - 1);
    atomic_store(&p->waiting, 0);
}

/* Tells the workers about the next job and returns its number. */
static uint32_t start(tenon_pool *p, int active) {
    const uint32_t epoch = atomic_load_explicit(&p->epoch, memory_order_relaxed) + 2;
    for (int t = active; t < p->threads; t++) atomic_store(&p->worker[t].state, epoch); /* without these */
    atomic_store(&p->epoch, epoch);
    if (atomic_load(&p->sleepers)) wake_all(p, &p->epoch);
    return epoch;
}

/* Waits for the workers that are inside; the caller began at `began`. */
static void finish(tenon_pool *p, int active, uint32_t epoch, int64_t began) {
    int t = 1;
    while (t < active && atomic_load_explicit(&p->worker[t].state, memory_order_acquire) == epoch) t++;
    if (t < active) {
        const int64_t ready = clock_ns();
        for (; t < active; t++) wait_for(p, &p->worker[t], epoch);
        const int64_t now = clock_ns(), waited = now - ready;
        if (p->spin_ns && waited > LATE_NS && waited > 2 * (ready - began)) {
            p->alone_until = now + p->alone_ns;
            p->alone_ns = p->alone_ns < ALONE_MOST_NS / 2 ? 2 * p->alone_ns : ALONE_MOST_NS;
            return;
        }
    }
    p->alone_ns -= (p->alone_ns - ALONE_NS) / 512;
}

/* The job by the caller and workers [1, active). */
static void share(tenon_pool *p, int active, int64_t began) {
    p->share = (p->count - p->count / 4) / active;
    p->dealt = p->share * active;
    const int64_t rest = p->count - p->dealt, pieces = 4 * active;
    p->piece = rest < pieces ? 1 : rest / pieces;
    atomic_store_explicit(&p->next, p->dealt, memory_order_relaxed);
    const uint32_t epoch = start(p, active);
    do_share(p, 0, 0);
    do_rest(p, 0);
    for (int t = 1; t < active; t++) {
        uint32_t before = epoch - 2;
        if (atomic_compare_exchange_strong(&p->worker[t].state, &before, epoch)) do_share(p, t, 0);
    }
    finish(p, active, epoch, began);
}

void tenon_pool_run(tenon_pool *p, int most, tenon_pool_part *part, const void *arg, int64_t count) {
    int active = p ? p->threads : 1;
    if (active > most) active = most;
    if (active > count) active = (int)count;
    if (count <= 0) return;
    if (active < 2 || atomic_exchange_explicit(&p->busy, true, memory_order_acquire)) {
        part(arg, 0, count, 0);
        return;
    }
    p->part = part;
    p->arg = arg;
    p->count = count;
    const int64_t began = clock_ns();
    if (began < p->alone_until)
        part(arg, 0, count, 0);
    else
        share(p, active, began);
    atomic_store_explicit(&p->busy, false, memory_order_release);
}

/* ---- making and ending ---- */

/* Workers take no signals: those are the program's own. */
static bool start_worker(Worker *w) {
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
    const bool ok = pthread_create(&w->id, NULL, worker_main, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

tenon_pool *tenon_pool_create(int threads) {
    const int cpus = tenon_pool_cpus();
    if (threads < 1) threads = cpus;
    if (threads > MAX_THREADS) threads = MAX_THREADS;
    const size_t bytes = sizeof(tenon_pool) + (size_t)threads * sizeof(Worker);
    tenon_pool *p = NULL;
    if (posix_memalign((void **)&p, LINE, bytes) != 0) return NULL;
    memset(p, 0, bytes);
    p->spin_ns = threads <= cpus ? SPIN_NS : 0;
    p->alone_ns = ALONE_NS;
#ifndef __linux__
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->change, NULL);
#endif
    for (p->threads = 1; p->threads < threads; p->threads++) {
        Worker *w = &p->worker[p->threads];
        w->pool = p;
        w->number = p->threads;
        if (!start_worker(w)) break;
    }
    return p;
}

void tenon_pool_destroy(tenon_pool *p) {
    if (!p) return;
    p->stop = true;
    start(p, p->threads);
    for (int t = 1; t < p->threads; t++) pthread_join(p->worker[t].id, NULL);
#ifndef __linux__
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->change);
#endif
    free(p);
}

int tenon_pool_threads(const tenon_pool *p) {
    return p ? p->threads : 1;
}
