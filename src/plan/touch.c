#include "plan/touch.h"
#include "base/size.h"
#include "nest/internal.h"

#define MOST_ITERATIONS 4096
#define MOST_LOADS 16

BufId touch_buffer(const Nest *n, ValueId v, BufKind kind) {
    for (uint32_t b = 0; b < n->buf.n; b++)
        if (n->buf.at[b].value == v && n->buf.at[b].kind == kind) return b;
    return NO_BUF;
}

int touch_axes(const Nest *n) {
    if (n->stage.n > 1) return n->nshared;
    const Stage *s = &vec_last(&n->stage);
    for (int i = 0; i < s->naxis; i++)
        if (n->axis.at[s->axis[i]].extent > 1) return i + 1;
    return 0;
}

static int64_t iterations(const Nest *n) {
    const Stage *s = &vec_last(&n->stage);
    int64_t count = 1;
    for (int i = 0; i < touch_axes(n); i++)
        if (!size_mul(count, n->axis.at[s->axis[i]].extent, &count)) return TOUCH_NEVER;
    return count;
}

/* e, which stage s has, in iteration i. */
static bool range_at(Nest *n, const Stage *s, ExprId e, int64_t i, Range *r) {
    ExprId *to = x_axis_table(n, n->arena, 0);
    for (int k = touch_axes(n) - 1; k >= 0; k--) {
        int64_t extent = n->axis.at[s->axis[k]].extent;
        to[s->axis[k]] = x_index(n, i % extent);
        i /= extent;
    }
    return x_range(n, x_substitute(n, e, to), r);
}

typedef struct {
    Nest *n;
    BufId x;
    ExprId load[MOST_LOADS];
    int count;
} Loads;

static void find_loads(Loads *l, ExprId e) {
    if (!x_mark(l->n, e)) return;
    Expr x = *x_get(l->n, e);
    if (x.kind == X_load && x.id == l->x && l->count < MOST_LOADS) l->load[l->count++] = e;
    for (int i = 0; i < x.narg; i++)
        if (x_arg(l->n, e, i) != NO_EXPR) find_loads(l, x_arg(l->n, e, i));
}

bool touch_loads(Nest *n, uint32_t s, BufId b, bool (*each)(void *ctx, ExprId load), void *ctx) {
    const Stage st = n->stage.at[s];
    Loads l = {.n = n, .x = b};
    x_mark_begin(n);
    find_loads(&l, st.value);
    if (st.guard != NO_EXPR) find_loads(&l, st.guard);
    for (int k = 0; k < st.nindex; k++) find_loads(&l, st.index[k]);
    if (l.count == MOST_LOADS) return false;
    for (int k = 0; k < l.count; k++)
        if (!each(ctx, l.load[k])) return false;
    return true;
}

static bool touched_new(Nest *n, Arena *a, Touched *out) {
    int64_t count = iterations(n);
    *out = (Touched){.count = count};
    if (count < 1 || count > MOST_ITERATIONS) return false;
    out->low = arena_array_of(a, count + 1, int64_t);
    out->high = arena_array_of(a, count + 1, int64_t);
    for (int64_t i = 0; i < count; i++) out->low[i] = TOUCH_NEVER, out->high[i] = TOUCH_NOTHING;
    return true;
}

typedef struct {
    Nest *n;
    const Stage *stage;
    const Buffer *buf;
    Touched *out;
    bool found;
} Reads;

/* The elements that a load reaches in iteration i; guards keep each index inside its dimension. */
static bool load_range(const Reads *q, ExprId load, int64_t i, Range *r) {
    const Buffer *b = q->buf;
    if (b->nphys) return range_at(q->n, q->stage, x_load_offset(q->n, load), i, r);
    *r = (Range){0, 0};
    for (int d = 0; d < b->rank; d++) {
        Range x;
        if (!range_at(q->n, q->stage, x_arg(q->n, load, d), i, &x)) return false;
        if (x.lo < 0) x.lo = 0;
        if (x.hi > b->dim[d] - 1) x.hi = b->dim[d] - 1;
        r->lo += x.lo * b->stride[d];
        r->hi += x.hi * b->stride[d];
    }
    return true;
}

static bool add_read(void *ctx, ExprId load) {
    Reads *q = ctx;
    int64_t bytes = dtype_info[q->buf->dtype].bytes, all = buffer_elements(q->buf);
    q->found = true;
    for (int64_t i = 0; i < q->out->count; i++) {
        Range r;
        if (!load_range(q, load, i, &r)) return false;
        int64_t first = (r.lo > 0 ? r.lo : 0) * bytes, end = (r.hi < all ? r.hi + 1 : all) * bytes;
        if (r.hi < r.lo) continue; /* beside it: nothing is read */
        if (first < q->out->low[i]) q->out->low[i] = first;
        if (end > q->out->high[i]) q->out->high[i] = end;
    }
    return true;
}

bool touch_reads(Nest *n, Arena *a, ValueId v, Touched *out) {
    BufId b = touch_buffer(n, v, BUF_in);
    if (b == NO_BUF || n->stage.n == 0 || !touched_new(n, a, out)) return false;
    for (uint32_t s = 0; s < n->stage.n; s++) {
        const Stage stage = n->stage.at[s];
        const Buffer buffer = n->buf.at[b];
        Reads q = {n, &stage, &buffer, out, false};
        if (!touch_loads(n, s, b, add_read, &q)) return false;
        if (q.found && s + 1 == n->stage.n) out->late = true;
    }
    return true;
}

bool touch_writes(Nest *n, Arena *a, const Graph *g, ValueId v, Touched *out) {
    BufId b = touch_buffer(n, v, BUF_out);
    if (b == NO_BUF || n->stage.n == 0) return false;
    const Stage last = vec_last(&n->stage);
    if (last.out != b || last.combine != COMBINE_store || last.guard != NO_EXPR || !touched_new(n, a, out)) return false;
    for (uint32_t s = 0; s + 1 < n->stage.n; s++)
        if (n->stage.at[s].out == b) return false;
    ExprId at = buffer_offset(n, b, last.index);
    for (int64_t i = 0; i < out->count; i++) {
        Range r;
        if (!range_at(n, &last, at, i, &r)) return false;
        out->low[i] = r.lo * dtype_info[value_stored(g, v)].bytes;
        out->high[i] = (r.hi + 1) * dtype_info[value_stored(g, v)].bytes;
    }
    return true;
}
