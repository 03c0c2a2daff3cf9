/* Branch and bound for one group. A solution is canonical when every buffer rests on time 0 or on one that overlaps it
 * in time, and none could move into a hole below: every packing can be brought to that form without a higher peak.
 *
 * A node picks a buffer j and branches in two: j is placed at the lowest offset that the placed buffers leave, all
 * others that overlap it go above; or one of them must go below it, and j waits ("blocked") until one is placed.
 * That is the schedule-or-postpone branching of disjunctive scheduling (Le Pape et al. 1994), each section a machine,
 * so the choice of j may follow any section instead of one global order of offsets, and parts of time that fall apart
 * are solved one by one. The target peak is fixed for a run: the caller restarts with other orders and targets. */
#include "base/vec.h"
#include "plan/pack_internal.h"

/* What decides the next buffer. Each solves problems that the others do not. */
typedef enum { LOWEST_BUFFER, LOWEST_SECTION, HARDEST_SECTION } Style;

typedef struct {
    Style style;
    int bias;                /* what HARDEST_SECTION counts a floor at the target for, in choices */
    int size, length, total; /* weights of the logarithms, in 1/16; ties of the style go to the larger score */
} Order;

enum { SOLVED = 1, FAILED = 0, LIMIT = -1, MEMO_BITS = 16, FAILURE = 3, MOST_FAILURES = 640, NODE_WORK = 1200 };

typedef struct {
    int32_t place, old;
} Undo;

typedef struct {
    uint64_t key;
    int32_t target;
} Memo;

/* A list of buffers not placed that live in sections [a, b) and that time does not separate. */
typedef struct {
    int32_t *at;
    int n, a, b;
} Part;

typedef struct {
    const PackGroup *g;
    int32_t target;
    Style style;
    int bias;
    int32_t *failures; /* [sections] weight of a section for the times it was too full, in 1/256 of a choice */
    /* Parts of `state`, undone through `trail`. */
    int32_t *state, *raw, *low, *blocked, *placed; /* placed is the last */
    int32_t *offset, *rank;
    int32_t *remaining;                      /* [sections] sum of sizes not placed */
    int32_t *stack, *floor, *choices, *edge; /* [sections + 1] scratch */
    uint64_t *hash;                          /* [n] odd numbers */
    Memo *memo;
    int32_t *pool; /* lists of the nodes on the path */
    int64_t pool_n;
    Part *parts; /* of the splits on the path */
    int parts_n;
    Vec(Undo) trail;
    Arena *arena;
    int64_t nodes, node_limit, work, work_limit;
    int64_t area, reached; /* placed, and the most in this run: how near it came */
} Search;

static int solve(Search *s, Part p);

static void set(Search *s, int32_t *where, int32_t value) {
    if (*where == value) return;
    vec_push(s->arena, &s->trail, ((Undo){(int32_t)(where - s->state), *where}));
    *where = value;
}

/* Adds size to what the sections of j still have to take. */
static void add_remaining(Search *s, int j, int32_t size) {
    int32_t first = s->g->first[j], last = s->g->last[j];
    for (int32_t i = first; i < last; i++) s->remaining[i] += size;
    s->area -= (int64_t)size * (last - first);
    if (s->area > s->reached) s->reached = s->area;
}

static void undo(Search *s, uint32_t mark) {
    while (s->trail.n > mark) {
        Undo u = s->trail.at[--s->trail.n];
        s->state[u.place] = u.old;
        int64_t j = s->state + u.place - s->placed;
        if (j >= 0) add_remaining(s, (int)j, s->g->size[j]);
    }
}

static int32_t align_to(int32_t at, int32_t align) {
    return (at + align - 1) / align * align;
}

/* ---- bounds ---- */

/* A blocked buffer goes above one that is not placed yet. */
static bool raise_blocked(Search *s, int j) {
    const PackGroup *g = s->g;
    int32_t least = INT32_MAX;
    for (int32_t e = g->start[j]; e < g->start[j + 1]; e++) {
        int k = g->next[e];
        if (!s->placed[k] && s->low[k] + g->size[k] < least) least = s->low[k] + g->size[k];
    }
    s->work += g->start[j + 1] - g->start[j];
    if (least == INT32_MAX) return false;
    least = align_to(least, g->align[j]);
    if (least > s->low[j]) set(s, &s->low[j], least);
    return true;
}

