/* The packing's front: rounds sizes, takes apart what time separates, places greedily in many orders, hands what is
 * still above the goal to the search, and checks. */
#include "plan/pack.h"
#include "base/size.h"
#include "plan/pack_internal.h"
#include <string.h>

/* A buffer with its size rounded up to the smallest alignment: every offset is a multiple of that anyway. */
typedef struct {
    int32_t lower, upper;
    int64_t size, align, offset;
    int id;
} Item;

typedef struct {
    Item *item;
    int n;
    int64_t bound;  /* largest live set */
    int64_t proven; /* no packing is lower; the bound, or more after an exhausted search */
    int64_t peak;
    const char *method;
} Group;

static int64_t add_clamped(int64_t a, int64_t b) {
    return size_add(a, b, &a) ? a : INT64_MAX;
}

/* INT64_MAX when there is none: such a buffer fits nowhere. */
static int64_t round_up(int64_t v, int64_t align) {
    int64_t more = v % align;
    return more ? add_clamped(v, align - more) : v;
}

static int64_t gcd(int64_t a, int64_t b) {
    while (b) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* ---- sorting ---- */

static bool before(PackItem a, PackItem b) {
    if (a.key != b.key) return a.key < b.key;
    return a.tie != b.tie ? a.tie < b.tie : a.index < b.index;
}

static void sift_down(PackItem *item, int at, int n) {
    PackItem moved = item[at];
    for (int child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && before(item[child], item[child + 1])) child++;
        if (!before(moved, item[child])) break;
        item[at] = item[child];
    }
    item[at] = moved;
}

/* Heap sort: qsort may allocate, and where keys are equal its order is the library's. */
void pack_sort(PackItem *item, int n) {
    for (int i = n / 2 - 1; i >= 0; i--) sift_down(item, i, n);
    for (int i = n - 1; i > 0; i--) {
        PackItem top = item[0];
        item[0] = item[i];
        item[i] = top;
        sift_down(item, 0, i);
    }
}

/* ---- greedy ---- */

typedef struct {
    const char *first_fit, *best_fit;
} GreedyName;

enum { BY_SIZE, BY_AREA, BY_OVERLAP, BY_START, BY_LENGTH, GREEDY_ORDERS };
static const GreedyName greedy_name[GREEDY_ORDERS] = {
    [BY_SIZE] = {"first fit by size", "best fit by size"},
    [BY_AREA] = {"first fit by area", "best fit by area"},
    [BY_OVERLAP] = {"first fit by overlap", "best fit by overlap"},
    [BY_START] = {"first fit by start", "best fit by start"},
    [BY_LENGTH] = {"first fit by length", "best fit by length"},
};

static int64_t length_of(const Item *b) {
    return (int64_t)b->upper - b->lower;
}

static bool together(const Item *a, const Item *b) {
    return a->lower < b->upper && b->lower < a->upper;
}

static int64_t overlap_of(const Group *g, int i) {
    int64_t sum = 0;
    for (int j = 0; j < g->n; j++)
        if (together(&g->item[i], &g->item[j])) sum = add_clamped(sum, g->item[j].size);
    return sum;
}

static void greedy_order(const Group *g, int order, PackItem *out) {
    for (int i = 0; i < g->n; i++) {
        const Item *b = &g->item[i];
        int64_t key = b->lower, area;
        if (order == BY_SIZE) key = -b->size;
        if (order == BY_AREA) key = size_mul(b->size, length_of(b), &area) ? -area : -INT64_MAX;
        if (order == BY_OVERLAP) key = -overlap_of(g, i);
        if (order == BY_LENGTH) key = -length_of(b);
        out[i] = (PackItem){key, order == BY_SIZE ? b->lower : -b->size, i};
    }
    pack_sort(out, g->n);
}

/* The place for b among placed[0 .. n), sorted by offset: the lowest gap, or the tightest (first fit when none). */
static int64_t find_gap(const Item *b, Item *const *placed, int n, bool tightest) {
    int64_t at = 0, best = -1, best_room = INT64_MAX;
    for (int i = 0; i < n; i++) {
        const Item *p = placed[i];
        if (!together(b, p)) continue;
        if (p->offset > at && p->offset - at >= b->size) {
            if (!tightest) return at;
            if (p->offset - at < best_room) {
                best_room = p->offset - at;
                best = at;
            }
        }
        int64_t above = round_up(add_clamped(p->offset, p->size), b->align);
        if (above > at) at = above;
    }
    return best >= 0 ? best : at;
}

