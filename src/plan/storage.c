/* Homes of values: views first, then in-place results. */
#include "plan/storage.h"

int64_t value_bytes(const Graph *g, ValueId v) {
    int64_t bytes;
    if (!size_mul(shape_count(value_shape(g, v)), dtype_info[value_stored(g, v)].bytes, &bytes)) return 0;
    return bytes < 0 ? 0 : bytes;
}

ValueId storage_root(const Storage *s, ValueId v, int64_t *offset) {
    *offset = 0;
    while (s->home[v].parent != NO_VALUE) {
        *offset += s->home[v].offset;
        v = s->home[v].parent;
    }
    return v;
}

bool value_in_arena(const Storage *s, ValueId root) {
    const Value *v = &s->g->value.at[root];
    return !v->data && (s->ports || (!v->is_input && !v->is_output));
}

/* Memory that a kernel may write into freely as part of something else. */
static bool movable(const Storage *s, ValueId v) {
    const Value *x = &s->g->value.at[v];
    return s->home[v].parent == NO_VALUE && !x->is_input && !x->is_output && !x->data && x->producer != NO_NODE;
}

/* Puts `inner` (its whole class) into outer at byte offset; false when it has a fixed home. */
static bool settle(Storage *s, ValueId inner, ValueId outer, int64_t bytes) {
    int64_t at, at_outer;
    ValueId r = storage_root(s, inner, &at), o = storage_root(s, outer, &at_outer);
    if (r == o || at != 0 || !movable(s, r) || value_bytes(s->g, r) != value_bytes(s->g, inner)) return false;
    s->home[r].parent = outer;
    s->home[r].offset = bytes;
    return true;
}

static void view_reshape(Storage *s, View v, bool *covered, NodeId n) {
    const Value *out = &s->g->value.at[v.inner];
    if (!out->is_output) {
        s->home[v.inner] = (Home){v.outer, 0, true};
        covered[n] = true;
    } else if (settle(s, v.outer, v.inner, 0)) { /* the operand is made right in the caller's output */
        covered[n] = true;
    }
}

/* Slice and Split: parts lie inside the operand. */
static void view_parts(Storage *s, const View *v, int count, bool *covered, NodeId n) {
    for (int i = 0; i < count; i++)
        if (s->g->value.at[v[i].inner].is_output) return;
    for (int i = 0; i < count; i++)
        s->home[v[i].inner] = (Home){v[i].outer, v[i].offset * dtype_info[value_stored(s->g, v[i].inner)].bytes, true};
    covered[n] = true;
}

/* Concat: operands are made inside the result where their producers can write there. */
static void view_concat(Storage *s, Arena *a, const View *v, int count, bool *covered, bool **only, NodeId n) {
    bool any = false, all = true;
    bool *copy = arena_array_of(a, count, bool);
    for (int i = 0; i < count; i++) {
        bool again = false; /* the same operand twice: the second is copied */
        for (int k = 0; k < i; k++) again |= v[k].inner == v[i].inner;
        copy[i] = again || !settle(s, v[i].inner, v[i].outer, v[i].offset * dtype_info[value_stored(s->g, v[i].inner)].bytes);
        any |= copy[i];
        all &= copy[i];
    }
    covered[n] = !any;
    only[n] = any && !all ? copy : NULL;
}

Storage *storage_views(Arena *a, Graph *g, bool plain, bool *covered, bool **only) {
    Storage *s = arena_new_of(a, Storage);
    s->g = g;
    s->home = arena_array_of(a, g->value.n, Home);
    s->extent = arena_array_of(a, g->value.n, int64_t);
    for (uint32_t v = 0; v < g->value.n; v++) {
        s->home[v].parent = NO_VALUE;
        s->extent[v] = value_bytes(g, v);
    }
    View *views = arena_array_of(a, 4096, View);
    for (int pass = 0; pass < 2; pass++) /* renames and parts first, so that Concat sees what they cover */
        for (NodeId n = 0; n < g->node.n; n++) {
            bool concat = g->node.at[n].op == OP_Concat;
            if (concat != (pass == 1) || (plain && g->node.at[n].op != OP_Reshape)) continue;
            int count = node_views(g, n, views, 4096);
            if (count == 0) continue;
            if (concat) view_concat(s, a, views, count, covered, only, n);
            else if (g->node.at[n].op == OP_Reshape) view_reshape(s, views[0], covered, n);
            else view_parts(s, views, count, covered, n);
        }
    return s;
}

/* ---- live ranges ---- */