static void sort_by_low(const Search *s, Part p) {
    for (int x = 1; x < p.n; x++) {
        int32_t j = p.at[x], low = s->low[j];
        int y = x;
        for (; y > 0 && s->low[p.at[y - 1]] > low; y--) p.at[y] = p.at[y - 1];
        p.at[y] = j;
    }
}

/* -O2 of gcc leaves these loops scalar, and they are most of the time. */
typedef int32_t Four __attribute__((vector_size(16)));

/* at[i] = max(at[i], low) + size */
static void pile(int32_t *at, int32_t n, int32_t low, int32_t size) {
    int32_t i = 0;
    Four lows = {low, low, low, low}, v;
    for (; i + 4 <= n; i += 4) {
        memcpy(&v, at + i, sizeof v);
        Four above = v > lows;
        v = ((v & above) | (lows & ~above)) + size;
        memcpy(at + i, &v, sizeof v);
    }
    for (; i < n; i++) at[i] = (at[i] > low ? at[i] : low) + size;
}

/* count[i] += left[i] <= most */
static void count_up_to(int32_t *count, const int32_t *left, int32_t n, int32_t most) {
    int32_t i = 0;
    Four mosts = {most, most, most, most}, v, c;
    for (; i + 4 <= n; i += 4) {
        memcpy(&v, left + i, sizeof v);
        memcpy(&c, count + i, sizeof c);
        c -= v <= mosts;
        memcpy(count + i, &c, sizeof c);
    }
    for (; i < n; i++) count[i] += left[i] <= most;
}

/* Each section is a machine whose jobs have release times `low`: the last end by the order of release is a bound
 * (Jackson). False when it exceeds the target. */
static bool stack_fits(Search *s, Part p) {
    const PackGroup *g = s->g;
    int32_t *stack = s->stack;
    memset(stack + p.a, 0, (size_t)(p.b - p.a) * sizeof *stack);
    for (int x = 0; x < p.n; x++) {
        int j = p.at[x];
        int32_t length = g->last[j] - g->first[j];
        pile(stack + g->first[j], length, s->low[j], g->size[j]);
        s->work += length + 8;
    }
    for (int i = p.a; i < p.b; i++) {
        if (stack[i] <= s->target) continue;
        s->failures[i] += FAILURE;
        return false;
    }
    return true;
}

static bool propagate(Search *s, Part p) {
    for (int x = 0; x < p.n; x++) {
        int j = p.at[x];
        if (s->blocked[j] && !raise_blocked(s, j)) return false;
        if (s->low[j] + s->g->size[j] > s->target) return false;
    }
    sort_by_low(s, p);
    return stack_fits(s, p);
}

/* ---- the choice ---- */

/* Another buffer could move below j's place, or j's twin comes first: a better or equal solution is found elsewhere. */
static bool dominated(const Search *s, int j) {
    const PackGroup *g = s->g;
    if (g->twin[j] >= 0 && !s->placed[g->twin[j]]) return true;
    int32_t at = s->raw[j];
    for (int32_t e = g->start[j]; e < g->start[j + 1]; e++) {
        int k = g->next[e];
        if (s->raw[k] + g->size[k] <= at && !s->placed[k]) return true;
    }
    return false;
}

/* The lowest buffer that may be placed, by rank among equals; `section` -1: of all. The list is sorted by low. */
static int lowest(const Search *s, Part p, int section) {
    int best = -1;
    for (int x = 0; x < p.n; x++) {
        int j = p.at[x];
        if (best >= 0 && s->low[j] > s->low[best]) break;
        if (section >= 0 && (s->g->first[j] > section || s->g->last[j] <= section)) continue;
        if (s->blocked[j] || (best >= 0 && s->rank[j] > s->rank[best]) || dominated(s, j)) continue;
        best = j;
    }
    return best;
}

/* How many buffers may come first in each section without wasting more than its slack. */
static void count_choices(Search *s, Part p) {
    const PackGroup *g = s->g;
    int32_t *count = s->choices, *left = s->remaining;
    memset(count + p.a, 0, (size_t)(p.b - p.a) * sizeof *count);
    for (int x = 0; x < p.n; x++) {
        int j = p.at[x];
        if (s->blocked[j]) continue;
        int32_t first = g->first[j], length = g->last[j] - first;
        count_up_to(count + first, left + first, length, s->target - s->low[j]);
        s->work += length;
    }
}

