/* src/plan/pack: the packing of buffers, against all orders tried one by one, and its checker. */
#include "plan/pack.h"
#include "test/unit/check.h"

static uint64_t random_state = 88172645463325252u;
static uint64_t random64(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}
static int64_t random_to(int64_t least, int64_t most) {
    return least + (int64_t)(random64() % (uint64_t)(most - least + 1));
}

static Arena *arena; /* emptied after each group */
enum { MOST = 400 };
static PlanBuffer buffer[MOST];

static PlanResult pack(int n, int64_t capacity) {
    return plan_pack(arena, buffer, n, (PlanOptions){.capacity = capacity});
}

/* ---- every order ---- */

typedef struct {
    const PlanBuffer *b;
    int n;
    int64_t offset[8], best;
} AllOrders;

/* Some packing of least peak has each buffer rest on those placed before it. */
static void place_rest(AllOrders *s, unsigned placed, int64_t peak) {
    if (peak >= s->best) return;
    if (placed == (1u << s->n) - 1) s->best = peak;
    for (int i = 0; i < s->n; i++) {
        const PlanBuffer *b = &s->b[i];
        int64_t at = 0;
        if (placed >> i & 1) continue;
        for (int j = 0; j < s->n; j++) {
            const PlanBuffer *o = &s->b[j];
            bool together = placed >> j & 1 && o->lower < b->upper && b->lower < o->upper;
            if (together && s->offset[j] + o->size > at) at = s->offset[j] + o->size;
        }
        at = (at + b->align - 1) / b->align * b->align;
        s->offset[i] = at;
        place_rest(s, placed | 1u << i, at + b->size > peak ? at + b->size : peak);
    }
}

static int64_t least_peak(const PlanBuffer *b, int n) {
    AllOrders s = {.b = b, .n = n, .best = INT64_MAX};
    place_rest(&s, 0, 0);
    return s.best;
}

static void random_buffers(int n, int steps, int64_t size, int aligns) {
    for (int i = 0; i < n; i++) {
        int32_t lower = (int32_t)random_to(0, steps - 1), upper = (int32_t)random_to(lower + 1, steps);
        buffer[i] = (PlanBuffer){lower, upper, random_to(1, size), (int64_t)1 << random_to(0, aligns), -1};
    }
}

static void round_sizes(int n) {
    int64_t least = INT64_MAX;
    for (int i = 0; i < n; i++)
        if (buffer[i].align < least) least = buffer[i].align;
    for (int i = 0; i < n; i++) buffer[i].size = (buffer[i].size + least - 1) / least * least;
}

static void test_all_orders(void) {
    int wrong = 0, invalid = 0, unproven = 0, above = 0, searched = 0;
    for (int round = 0; round < 3000; round++) {
        int n = (int)random_to(2, 6);
        random_buffers(n, (int)random_to(2, 7), 9, round % 3 == 0 ? 0 : 3);
        PlanResult r = pack(n, 0);
        invalid += !plan_check(buffer, n, r.peak);
        unproven += !r.optimal;
        above += r.peak > r.lower_bound;
        searched += r.nodes > 0;
        round_sizes(n);
        invalid += !plan_check(buffer, n, r.peak);
        wrong += least_peak(buffer, n) != r.peak;
        arena_reset(arena);
    }
    CHECK(wrong == 0);
    CHECK(invalid == 0);
    CHECK(unproven == 0);
    CHECK(above > 100);
    CHECK(searched > 100);
}

/* ---- larger ones whose best peak is known ---- */

/* Cuts the rectangle of `steps` by `height` into n buffers that fill it. */
static void cut(int n, int32_t steps, int64_t height) {
    buffer[0] = (PlanBuffer){0, steps, height, 1, 0};
    for (int count = 1; count < n;) {
        PlanBuffer *b = &buffer[random_to(0, count - 1)], *half = &buffer[count];
        *half = *b;
        if (random64() & 1 && b->upper - b->lower > 1)
            b->upper = half->lower = (int32_t)random_to(b->lower + 1, b->upper - 1);
        else if (b->size > 1) {
            b->size = random_to(1, b->size - 1);
            half->size -= b->size;
        } else
            continue;
        count++;
    }
}