/* Sets every item's offset; the peak, INT64_MAX when it does not fit in 64 bits. */
static int64_t greedy(const Group *g, const PackItem *order, bool tightest, Item **placed) {
    int64_t peak = 0;
    for (int x = 0; x < g->n; x++) {
        Item *b = &g->item[order[x].index];
        b->offset = find_gap(b, placed, x, tightest);
        int64_t top = add_clamped(b->offset, b->size);
        if (top > peak) peak = top;
        int y = x;
        for (; y > 0 && placed[y - 1]->offset > b->offset; y--) placed[y] = placed[y - 1];
        placed[y] = b;
    }
    return peak;
}

/* Every order with both fits until one reaches the goal; keeps the best. Few orders where n is huge: they cost n * n.
 */
static void greedy_portfolio(Arena *tmp, Group *g, int64_t goal) {
    PackItem *order = arena_array_of(tmp, g->n, PackItem);
    Item **placed = arena_array_of(tmp, g->n, Item *);
    int64_t *best = arena_array_of(tmp, g->n, int64_t);
    int orders = GREEDY_ORDERS, trials = 2 * orders;
    while (trials > 1 && (int64_t)g->n * g->n > 1000000000 / trials) trials--;
    g->peak = INT64_MAX;
    g->method = greedy_name[0].first_fit;
    for (int k = 0; k < trials; k++) {
        bool tightest = k >= orders;
        greedy_order(g, k % orders, order);
        int64_t peak = greedy(g, order, tightest, placed);
        if (k > 0 && peak >= g->peak) continue;
        g->peak = peak;
        g->method = tightest ? greedy_name[k % orders].best_fit : greedy_name[k % orders].first_fit;
        for (int i = 0; i < g->n; i++) best[i] = g->item[i].offset;
        if (peak <= goal) break;
    }
    for (int i = 0; i < g->n; i++) g->item[i].offset = best[i];
}

/* ---- groups ---- */

/* Items sorted by start, one array; a group ends where no buffer is alive. */
static int find_groups(Item *item, int n, Group *out) {
    int count = 0;
    int32_t end = 0;
    for (int i = 0; i < n; i++) {
        if (count == 0 || item[i].lower >= end) {
            out[count++] = (Group){&item[i], 0, 0, 0, 0, ""};
            end = item[i].upper;
        }
        out[count - 1].n++;
        if (item[i].upper > end) end = item[i].upper;
    }
    return count;
}

/* Starts and ends in time order, an end before a start at the same step; index: 2 * item, + 1 for a start. */
static PackItem *events_of(Arena *tmp, const Group *g) {
    PackItem *event = arena_array_of(tmp, 2 * (size_t)g->n, PackItem);
    for (int i = 0; i < g->n; i++) {
        event[2 * i] = (PackItem){g->item[i].upper, 0, 2 * i};
        event[2 * i + 1] = (PackItem){g->item[i].lower, 1, 2 * i + 1};
    }
    pack_sort(event, 2 * g->n);
    return event;
}

/* The group's bound. Clamped sums are not subtracted from: a sum that passed the end stays there. */
static void find_bound(Arena *tmp, Group *g) {
    PackItem *event = events_of(tmp, g);
    int64_t alive = 0;
    for (int e = 0; e < 2 * g->n; e++) {
        int64_t size = g->item[event[e].index / 2].size;
        if (event[e].tie == 0)
            alive -= size;
        else if (!size_add(alive, size, &alive)) {
            g->bound = INT64_MAX;
            break;
        }
        if (alive > g->bound) g->bound = alive;
    }
    g->proven = g->bound;
}

/* The unit that divides every size, offset and alignment, doubled until the sum of sizes is small enough; 0: none. */
static int64_t find_unit(const Group *g, bool *exact) {
    int64_t unit = 0, least = INT64_MAX, most = 0, sum = 0;
    for (int i = 0; i < g->n; i++) {
        const Item *b = &g->item[i];
        unit = gcd(unit, b->size);
        least = b->align < least ? b->align : least;
        most = b->align > most ? b->align : most;
        if (!size_add(sum, b->size, &sum)) return 0;
    }
    if (unit % most) unit = gcd(unit, least); /* else offsets, sums of sizes, are aligned */
    *exact = true;
    for (; sum / unit + g->n >= PACK_UNITS; unit *= 2) *exact = false;
    return most / unit < PACK_UNITS / 2 ? unit : 0;
}