/* Lower is to be decided earlier: few choices, a low floor, often the cause of failure. */
static int64_t easiness(const Search *s, int i) {
    if (s->style == LOWEST_SECTION) return (int64_t)s->floor[i] * PACK_UNITS + s->target - s->stack[i];
    return s->choices[i] * (int64_t)256 + (int64_t)s->bias * 256 * s->floor[i] / s->target - s->failures[i];
}

static int pick_section(Search *s, Part p) {
    const PackGroup *g = s->g;
    int32_t *floor = s->floor;
    if (s->style == HARDEST_SECTION) count_choices(s, p);
    memset(floor + p.a, -1, (size_t)(p.b - p.a) * sizeof *floor);
    for (int x = p.n - 1; x >= 0; x--) {
        int j = p.at[x];
        int32_t low = s->low[j], last = g->last[j];
        for (int32_t i = g->first[j]; i < last; i++) floor[i] = low;
        s->work += last - g->first[j];
    }
    int best = -1;
    int64_t least = 0;
    for (int i = p.a; i < p.b; i++) {
        if (floor[i] < 0) continue;
        int64_t e = easiness(s, i);
        if (best >= 0 && e >= least) continue;
        best = i;
        least = e;
    }
    return best;
}

static int choose(Search *s, Part p) {
    if (s->style != LOWEST_BUFFER) {
        int j = lowest(s, p, pick_section(s, p));
        if (j >= 0) return j;
    }
    return lowest(s, p, -1);
}

/* ---- failed states ---- */

/* The state of a part: which buffers are left, where each could go, which wait. */
static uint64_t key_of(const Search *s, Part p) {
    uint64_t h = 0;
    for (int x = 0; x < p.n; x++) {
        int j = p.at[x];
        h += s->hash[j] * (2 * (uint64_t)(uint32_t)s->raw[j] + (uint64_t)s->blocked[j] + 1);
    }
    return h ^ h >> 29;
}

static bool known_failure(const Search *s, uint64_t key) {
    const Memo *m = &s->memo[key >> (64 - MEMO_BITS)];
    return m->key == key && m->target >= s->target;
}

static void note_failure(Search *s, uint64_t key) {
    s->memo[key >> (64 - MEMO_BITS)] = (Memo){key, s->target};
}

/* ---- the tree ---- */

/* Marks in s->floor which part each section belongs to; the parts go to the end of s->parts. Their number. */
static int find_parts(Search *s, Part p) {
    const PackGroup *g = s->g;
    int32_t *edge = s->edge, *of = s->floor;
    memset(edge + p.a, 0, (size_t)(p.b - p.a) * sizeof *edge);
    for (int x = 0; x < p.n; x++) {
        edge[g->first[p.at[x]]]++;
        edge[g->last[p.at[x]] - 1]--; /* the sum up to i: alive in sections i and i + 1 */
    }
    Part *part = s->parts + s->parts_n;
    int count = 0, alive = 0;
    for (int i = p.a; i < p.b; i++) {
        if (s->remaining[i] == 0) continue;
        if (alive == 0) part[count++] = (Part){NULL, 0, i, i + 1};
        alive += edge[i];
        of[i] = count - 1;
        part[count - 1].b = i + 1;
    }
    return count;
}

/* Copies to the pool the list of each part. */
static void fill_parts(Search *s, Part p, Part *part, int count) {
    const int32_t *first = s->g->first, *of = s->floor;
    for (int x = 0; x < p.n; x++) part[of[first[p.at[x]]]].n++;
    for (int c = 0; c < count; c++) {
        part[c].at = s->pool + s->pool_n;
        s->pool_n += part[c].n;
        part[c].n = 0;
    }
    for (int x = 0; x < p.n; x++) {
        Part *to = &part[of[first[p.at[x]]]];
        to->at[to->n++] = p.at[x];
    }
}

static int32_t fullest(const Search *s, Part p) {
    int32_t most = 0;
    for (int i = p.a; i < p.b; i++)
        if (s->stack[i] > most) most = s->stack[i];
    return most;
}

static void sort_by_fullest(const Search *s, Part *part, int count) {
    for (int c = 1; c < count; c++) {
        Part moved = part[c];
        int32_t h = fullest(s, moved);
        int d = c;
        for (; d > 0 && fullest(s, part[d - 1]) < h; d--) part[d] = part[d - 1];
        part[d] = moved;
    }
}