void storage_live(const Storage *s, const Job *job, const uint32_t *order, uint32_t n, int32_t *lower, int32_t *upper) {
    int64_t at;
    for (uint32_t v = 0; v < s->g->value.n; v++) lower[v] = upper[v] = 0;
    for (uint32_t i = 0; i < n; i++) {
        const Job *j = &job[order[i]];
        for (uint32_t k = 0; k < j->read.n + j->write.n; k++) {
            ValueId r = storage_root(s, k < j->read.n ? j->read.at[k] : j->write.at[k - j->read.n], &at);
            if (!value_in_arena(s, r)) continue;
            if (upper[r] == 0) lower[r] = (int32_t)i;
            upper[r] = (int32_t)i + 1;
        }
    }
    for (uint32_t i = 0; s->ports && i < s->g->input.n; i++) {
        ValueId r = storage_root(s, s->g->input.at[i], &at);
        lower[r] = 0;
        if (upper[r] == 0) upper[r] = 1;
    }
    for (uint32_t i = 0; s->ports && i < s->g->output.n; i++) upper[storage_root(s, s->g->output.at[i], &at)] = (int32_t)n + 1;
    for (NodeId id = 0; id < s->g->node.n; id++) { /* strings point at their bytes wherever they go */
        if (s->g->node.at[id].op != OP_StringOf) continue;
        ValueId r = storage_root(s, s->g->node.at[id].in[0], &at);
        if (value_in_arena(s, r) && upper[r]) upper[r] = (int32_t)n;
    }
}

/* ---- in place ---- */

typedef struct {
    Nest *n;
    BufId buf;
    ExprId at;
    bool ok;
} SameSpot;

static void same_spot(SameSpot *q, ExprId e) {
    Expr x = *x_get(q->n, e);
    if (x.kind == X_load && x.id == q->buf) {
        if (x_load_offset(q->n, e) != q->at) q->ok = false;
        return;
    }
    for (int i = 0; i < x.narg && q->ok; i++)
        if (x_arg(q->n, e, i) != NO_EXPR) same_spot(q, x_arg(q->n, e, i));
}

static BufId buffer_of(const Nest *n, ValueId v) {
    for (uint32_t b = 0; b < n->buf.n; b++)
        if (n->buf.at[b].value == v && (n->buf.at[b].kind == BUF_in || n->buf.at[b].kind == BUF_out)) return b;
    return NO_BUF;
}

bool storage_overwrites(Nest *n, ValueId x, ValueId y) {
    BufId bx = buffer_of(n, x), by = buffer_of(n, y);
    if (bx == NO_BUF || by == NO_BUF || n->stage.n == 0) return false;
    Stage last = vec_last(&n->stage);
    if (last.out != by || last.combine != COMBINE_store || last.guard != NO_EXPR) return false;
    for (uint32_t s = 0; s < n->stage.n; s++) {
        Stage st = n->stage.at[s];
        SameSpot q = {n, bx, NO_EXPR, true};
        if (s + 1 < n->stage.n) {
            if (st.out == by) return false;
            same_spot(&q, st.value); /* an earlier stage may not read it at all: at is no expression */
            if (st.guard != NO_EXPR) same_spot(&q, st.guard);
        } else {
            q.at = buffer_offset(n, by, last.index);
            same_spot(&q, last.value);
        }
        if (!q.ok) return false;
    }
    return true;
}

void storage_in_place(Storage *s, Arena *a, const Job *job, const uint32_t *order, uint32_t n, const bool *skip, bool **aliased) {
    const Graph *g = s->g;
    int32_t *lower = arena_array_of(a, g->value.n, int32_t), *upper = arena_array_of(a, g->value.n, int32_t);
    uint32_t *readers = arena_array_of(a, g->value.n, uint32_t);
    storage_live(s, job, order, n, lower, upper);
    for (uint32_t i = 0; i < n; i++) {
        const Job *j = &job[order[i]];
        int64_t at, at_y;
        if (j->write.n != 1 || j->nest->stage.n == 0 || (skip && skip[order[i]])) continue;
        ValueId y = j->write.at[0], ry = storage_root(s, y, &at_y);
        if (!value_in_arena(s, ry) || value_bytes(g, ry) != value_bytes(g, y) || lower[ry] != (int32_t)i) continue;
        for (uint32_t k = 0; k < j->read.n; k++) readers[storage_root(s, j->read.at[k], &at)] = 0;
        for (uint32_t k = 0; k < j->read.n; k++) readers[storage_root(s, j->read.at[k], &at)]++;
        for (uint32_t k = 0; k < j->read.n; k++) {
            ValueId x = j->read.at[k], r = storage_root(s, x, &at);
            if (at != 0 || !value_in_arena(s, r) || r == ry || upper[r] != (int32_t)i + 1 || readers[r] != 1 ||
                value_bytes(g, r) != value_bytes(g, y) || value_stored(g, x) != value_stored(g, y) ||
                !storage_overwrites(j->nest, x, y))
                continue;
            s->home[ry] = (Home){r, 0, false};
            if (upper[ry] > upper[r]) upper[r] = upper[ry];
            aliased[order[i]] = arena_array_of(a, j->nest->buf.n, bool);
            aliased[order[i]][buffer_of(j->nest, x)] = aliased[order[i]][buffer_of(j->nest, y)] = true;
            break;
        }
    }
}