static void fill_overlaps(Arena *tmp, PackGroup *p) {
    int64_t total = 0;
    p->start = arena_array_of(tmp, p->n + 1, int32_t);
    for (int pass = 0; pass < 2; pass++) {
        if (pass) p->next = arena_array_of(tmp, total, int32_t);
        total = 0;
        for (int i = 0; i < p->n; i++) {
            p->start[i] = (int32_t)total;
            for (int j = 0; j < p->n; j++) {
                if (i == j || p->lower[i] >= p->upper[j] || p->lower[j] >= p->upper[i]) continue;
                if (pass) p->next[total] = j;
                total++;
            }
        }
        p->start[p->n] = (int32_t)total;
    }
}

static void fill_twins(PackGroup *p) {
    for (int i = 0; i < p->n; i++) {
        p->twin[i] = -1;
        for (int j = 0; j < i; j++)
            if (p->lower[i] == p->lower[j] && p->upper[i] == p->upper[j] && p->size[i] == p->size[j] &&
                p->align[i] == p->align[j])
                p->twin[i] = j;
    }
}

/* A section closes at the first end behind a start: what is alive there is no subset of another live set. */
static void fill_sections(Arena *tmp, const Group *g, PackGroup *p) {
    const PackItem *event = events_of(tmp, g);
    bool open = false;
    for (int e = 0; e < 2 * g->n; e++) {
        int i = event[e].index / 2;
        if (event[e].tie) {
            p->first[i] = p->sections;
            open = true;
            continue;
        }
        if (open) p->sections++;
        open = false;
        p->last[i] = p->sections;
    }
    for (int i = 0; i < p->n; i++)
        for (int32_t k = p->first[i]; k < p->last[i]; k++) p->total[k] += p->size[i];
}

static PackGroup *to_units(Arena *tmp, const Group *g, int64_t unit) {
    PackGroup *p = arena_new_of(tmp, PackGroup);
    p->n = g->n;
    int32_t **field[] = {&p->lower, &p->upper, &p->size, &p->align, &p->first, &p->last, &p->total, &p->twin};
    for (size_t f = 0; f < sizeof field / sizeof *field; f++) *field[f] = arena_array_of(tmp, g->n, int32_t);
    for (int i = 0; i < g->n; i++) {
        const Item *b = &g->item[i];
        p->lower[i] = b->lower;
        p->upper[i] = b->upper;
        p->size[i] = (int32_t)ceil_div(b->size, unit);
        p->align[i] = b->align > unit ? (int32_t)(b->align / unit) : 1;
    }
    fill_sections(tmp, g, p);
    fill_overlaps(tmp, p);
    fill_twins(p);
    return p;
}

/* ---- search ---- */

typedef struct {
    int64_t goal;
    int64_t nodes, node_limit, work, work_limit;
} Effort;

static void search_group(Group *g, Effort *e) {
    bool exact;
    int64_t unit = g->n <= PACK_SEARCH_BUFFERS ? find_unit(g, &exact) : 0;
    if (unit == 0 || g->peak / unit >= PACK_UNITS) return;
    Arena *tmp = arena_new("plan search");
    PackGroup *p = to_units(tmp, g, unit);
    PackSearch s = {.goal = (int32_t)(e->goal / unit), /* below the peak */
                    .peak = (int32_t)ceil_div(g->peak, unit),
                    .offset = arena_array_of(tmp, g->n, int32_t),
                    .nodes = e->nodes,
                    .node_limit = e->node_limit,
                    .work = e->work,
                    .work_limit = e->work_limit};
    pack_search(tmp, p, &s);
    e->nodes = s.nodes;
    e->work = s.work;
    if (s.found && s.peak * unit < g->peak) {
        g->peak = s.peak * unit;
        g->method = "branch and bound";
        for (int i = 0; i < g->n; i++) g->item[i].offset = s.offset[i] * unit;
    }
    if (exact && s.proven * unit > g->proven) g->proven = s.proven * unit;
    arena_free(tmp);
}

/* ---- the whole ---- */

/* Work of two to three seconds on one core of 2020; few buffers either are solved far sooner or hardly gain. */
static const int64_t MOST_WORK = 3000000000, WORK_EACH = 20000000;

static int64_t default_work(int n) {
    return n < MOST_WORK / WORK_EACH ? n * WORK_EACH : MOST_WORK;
}