static void test_full(void) {
    int worse = 0, unproven = 0, invalid = 0, searched = 0;
    for (int round = 0; round < 60; round++) {
        int n = 10 + 3 * round;
        int64_t unit = round % 2 ? 64 : 1;
        cut(n, 1000, 4096);
        for (int i = 0; i < n; i++) {
            buffer[i].size *= unit;
            buffer[i].align = unit;
        }
        PlanResult r = pack(n, 0);
        worse += r.peak != 4096 * unit || r.lower_bound != r.peak;
        unproven += !r.optimal;
        invalid += !plan_check(buffer, n, r.peak);
        searched += !strcmp(r.method, "branch and bound");
        arena_reset(arena);
    }
    CHECK(worse == 0);
    CHECK(unproven == 0);
    CHECK(invalid == 0);
    CHECK(searched > 10);
}

static void test_capacity(void) {
    cut(150, 500, 1000);
    PlanResult tight = pack(150, 0);
    CHECK(tight.peak == 1000 && tight.optimal);
    PlanResult loose = pack(150, 2000);
    CHECK(loose.peak <= 2000 && loose.nodes == 0 && loose.lower_bound == 1000);
    CHECK(plan_check(buffer, 150, loose.peak));
    PlanResult impossible = pack(150, 10);
    CHECK(impossible.peak == 1000 && impossible.optimal);
    int64_t most = 0;
    for (int round = 0; round < 5; round++) {
        random_buffers(200, 60, 500, 5);
        PlanResult r = plan_pack(arena, buffer, 200, (PlanOptions){.node_limit = 300});
        CHECK(plan_check(buffer, 200, r.peak) && r.peak >= r.lower_bound);
        most = r.nodes > most ? r.nodes : most;
    }
    CHECK(most > 0 && most <= 301);
}

/* Two times with nothing between: one needs the search, the other is small; buffers keep their places in the array. */
static void test_apart(void) {
    cut(100, 300, 1000);
    for (int i = 0; i < 100; i++) {
        buffer[100 + i] = buffer[i];
        buffer[100 + i].lower += 400;
        buffer[100 + i].upper += 400;
    }
    for (int i = 200; i < 210; i++) buffer[i] = (PlanBuffer){350, 351, 50, 1, -1};
    PlanResult r = pack(210, 0);
    CHECK(r.peak == 1000 && r.optimal);
    CHECK(plan_check(buffer, 210, r.peak));
}

/* ---- the edges ---- */

static void test_few(void) {
    PlanResult r = plan_pack(arena, NULL, 0, (PlanOptions){0});
    CHECK(r.peak == 0 && r.lower_bound == 0 && r.optimal && r.nodes == 0 && r.method);
    CHECK(plan_check(NULL, 0, 0));
    buffer[0] = (PlanBuffer){3, 4, 100, 64, -1};
    r = pack(1, 0);
    CHECK(r.peak == 128 && r.lower_bound == 128 && r.optimal && buffer[0].offset == 0);
    buffer[0] = (PlanBuffer){INT32_MIN, INT32_MAX, 7, 1, -1};
    buffer[1] = (PlanBuffer){INT32_MAX - 1, INT32_MAX, 7, 1, -1};
    CHECK(pack(2, 0).peak == 14);
    for (int i = 0; i < 64; i++) buffer[i] = (PlanBuffer){0, 9, 48, 16, -1};
    r = pack(64, 0);
    CHECK(r.peak == 64 * 48 && r.optimal && plan_check(buffer, 64, r.peak));
    for (int i = 0; i < 64; i++) buffer[i] = (PlanBuffer){i, i + 1, 48, 16, -1};
    CHECK(pack(64, 0).peak == 48);
}