/* What is left may have come apart: part by part, hardest first, none tried again because another fails. */
static int solve_parts(Search *s, Part p) {
    if (p.n == 0) return SOLVED;
    int count = find_parts(s, p);
    if (count == 1) {
        Part only = s->parts[s->parts_n];
        return solve(s, (Part){p.at, p.n, only.a, only.b});
    }
    Part *part = s->parts + s->parts_n;
    int64_t mark = s->pool_n;
    fill_parts(s, p, part, count);
    sort_by_fullest(s, part, count);
    s->parts_n += count;
    int result = SOLVED;
    for (int c = 0; c < count && result == SOLVED; c++) result = solve(s, part[c]);
    s->parts_n -= count;
    s->pool_n = mark;
    return result;
}

/* j at its lowest place, those that overlap it above. */
static void place(Search *s, int j) {
    const PackGroup *g = s->g;
    int32_t top = s->raw[j] + g->size[j];
    s->offset[j] = s->raw[j];
    set(s, &s->placed[j], 1);
    for (int32_t e = g->start[j]; e < g->start[j + 1]; e++) {
        int k = g->next[e];
        if (s->placed[k]) continue;
        int32_t at = align_to(top, g->align[k]);
        if (s->raw[k] < at) set(s, &s->raw[k], at);
        if (s->low[k] < s->raw[k]) set(s, &s->low[k], s->raw[k]);
        set(s, &s->blocked[k], 0);
    }
    add_remaining(s, j, -g->size[j]);
    s->work += g->start[j + 1] - g->start[j];
}

static int try_placing(Search *s, Part p, int j) {
    uint32_t mark = s->trail.n;
    int64_t pool_mark = s->pool_n;
    Part rest = {s->pool + s->pool_n, 0, p.a, p.b};
    for (int x = 0; x < p.n; x++)
        if (p.at[x] != j) rest.at[rest.n++] = p.at[x];
    s->pool_n += rest.n;
    place(s, j);
    int result = solve_parts(s, rest);
    s->pool_n = pool_mark;
    if (result != SOLVED) undo(s, mark);
    return result;
}

/* Orders p's list as it likes. After SOLVED all of p is placed; after FAILED the state is as before. */
static int solve(Search *s, Part p) {
    uint32_t mark = s->trail.n;
    uint64_t entry = p.n > 3 ? key_of(s, p) : 0; /* tiny parts are solved faster than looked up */
    if (entry && known_failure(s, entry)) return FAILED;
    int result = FAILED;
    while (propagate(s, p)) {
        s->work += NODE_WORK;
        if (++s->nodes > s->node_limit || s->work > s->work_limit) {
            result = LIMIT;
            break;
        }
        int j = choose(s, p);
        if (j < 0) break;
        result = try_placing(s, p, j);
        if (result != FAILED) break;
        set(s, &s->blocked[j], 1);
    }
    if (result == SOLVED) return SOLVED;
    undo(s, mark);
    if (entry && result == FAILED) note_failure(s, entry);
    return result;
}

/* ---- restarts ---- */

