/* Results over their own operands. A kernel's outermost loop walks an operand and a result; where the result begins `distance`
 * bytes before the operand, each iteration overwrites only what no later one reads (diagonal memory: Chen et al., vMCU,
 * arXiv:2406.06542; Stahl et al., DMO, arXiv:2010.01700). A kernel of one stage reads while it writes: then nothing that its own
 * iteration reads either. Or the iterations are channels, and each stays in its own. */
#include "plan/storage.h"
#include "nest/internal.h"
#include "plan/touch.h"

/* The only outer axis of more than one point, as stage s has it. */
static AxisId turn_of(const Nest *n, const Stage *s) {
    AxisId turn = NO_AXIS;
    for (int i = 0; i < touch_axes(n); i++) {
        if (n->axis.at[s->axis[i]].extent == 1) continue;
        if (turn != NO_AXIS) return NO_AXIS;
        turn = s->axis[i];
    }
    return turn;
}

/* In each iteration e is that iteration's number modulo c. */
static bool stays_in_channel(Nest *n, ExprId e, AxisId a, int64_t c) {
    Linear l;
    if (!linear_of(n, e, &l) || l.constant % c) return false;
    bool own = false;
    for (int i = 0; i < l.n; i++) {
        if (l.term[i].atom == x_axis(n, a)) own = l.term[i].coef == 1;
        else if (l.term[i].coef % c) return false;
    }
    return own;
}

typedef struct {
    Nest *n;
    AxisId turn;
    int64_t count;
    bool own;
} Channels;

static bool own_offset(Channels *c, ExprId offset) {
    c->own &= c->turn != NO_AXIS && stays_in_channel(c->n, offset, c->turn, c->count);
    return true;
}

static bool own_channel(void *ctx, ExprId load) {
    Channels *c = ctx;
    return own_offset(c, x_load_offset(c->n, load));
}

/* Iterations are channels, which bytes of x and y have innermost. */
static bool by_channels(Nest *n, BufId x, BufId y, int64_t count) {
    const Stage last = vec_last(&n->stage);
    Channels c = {n, turn_of(n, &last), count, true};
    const Buffer *bx = &n->buf.at[x], *by = &n->buf.at[y];
    if (dtype_info[bx->dtype].bytes != 1 || dtype_info[by->dtype].bytes != 1 || bx->dim[bx->rank - 1] != count || by->dim[by->rank - 1] != count) return false;
    own_offset(&c, buffer_offset(n, y, last.index));
    for (uint32_t s = 0; s < n->stage.n; s++) {
        const Stage st = n->stage.at[s];
        c.turn = turn_of(n, &st);
        if (!touch_loads(n, s, x, own_channel, &c)) return false;
    }
    return c.own;
}

/* How far y begins behind x at least where the outermost loop, of a nest of one stage, goes down. Results that begin before their
 * operands one after the other creep through the arena; kernels that read what they write about go back. */
static void go_down(const Touched *read, const Touched *written, int64_t before, OverlapPair *o) {
    int64_t high = TOUCH_NOTHING, last = read->count - 1;
    int64_t *low = written->low;
    for (int64_t i = last - 1; i >= 0; i--)
        if (low[i] > low[i + 1]) low[i] = low[i + 1];
    o->behind = TOUCH_NOTHING;
    for (int64_t i = 0; i <= last; i++) {
        if (read->high[i] > high) high = read->high[i];
        if (high > TOUCH_NOTHING && high - low[i] > o->behind) o->behind = high - low[i];
    }
    o->down = o->behind <= before && o->behind <= written->high[last] - low[last];
}