/* No size, or no step: at 0, in nobody's way. */
static void test_empty(void) {
    buffer[0] = (PlanBuffer){0, 5, 0, 64, -1};
    buffer[1] = (PlanBuffer){0, 5, 10, 1, -1};
    buffer[2] = (PlanBuffer){2, 2, 30, 1, -1};
    buffer[3] = (PlanBuffer){4, 1, 20, 1, -1};
    PlanResult r = pack(4, 0);
    CHECK(r.peak == 30 && r.lower_bound == 30 && r.optimal);
    CHECK(plan_check(buffer, 4, r.peak) && !plan_check(buffer, 4, 29));
    CHECK(pack(1, 0).peak == 0 && buffer[0].offset == 0);
}

static void test_huge(void) {
    buffer[0] = (PlanBuffer){0, 2, INT64_MAX, 1, -1};
    buffer[1] = (PlanBuffer){1, 3, INT64_MAX, 1, -1};
    PlanResult r = pack(2, 0);
    CHECK(r.peak == INT64_MAX && r.lower_bound == INT64_MAX && !r.optimal);
    CHECK(!plan_check(buffer, 2, r.peak));
    r = pack(2, INT64_MAX);
    CHECK(!r.optimal);
    buffer[0].align = 1 << 20;
    buffer[1].align = 1 << 20; /* rounded up: not countable */
    r = pack(1, 0);
    CHECK(r.peak == INT64_MAX && !r.optimal);
    for (int i = 0; i < 3; i++) buffer[i] = (PlanBuffer){i, i + 2, (int64_t)1 << 61, (int64_t)1 << 61, -1};
    r = pack(3, 0);
    CHECK(r.peak == (int64_t)1 << 62 && r.optimal && plan_check(buffer, 3, r.peak));
    /* Sizes without a common unit that 32 bits could count in. */
    cut(120, 300, (int64_t)1 << 60);
    r = pack(120, 0);
    CHECK(r.lower_bound == (int64_t)1 << 60 && r.peak >= r.lower_bound && r.peak < (int64_t)5 << 58);
    CHECK(plan_check(buffer, 120, r.peak));
    CHECK(r.optimal == (r.peak == r.lower_bound));
}

static void test_same_twice(void) {
    int64_t offset[200];
    cut(200, 900, 3000);
    for (int i = 0; i < 200; i++) buffer[i].align = i % 7 ? 1 : 8;
    PlanOptions options = {.node_limit = 20000};
    PlanResult first = plan_pack(arena, buffer, 200, options);
    for (int i = 0; i < 200; i++) {
        offset[i] = buffer[i].offset;
        buffer[i].offset = i * 77;
    }
    PlanResult second = plan_pack(arena, buffer, 200, options);
    bool same = true;
    for (int i = 0; i < 200; i++) same = same && offset[i] == buffer[i].offset;
    CHECK(same);
    CHECK(first.peak == second.peak && first.nodes == second.nodes && first.method == second.method);
    CHECK(first.nodes > 0);
}

static void test_check(void) {
    PlanBuffer b[] = {{0, 2, 10, 1, 0}, {1, 3, 10, 2, 10}, {2, 4, 10, 1, 0}};
    CHECK(plan_check(b, 3, 20));
    CHECK(!plan_check(b, 3, 19));
    b[1].offset = 8;
    CHECK(!plan_check(b, 3, 20));
    b[1].offset = 11;
    CHECK(!plan_check(b, 3, 30));
    b[1].offset = 12;
    CHECK(plan_check(b, 3, 22));
    b[1].offset = -2;
    CHECK(!plan_check(b, 3, 30));
    b[1].offset = 10;
    b[2].offset = 9;
    CHECK(!plan_check(b, 3, 30));
    b[2].lower = 3; /* b[1] ends before */
    CHECK(plan_check(b, 3, 20));
    b[2].offset = INT64_MAX - 5;
    CHECK(!plan_check(b, 3, INT64_MAX));
    b[2] = (PlanBuffer){3, 4, -1, 1, 0};
    CHECK(!plan_check(b, 3, 20));
}

