/* src/plan/order: orders of jobs, against all of them tried one by one. */
#include "plan/storage.h"
#include "test/unit/check.h"

enum { MOST = 9 };
static uint64_t random_state = 88172645463325252u;
static int64_t random_to(int64_t least, int64_t most) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return least + (int64_t)(random_state % (uint64_t)(most - least + 1));
}

static Storage storage;
static Job job[300];

/* n jobs, each of which makes value i of the graph from up to three earlier ones, rather late ones. */
static void random_jobs(Arena *a, uint32_t n) {
    Graph *g = graph_new(a, NULL, "test", "test");
    storage = (Storage){.g = g, .home = arena_array_of(a, n, Home), .extent = arena_array_of(a, n, int64_t)};
    for (uint32_t i = 0; i < n; i++) {
        ValueId v = graph_value(g, NULL, DT_u8, (Shape){.rank = 1, .dim = {random_to(1, 20)}});
        storage.home[i].parent = NO_VALUE;
        job[i] = (Job){.control = true, .scratch = random_to(0, 9) / 7};
        vec_push(a, &job[i].write, v);
        for (int64_t k = i == 0 ? 0 : random_to(1, 3); k > 0; k--) {
            ValueId from = (ValueId)random_to(i > 6 ? (int64_t)i - 6 : 0, (int64_t)i - 1);
            bool again = false;
            for (uint32_t q = 0; q < job[i].read.n; q++) again |= job[i].read.at[q] == from;
            if (again) continue;
            vec_push(a, &job[i].read, from);
            vec_push(a, &job[i].before, from);
        }
    }
}

/* Largest live set of an order; -1: not topological. */
static int64_t peak_of(const uint32_t *order, uint32_t n) {
    int32_t lower[300], upper[300];
    int64_t peak = 0;
    storage_live(&storage, job, order, n, lower, upper);
    for (uint32_t i = 0; i < n; i++) {
        int64_t sum = job[order[i]].scratch;
        for (uint32_t v = 0; v < n; v++)
            if (lower[v] <= (int32_t)i && (int32_t)i < upper[v]) sum += value_bytes(storage.g, v);
        for (uint32_t q = 0; q < job[order[i]].read.n; q++)
            if (lower[job[order[i]].read.at[q]] >= (int32_t)i) return -1;
        if (sum > peak) peak = sum;
    }
    return peak;
}

static void try_all(uint32_t *order, uint32_t done, uint32_t used, uint32_t n, int64_t *best) {
    if (done == n) {
        int64_t peak = peak_of(order, n);
        if (peak < *best) *best = peak;
    }
    for (uint32_t i = 0; i < n; i++) {
        bool ready = !(used >> i & 1);
        for (uint32_t k = 0; k < job[i].before.n; k++) ready &= used >> job[i].before.at[k] & 1;
        if (!ready) continue;
        order[done] = i;
        try_all(order, done + 1, used | 1u << i, n, best);
    }
}

static void test_all_orders(void) {
    int wrong = 0, untrue = 0, better = 0;
    for (int round = 0; round < 400; round++) {
        Arena *a = arena_new("test");
        uint32_t n = (uint32_t)random_to(2, 8), order[MOST], listed[MOST], one[MOST];
        int64_t best = INT64_MAX;
        random_jobs(a, n);
        int64_t found = storage_order(&storage, a, job, n, true, NULL, order);
        better += found < storage_order(&storage, a, job, n, false, NULL, listed);
        try_all(one, 0, 0, n, &best);
        wrong += found != best;
        untrue += found != peak_of(order, n);
        arena_free(a);
    }
    CHECK(wrong == 0);
    CHECK(untrue == 0);
    CHECK(better > 10);
}

/* Too many sets to see all: an order, never a worse one, the same again. */
static void test_many_jobs(void) {
    int worse = 0, untrue = 0, other = 0;
    for (int round = 0; round < 3; round++) {
        Arena *a = arena_new("test");
        uint32_t n = 300, order[300], again[300];
        random_jobs(a, n);
        int64_t listed = storage_order(&storage, a, job, n, false, NULL, order), found = storage_order(&storage, a, job, n, true, NULL, order);
        worse += found > listed;
        untrue += found != peak_of(order, n);
        other += storage_order(&storage, a, job, n, true, NULL, again) != found || memcmp(order, again, sizeof order) != 0;
        arena_free(a);
    }
    CHECK(worse == 0);
    CHECK(untrue == 0);
    CHECK(other == 0);
}

int main(void) {
    test_all_orders();
    test_many_jobs();
    mem_release_all();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