/* splitmix64 */
static uint64_t random_at(uint64_t n) {
    uint64_t z = (n + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* 4096 * log2(x) for x >= 1, straight between powers of two: the same on every machine. */
static int64_t log_of(int64_t x) {
    int e = 63 - __builtin_clzll((unsigned long long)x);
    int64_t power = (int64_t)1 << e;
    int64_t part = e > 12 ? (x - power) >> (e - 12) : (x - power) << (12 - e);
    return e * 4096 + part;
}

/* Found by trying many on random problems and on the benchmark of MiniMalloc. */
static const Order fixed_orders[] = {
    {LOWEST_BUFFER, 0, 16, 16, 0},    {LOWEST_SECTION, 0, 2, 16, 0},     {HARDEST_SECTION, 20, 16, 8, 0},
    {HARDEST_SECTION, 50, 8, 16, 0},  {LOWEST_SECTION, 0, 8, 16, 0},     {LOWEST_BUFFER, 0, 8, 16, 0},
    {HARDEST_SECTION, 100, 3, 16, 0}, {HARDEST_SECTION, 20, 16, 16, 48},
};
enum { FIXED_ORDERS = sizeof fixed_orders / sizeof *fixed_orders, STYLES = 3, PATIENCE = 40 };

/* The best order of a style so far: later runs change it a little. */
typedef struct {
    int64_t *score; /* [n] */
    int64_t reached;
    int tries; /* since it was found */
} Elite;

static Order random_order(int run, int *noise) {
    static const int bias[] = {10, 20, 20, 35, 50, 100};
    uint64_t r = random_at((uint64_t)run);
    Order o = {HARDEST_SECTION, bias[(r >> 50) % 6], (int)(r % 25), (int)((r >> 8) % 25), 0};
    if (run % 4 == 3) o.style = run / 4 % 2 ? LOWEST_SECTION : LOWEST_BUFFER;
    if (o.style == LOWEST_SECTION) o.size /= 2;
    if (r >> 20 & 1) o.total = (int)((r >> 24) % 97);
    *noise = (int)((r >> 40) % 29); /* in 1/64 of a doubling */
    return o;
}

static int64_t noise_at(int run, int j) {
    return (int64_t)(random_at((uint64_t)run << 32 | (uint64_t)j) % 2048) - 1024;
}

static void score_by(const PackGroup *g, Order o, int run, int noise, int64_t *score) {
    for (int j = 0; j < g->n; j++) {
        int32_t most = 0;
        for (int i = g->first[j]; i < g->last[j]; i++)
            if (g->total[i] > most) most = g->total[i];
        score[j] = o.size * log_of(g->size[j]) + o.length * log_of(g->last[j] - g->first[j]) + o.total * log_of(most);
        if (noise) score[j] += noise_at(run, j) * noise;
    }
}

static void score_near(const PackGroup *g, const Elite *e, int run, int64_t *score) {
    uint64_t r = random_at((uint64_t)run);
    int one_in = 4 << r % 6, noise = 8 << (r >> 8) % 4;
    for (int j = 0; j < g->n; j++) {
        bool moved = random_at((uint64_t)run << 32 | (uint64_t)j | (uint64_t)1 << 62) % (uint64_t)one_in == 0;
        score[j] = e->score[j] + (moved ? noise_at(run, j) * noise : 0);
    }
}

/* Twins score the same, so that they come in order. */
static void rank_by(Search *s, int64_t *score, PackItem *item) {
    const PackGroup *g = s->g;
    for (int j = 0; j < g->n; j++) {
        if (g->twin[j] >= 0) score[j] = score[g->twin[j]];
        item[j] = (PackItem){-score[j], j, j};
    }
    pack_sort(item, g->n);
    for (int x = 0; x < g->n; x++) s->rank[item[x].index] = x;
}

/* Keeps the proportions, lets what comes count. */
static void scale_failures(Search *s) {
    int32_t most = 1;
    for (int i = 0; i < s->g->sections; i++)
        if (s->failures[i] > most) most = s->failures[i];
    for (int i = 0; i < s->g->sections; i++) s->failures[i] = (int32_t)((int64_t)s->failures[i] * MOST_FAILURES / most);
}

static int run_once(Search *s, Order o, int32_t target) {
    const PackGroup *g = s->g;
    scale_failures(s);
    s->work += 100 * (int64_t)g->n;
    memset(s->state, 0, 4 * (size_t)g->n * sizeof *s->state);
    memcpy(s->remaining, g->total, (size_t)g->sections * sizeof *s->remaining);
    memset(s->stack, 0, (size_t)g->sections * sizeof *s->stack);
    s->trail.n = 0;
    s->parts_n = 0;
    s->area = s->reached = 0;
    s->style = o.style;
    s->bias = o.bias;
    s->target = target;
    for (int j = 0; j < g->n; j++) s->pool[j] = j;
    s->pool_n = g->n;
    return solve_parts(s, (Part){s->pool, g->n, 0, g->sections});
}

static Search *search_new(Arena *a, const PackGroup *g) {
    Search *s = arena_new_of(a, Search);
    size_t n = (size_t)g->n, m = (size_t)g->sections;
    s->g = g;
    s->arena = a;
    s->state = arena_array_of(a, 4 * n, int32_t);
    s->raw = s->state;
    s->low = s->state + n;
    s->blocked = s->state + 2 * n;
    s->placed = s->state + 3 * n;
    s->offset = arena_array_of(a, n, int32_t);
    s->rank = arena_array_of(a, n, int32_t);
    s->remaining = arena_array_of(a, m, int32_t);
    s->stack = arena_array_of(a, m, int32_t);
    s->floor = arena_array_of(a, m, int32_t);
    s->choices = arena_array_of(a, m, int32_t);
    s->failures = arena_array_of(a, m, int32_t);
    s->edge = arena_array_of(a, m, int32_t);
    s->hash = arena_array_of(a, n, uint64_t);
    for (size_t j = 0; j < n; j++) s->hash[j] = random_at(j + ((uint64_t)1 << 60)) | 1;
    s->memo = arena_array_of(a, (size_t)1 << MEMO_BITS, Memo);
    s->pool = arena_array_of(a, n * (n + 2), int32_t);
    s->parts = arena_array_of(a, 3 * n + 3, Part);
    return s;
}

/* Targets: the goal, then nearer and nearer to the best known, halfway down again after each success; when no rung
 * gives more, from the goal with twice the patience. A target is kept for some runs: the elites learn for it. */
typedef struct {
    int rung, patience, tries;
} Ladder;

static int32_t target_on(const Ladder *l, const PackSearch *k) {
    static const int part[] = {0, 4, 6, 8};
    return k->goal + (int32_t)((int64_t)(k->peak - 1 - k->goal) * part[l->rung] / 8);
}

static void climb(Ladder *l, bool solved) {
    if (solved) {
        l->rung = 1;
        l->tries = 0;
    } else if (++l->tries >= (l->rung ? l->patience : 2 * l->patience)) {
        l->rung = (l->rung + 1) % 4;
        l->tries = 0;
        if (l->rung == 0) l->patience *= 2;
    }
}

/* Mostly short, each 16th 4 times as long, each 256th 16 times ...: no order is given up for ever. */
static int64_t length_at(int run) {
    int64_t length = 1;
    for (run++; run % 16 == 0; run /= 16) length *= 4;
    return length;
}

typedef struct {
    Elite elite[STYLES];
    int64_t *score;
    PackItem *item;
} Portfolio;

/* The order of this run into s->rank; its style. */
static Order prepare(Search *s, Portfolio *p, int run) {
    int noise = 0;
    Order o = run < FIXED_ORDERS ? fixed_orders[run] : random_order(run, &noise);
    Elite *e = &p->elite[o.style];
    if (e->reached > 0 && run >= FIXED_ORDERS && run / 4 % 3 != 0)
        score_near(s->g, e, run, p->score);
    else
        score_by(s->g, o, run, noise, p->score);
    rank_by(s, p->score, p->item);
    return o;
}

static void learn(Search *s, Portfolio *p, Style style) {
    Elite *e = &p->elite[style];
    if (s->reached >= e->reached) {
        if (s->reached > e->reached) e->tries = 0;
        e->reached = s->reached;
        memcpy(e->score, p->score, (size_t)s->g->n * sizeof *p->score);
    } else if (++e->tries > PATIENCE) {
        e->reached = 0;
        e->tries = 0;
    }
}

/* Orders that were good for one target start the next, but must prove it. */
static void forget_some(Portfolio *p) {
    for (int i = 0; i < STYLES; i++) p->elite[i].reached = p->elite[i].reached / 8 * 7;
}

static void keep_packing(const Search *s, PackSearch *k) {
    k->found = true;
    k->peak = 0;
    for (int j = 0; j < s->g->n; j++) {
        k->offset[j] = s->offset[j];
        if (s->offset[j] + s->g->size[j] > k->peak) k->peak = s->offset[j] + s->g->size[j];
    }
}

void pack_search(Arena *tmp, const PackGroup *g, PackSearch *k) {
    Search *s = search_new(tmp, g);
    Portfolio p = {.score = arena_array_of(tmp, g->n, int64_t), .item = arena_array_of(tmp, g->n, PackItem)};
    for (int i = 0; i < STYLES; i++) p.elite[i].score = arena_array_of(tmp, g->n, int64_t);
    int64_t unit = 2 * (int64_t)g->n + 64;
    Ladder ladder = {0, 16, 0};
    int32_t target = 0;
    for (int run = 0; k->peak > k->goal && k->nodes < k->node_limit && k->work < k->work_limit; run++) {
        if (target != target_on(&ladder, k)) forget_some(&p);
        target = target_on(&ladder, k);
        int64_t nodes = unit * length_at(run);
        s->nodes = k->nodes;
        s->work = k->work;
        s->node_limit = nodes < k->node_limit - k->nodes ? k->nodes + nodes : k->node_limit;
        s->work_limit = k->work_limit;
        Order o = prepare(s, &p, run);
        int result = run_once(s, o, target);
        k->nodes = s->nodes;
        k->work = s->work;
        if (length_at(run) == 1) learn(s, &p, o.style);
        if (result == SOLVED) keep_packing(s, k);
        if (result == FAILED) {
            k->proven = target + 1;
            if (k->goal < k->proven) k->goal = k->proven;
        }
        climb(&ladder, result == SOLVED);
    }
}
