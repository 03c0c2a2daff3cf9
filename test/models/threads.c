/* Two threads, each with an arena of its own, must give the bytes that one gives alone. A network compiled for threads
 * (RUN_POOL) runs so without a pool, then alone with pools of two and three threads, then twice at once with one pool.
 *     threads [INPUT.bin ...]
 * One thread runs the inputs as they are, the other the same numbers backwards, so that anything they shared would show.
 * ports.h, written by the driver, says what the network is called and what it takes and gives. */
#include "ports.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef RUN_POOL
static tenon_pool *pool; /* what both use */
#define RUN(io, arena) RUN_POOL(io, arena, pool)
#endif

enum { RUNS = 3, NPORTS = sizeof ports / sizeof *ports };

typedef struct {
    unsigned char *buffer[NPORTS], *want[NPORTS], *arena;
    Io io;
    int bad;
} Worker;

static pthread_barrier_t start;

static void *fresh(size_t bytes) {
    void *p = NULL;
    if (posix_memalign(&p, 64 > ALIGN ? 64 : ALIGN, bytes ? bytes : 1)) abort();
    memset(p, 0x5a, bytes ? bytes : 1);
    return p;
}

static int load(const char *path, unsigned char *to, size_t bytes) {
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(to, 1, bytes, f) : 0;
    if (f) fclose(f);
    return n == bytes;
}

static void backwards(unsigned char *p, size_t bytes, size_t of) {
    unsigned char t[16];
    for (size_t i = 0, k = bytes; k >= i + 2 * of; i += of) {
        k -= of;
        memcpy(t, p + i, of);
        memcpy(p + i, p + k, of);
        memcpy(p + k, t, of);
    }
}

static int prepare(Worker *w, int argc, char **argv, int reversed) {
    int file = 1;
    w->arena = fresh(ARENA);
    for (int i = 0; i < NPORTS; i++) {
        const Port *p = &ports[i];
        w->buffer[i] = fresh(p->bytes);
        memcpy((char *)&w->io + p->offset, &w->buffer[i], sizeof w->buffer[i]);
        if (!p->is_input) continue;
        if (file >= argc || !load(argv[file++], w->buffer[i], p->bytes)) return 0;
        if (reversed) backwards(w->buffer[i], p->bytes, p->size);
    }
    if (RUN(&w->io, w->arena) != 0) return 0;
    for (int i = 0; i < NPORTS; i++) {
        if (ports[i].is_input) continue;
        w->want[i] = fresh(ports[i].bytes);
        memcpy(w->want[i], w->buffer[i], ports[i].bytes);
    }
    return 1;
}

static void run_some(Worker *w) {
    for (int run = 0; run < RUNS; run++) {
        for (int i = 0; i < NPORTS; i++)
            if (!ports[i].is_input) memset(w->buffer[i], 0x33, ports[i].bytes);
        memset(w->arena, 0xa5, ARENA);
        w->bad |= RUN(&w->io, w->arena) != 0;
        for (int i = 0; i < NPORTS; i++)
            if (!ports[i].is_input) w->bad |= memcmp(w->buffer[i], w->want[i], ports[i].bytes) != 0;
    }
}

static void *work(void *of) {
    pthread_barrier_wait(&start);
    run_some(of);
    return NULL;
}

static int both(Worker *w) {
    pthread_t t[2];
    if (pthread_barrier_init(&start, NULL, 2)) return 2;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&t[i], NULL, work, &w[i])) return 2;
    for (int i = 0; i < 2; i++) pthread_join(t[i], NULL);
    pthread_barrier_destroy(&start);
    return w[0].bad | w[1].bad;
}

static void release(Worker *w) {
    for (int i = 0; i < NPORTS; i++) {
        free(w->buffer[i]);
        free(w->want[i]);
    }
    free(w->arena);
}

int main(int argc, char **argv) {
    static Worker w[2];
    if (!prepare(&w[0], argc, argv, 0) || !prepare(&w[1], argc, argv, 1)) {
        fprintf(stderr, "threads: the inputs or the first run failed\n");
        return 2;
    }
    int bad = both(w);
#ifdef RUN_POOL
    for (int threads = 2; threads <= 3; threads++) {
        pool = tenon_pool_create(threads);
        for (int i = 0; i < 2; i++) run_some(&w[i]);
        bad |= both(w);
        tenon_pool_destroy(pool);
    }
#endif
    puts(bad ? "two threads disturb each other" : "two threads give the same bytes as one");
    for (int i = 0; i < 2; i++) release(&w[i]);
    return bad;
}