/* ---- pairs ---- */

static void test_pair(void) {
    PlanBuffer b[] = {{0, 2, 100, 8, 0}, {1, 3, 200, 8, 0}}; /* an operand, a result twice as large */
    PlanPair p = {.result = 1, .operand = 0, .before = 90};
    PlanResult r = plan_pack_pairs(arena, b, 2, &p, 1);
    CHECK(r.peak == 200 && r.optimal && b[0].offset == 96 && b[1].offset == 0);
    CHECK(plan_check_pairs(b, 2, &p, 1, r.peak) && !plan_check_pairs(b, 2, &p, 1, r.peak - 1));
    b[0].offset = 88;
    CHECK(!plan_check_pairs(b, 2, &p, 1, 200));
    p.before = 400, p.multiple = 16; /* channels: any distance that is a multiple */
    b[0].offset = 96;
    CHECK(plan_check_pairs(b, 2, &p, 1, 200));
    b[0].offset = 88;
    CHECK(!plan_check_pairs(b, 2, &p, 1, 200));
    p.inside = 8; /* the operand is a part of its buffer */
    CHECK(plan_check_pairs(b, 2, &p, 1, 200));
    r = plan_pack_pairs(arena, b, 2, &p, 1);
    CHECK(r.peak <= 208 && plan_check_pairs(b, 2, &p, 1, r.peak));
    CHECK(!plan_check_pairs(b, 2, NULL, 0, r.peak));
    p = (PlanPair){.result = 1, .operand = 0, .before = 90, .down = true}; /* the result lies behind */
    r = plan_pack_pairs(arena, b, 2, &p, 1);
    CHECK(r.peak == 296 && b[0].offset == 0 && b[1].offset == 96 && r.lower_bound == 290);
    CHECK(plan_check_pairs(b, 2, &p, 1, r.peak));
    b[1].offset = 88;
    CHECK(!plan_check_pairs(b, 2, &p, 1, r.peak));
    p.before = -100; /* or before it as well */
    r = plan_pack_pairs(arena, b, 2, &p, 1);
    CHECK(r.peak == 200 && r.optimal);
}

/* Chains: each result may overlap the operand before it. */
static void test_pairs(void) {
    int invalid = 0, below = 0, more = 0, less = 0;
    static PlanPair pair[MOST];
    for (int round = 0; round < 300; round++) {
        int n = (int)random_to(3, 14), npairs = 0;
        for (int i = 0; i < n; i++) {
            buffer[i] = (PlanBuffer){i, i + 2, random_to(1, 60), 4, 0};
            if (random64() % 4 == 0) buffer[i].upper += (int32_t)random_to(1, 3);
            if (i == 0 || buffer[i - 1].upper != i + 1 || random64() % 4 == 0) continue;
            pair[npairs++] = (PlanPair){.result = i, .operand = i - 1, .before = random_to(-20, 60), .multiple = random64() % 3 ? 0 : random_to(1, 9), .down = random64() % 2};
        }
        PlanResult r = plan_pack_pairs(arena, buffer, n, pair, npairs);
        invalid += !plan_check_pairs(buffer, n, pair, npairs, r.peak);
        below += r.peak < r.lower_bound;
        int64_t plain = pack(n, 0).peak;
        more += r.peak > plain;
        less += r.peak < plain;
        arena_reset(arena);
    }
    CHECK(invalid == 0);
    CHECK(below == 0);
    CHECK(more == 0);
    CHECK(less > 200);
}

int main(void) {
    arena = arena_new("test");
    void (*const tests[])(void) = {test_check, test_few,      test_empty, test_huge,      test_all_orders,
                                   test_full,  test_capacity, test_apart, test_same_twice, test_pair,  test_pairs};
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        tests[i]();
        arena_reset(arena);
    }
    mem_release_all();
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