/* How y may lie to x, the buffers vx and vy of the nest; false: nowhere in it. */
static bool overlap_of(Nest *n, Arena *tmp, const Graph *g, ValueId vx, ValueId vy, OverlapPair *o) {
    BufId x = touch_buffer(n, vx, BUF_in), y = touch_buffer(n, vy, BUF_out);
    Touched read, written;
    int64_t most = TOUCH_NOTHING;
    if (!touch_writes(n, tmp, g, vy, &written) || !touch_reads(n, tmp, vx, &read) || read.count < 2) return false;
    if (read.late && n->stage.n > 1) return false;
    for (uint32_t s = 0; s < n->stage.n; s++)
        if (n->stage.at[s].out == x) return false;
    if (!read.late && by_channels(n, x, y, read.count)) o->pair.multiple = read.count;
    for (int64_t i = 1; i < read.count; i++)
        if (written.high[i] < written.high[i - 1]) written.high[i] = written.high[i - 1];
    for (int64_t i = read.count - 2; i >= 0; i--)
        if (read.low[i] > read.low[i + 1]) read.low[i] = read.low[i + 1];
    for (int64_t i = 0, next = read.late ? 0 : 1; i + next < read.count; i++) /* late: an iteration reads while it writes */
        if (read.low[i + next] < TOUCH_NEVER && written.high[i] - read.low[i + next] > most) most = written.high[i] - read.low[i + next];
    o->pair.before = most;
    if (read.late) go_down(&read, &written, most, o);
    return true;
}

/* The only operand of job j that lies in root r. */
static bool alone(const Storage *s, const Job *j, ValueId r) {
    uint32_t readers = 0;
    int64_t at;
    for (uint32_t q = 0; q < j->read.n; q++) readers += storage_root(s, j->read.at[q], &at) == r;
    return readers == 1;
}

int64_t storage_saves(const Storage *s, Arena *tmp, const Job *j, uint32_t k, bool overlaps) {
    int64_t at, at_y, x_bytes, y_bytes, both;
    if (j->control || j->write.n != 1 || j->nest->stage.n == 0) return 0;
    ValueId x = j->read.at[k], y = j->write.at[0], r = storage_root(s, x, &at), ry = storage_root(s, y, &at_y);
    if (r == ry || !value_in_arena(s, r) || !value_in_arena(s, ry) || !alone(s, j, r)) return 0;
    x_bytes = value_bytes(s->g, r);
    y_bytes = value_bytes(s->g, ry);
    if (at == 0 && x_bytes == y_bytes && y_bytes == value_bytes(s->g, y) && value_stored(s->g, x) == value_stored(s->g, y) && storage_overwrites(j->nest, x, y)) return y_bytes;
    OverlapPair o = {.result = y};
    if (!overlaps || !overlap_of(j->nest, tmp, s->g, x, y, &o)) return 0;
    int64_t before = o.pair.multiple ? 0 : o.pair.before + at_y - at;
    both = before <= 0 || before + x_bytes < y_bytes ? (x_bytes > y_bytes ? x_bytes : y_bytes) : before + x_bytes;
    return x_bytes + y_bytes > both ? x_bytes + y_bytes - both : 0;
}

#define MOST_JOBS 400

void storage_overlap(const Storage *s, Arena *a, const Job *job, const uint32_t *order, uint32_t n, const bool *skip, Overlaps *out) {
    Arena *tmp = arena_new("overlap");
    int32_t *lower = arena_array_of(tmp, s->g->value.n + 1, int32_t), *upper = arena_array_of(tmp, s->g->value.n + 1, int32_t);
    storage_live(s, job, order, n, lower, upper);
    for (uint32_t i = 0; i < n && n <= MOST_JOBS; i++) {
        const Job *j = &job[order[i]];
        int64_t at, at_y;
        if (j->control || j->write.n != 1 || (skip && skip[order[i]])) continue;
        ValueId y = j->write.at[0], ry = storage_root(s, y, &at_y);
        if (!value_in_arena(s, ry) || lower[ry] != (int32_t)i) continue;
        for (uint32_t k = 0; k < j->read.n; k++) {
            ValueId x = j->read.at[k], r = storage_root(s, x, &at);
            OverlapPair o = {.job = order[i], .operand = x, .operand_root = r, .result = y, .result_root = ry};
            if (r == ry || !value_in_arena(s, r) || upper[r] != (int32_t)i + 1 || !alone(s, j, r)) continue;
            if (!overlap_of(j->nest, tmp, s->g, x, y, &o)) continue;
            o.pair.before += at_y - at;
            o.behind += at - at_y;
            o.pair.inside = at - at_y;
            vec_push(a, out, o);
        }
    }
    arena_free(tmp);
}