/* The buffers that take room at some step, by start. */
static Item *live_items(Arena *tmp, const PlanBuffer *buffer, int n, int64_t unit, int *count) {
    PackItem *order = arena_array_of(tmp, n, PackItem);
    Item *item = arena_array_of(tmp, n, Item);
    *count = 0;
    for (int i = 0; i < n; i++)
        if (buffer[i].lower < buffer[i].upper && buffer[i].size > 0)
            order[(*count)++] = (PackItem){buffer[i].lower, buffer[i].upper, i};
    pack_sort(order, *count);
    for (int x = 0; x < *count; x++) {
        const PlanBuffer *b = &buffer[order[x].index];
        item[x] = (Item){b->lower, b->upper, round_up(b->size, unit), b->align > 1 ? b->align : 1, 0, order[x].index};
    }
    return item;
}

/* Buffers without a lifetime go to 0: nothing is there with them, but they must end below the peak. */
static void place_dead(PlanBuffer *buffer, int n, int64_t unit, PlanResult *r) {
    for (int i = 0; i < n; i++) {
        buffer[i].offset = 0;
        if (buffer[i].lower < buffer[i].upper || buffer[i].size <= 0) continue;
        int64_t size = round_up(buffer[i].size, unit);
        if (size > r->peak) r->peak = r->lower_bound = size;
    }
}

static PlanResult pack_groups(Arena *tmp, Group *g, int count, PlanOptions options, int n, PlanResult r) {
    for (int k = 0; k < count; k++) {
        find_bound(tmp, &g[k]);
        if (g[k].bound > r.lower_bound) r.lower_bound = g[k].bound;
    }
    Effort e = {.goal = options.capacity > r.lower_bound ? options.capacity : r.lower_bound};
    e.node_limit = options.node_limit > 0 ? options.node_limit : INT64_MAX;
    e.work_limit = options.node_limit > 0 ? INT64_MAX : default_work(n);
    int64_t proven = r.lower_bound;
    for (int k = 0; k < count; k++) {
        int64_t nodes = e.nodes;
        greedy_portfolio(tmp, &g[k], e.goal);
        if (g[k].peak > e.goal) search_group(&g[k], &e);
        if (g[k].proven > proven) proven = g[k].proven;
        if (proven > e.goal) e.goal = proven; /* the others need not be lower */
        if (k == 0 || g[k].peak > r.peak || (g[k].peak == r.peak && e.nodes > nodes)) r.method = g[k].method;
        if (g[k].peak > r.peak) r.peak = g[k].peak;
    }
    r.optimal = r.peak <= proven && r.peak < INT64_MAX;
    r.nodes = e.nodes;
    return r;
}

PlanResult plan_pack(Arena *tmp, PlanBuffer *buffers, int n, PlanOptions options) {
    int64_t unit = INT64_MAX;
    for (int i = 0; i < n; i++) {
        int64_t align = buffers[i].align > 1 ? buffers[i].align : 1;
        if (align < unit) unit = align;
    }
    PlanResult r = {.method = "nothing to pack", .optimal = true};
    if (n <= 0) return r;
    place_dead(buffers, n, unit, &r);
    int live;
    Item *item = live_items(tmp, buffers, n, unit, &live);
    Group *group = arena_array_of(tmp, live, Group);
    r = pack_groups(tmp, group, find_groups(item, live, group), options, live, r);
    for (int i = 0; i < live; i++) buffers[item[i].id].offset = item[i].offset;
    return r;
}

/* ---- the checker ---- */

static bool check_buffer(const PlanBuffer *b, int64_t peak) {
    int64_t top;
    return b->size >= 0 && b->offset >= 0 && b->offset % (b->align > 1 ? b->align : 1) == 0 &&
           size_add(b->offset, b->size, &top) && top <= peak;
}

/* All pairs: slow and plain on purpose. */
bool plan_check(const PlanBuffer *buffers, int n, int64_t peak) {
    for (int i = 0; i < n; i++)
        if (!check_buffer(&buffers[i], peak)) return false;
    for (int i = 0; i < n; i++) {
        const PlanBuffer *a = &buffers[i];
        for (int j = i + 1; j < n; j++) {
            const PlanBuffer *b = &buffers[j];
            if (a->lower < b->upper && b->lower < a->upper && a->lower < a->upper && b->lower < b->upper &&
                a->offset < b->offset + b->size && b->offset < a->offset + a->size)
                return false;
        }
    }
    return true;
}
