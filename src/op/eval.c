/* The reference interpreter: nests, nodes, graphs. Locals are stored whole. Each stage runs over all its points before
 * the next one starts, except that neighbours over the same serial axes take turns at each step of these. */
#include "op/eval.h"
#include "op/build.h"

typedef struct {
    const Nest *n;
    const Stage *s;
    Tape *tape;
    const Memory *memory;
    int nserial, nfree;
    int serial[2 * MAX_RANK], free[2 * MAX_RANK]; /* positions in the stage's axes */
} StageRun;

/* Elements from the first to the last, with strides; 0 when a dimension is empty. */
static int64_t buffer_span(const Buffer *b) {
    int64_t span = 1;
    for (int i = 0; i < b->rank; i++) {
        if (b->dim[i] == 0) return 0;
        span += (b->dim[i] - 1) * b->stride[i];
    }
    return span;
}

static Memory *memories(const Nest *n, void *const *data, Arena *tmp) {
    Memory *m = arena_array_of(tmp, n->buf.n + 1, Memory);
    for (uint32_t i = 0; i < n->buf.n; i++) {
        const Buffer *b = &n->buf.at[i];
        m[i].dtype = b->dtype;
        m[i].rank = b->rank;
        memcpy(m[i].dim, b->dim, sizeof m[i].dim);
        memcpy(m[i].stride, b->stride, sizeof m[i].stride);
        /* the interpreter reads constants and tables only; the cast drops no const that is written through */
        if (b->kind == BUF_local)
            m[i].at = arena_array(tmp, (size_t)buffer_span(b), (size_t)dtype_info[b->dtype].bytes);
        else
            m[i].at = b->kind == BUF_table ? (char *)(uintptr_t)b->table : (char *)data[i];
    }
    return m;
}

static bool stage_begin(StageRun *r, const Nest *n, const Stage *s, const Memory *memory, Arena *tmp) {
    *r = (StageRun){.n = n, .s = s, .memory = memory, .tape = tape_make(n, s, tmp)};
    for (int i = 0; i < s->naxis; i++) {
        if (n->axis.at[s->axis[i]].kind == AXIS_serial)
            r->serial[r->nserial++] = i;
        else
            r->free[r->nfree++] = i;
    }
    return r->tape != NULL;
}

static int64_t extent(const StageRun *r, int position) {
    return r->n->axis.at[r->s->axis[position]].extent;
}

/* Lane l of the axis slots is point first + l of the free axes, the last one fastest. */
static void fill_axes(const StageRun *r, int64_t first, int n) {
    int64_t inner = 1;
    for (int k = r->nfree - 1; k >= 0; k--) {
        int64_t size = extent(r, r->free[k]), rest = first % inner, at = first / inner % size;
        int64_t *to = r->tape->slot[r->tape->axis[r->free[k]]].i;
        for (int l = 0; l < n; l++) {
            to[l] = at;
            if (++rest < inner) continue;
            rest = 0;
            if (++at == size) at = 0;
        }
        inner *= size;
    }
}

static void combine(Combine c, DType t, Slot *old, const Slot *v, int lane) {
    static const Fn fn[] = {
        [COMBINE_sum] = FN_add, [COMBINE_prod] = FN_mul, [COMBINE_max] = FN_max, [COMBINE_min] = FN_min};
    Ins ins = {.fn = (uint8_t)fn[c], .dtype = (uint8_t)t, .from = (uint8_t)t};
    Slot x;
    x.i[0] = v->i[lane];
    eval_fn(&ins, old, &x, NULL, old, 1);
}

/* Stores lane after lane, so that updates of one element follow each other. */
static bool store(const StageRun *r, int n) {
    const Memory *m = &r->memory[r->s->out];
    const Slot *slots = r->tape->slot, *v = &slots[r->tape->value];
    DType t = (DType)x_get(r->n, r->s->value)->dtype;
    for (int l = 0; l < n; l++) {
        int64_t off = 0;
        if (r->tape->guard != NO_SLOT && !slots[r->tape->guard].i[l]) continue;
        for (int d = 0; d < r->s->nindex; d++) {
            int64_t i = slots[r->tape->index[d]].i[l];
            if (i < 0 || i >= m->dim[d]) return false;
            off += i * m->stride[d];
        }
        if (r->s->combine == COMBINE_store) {
            eval_write(m, off, v, l);
            continue;
        }
        Slot old;
        eval_read(m, &off, &old, 1);
        combine(r->s->combine, t, &old, v, l);
        eval_write(m, off, &old, 0);
    }
    return true;
}

/* All points of the free axes. */
static bool stage_run(const StageRun *r) {
    TapeRun run = {r->tape, r->memory};
    int64_t points = 1;
    for (int k = 0; k < r->nfree; k++) points *= extent(r, r->free[k]);
    for (int64_t p = 0; p < points; p += LANES) {
        int n = points - p < LANES ? (int)(points - p) : LANES;
        fill_axes(r, p, n);
        if (!tape_run(&run, n) || !store(r, n)) return false;
    }
    return true;
}

static bool same_serial(const StageRun *a, const StageRun *b) {
    if (a->nserial != b->nserial) return false;
    for (int i = 0; i < a->nserial; i++)
        if (a->s->axis[a->serial[i]] != b->s->axis[b->serial[i]]) return false;
    return true;
}

/* The stages r[0..count) over the same serial axes. */
static bool run_serial(const StageRun *r, int count) {
    int64_t at[2 * MAX_RANK] = {0}, steps = 1;
    for (int i = 0; i < r->nserial; i++) steps *= extent(r, r->serial[i]);
    for (int64_t k = 0; k < steps; k++) {
        for (int s = 0; s < count; s++) {
            for (int i = 0; i < r->nserial; i++) {
                Slot *to = &r[s].tape->slot[r[s].tape->axis[r[s].serial[i]]];
                for (int l = 0; l < LANES; l++) to->i[l] = at[i];
            }
            if (!stage_run(&r[s])) return false;
        }
        for (int i = r->nserial - 1; i >= 0 && ++at[i] == extent(r, r->serial[i]); i--) at[i] = 0;
    }
    return true;
}

bool nest_eval(const Nest *n, void *const *data, Arena *tmp) {
    const Memory *memory = memories(n, data, tmp);
    StageRun *run = arena_array_of(tmp, n->stage.n + 1, StageRun);
    for (uint32_t i = 0; i < n->stage.n; i++)
        if (!stage_begin(&run[i], n, &n->stage.at[i], memory, tmp)) return false;
    for (uint32_t i = 0; i < n->stage.n;) {
        uint32_t count = 1;
        while (run[i].nserial > 0 && i + count < n->stage.n && same_serial(&run[i], &run[i + count])) count++;
        if (!run_serial(&run[i], (int)count)) return false;
        i += count;
    }
    return true;
}

/* ---- nodes ---- */

/* A buffer that the nest reads and the node does not bind has no contents. */
static bool bind(const Graph *g, NodeId id, const Nest *nest, const Tensor *const *in, Tensor **out, void **data,
                 Arena *a, Diag *d) {
    const Node *node = &g->node.at[id];
    for (int i = 0; i < node->nin; i++) {
        if (node->in[i] == NO_VALUE) continue;
        const Value *v = &g->value.at[node->in[i]];
        if (!in[i] || in[i]->dtype != v->dtype || !shape_equal(&in[i]->shape, &v->shape))
            return diag_error(d, node_loc(g, id, NULL), NULL, "operand '%s' has no contents of its type and shape",
                              v->name);
        for (BufId b = 0; b < nest->buf.n; b++)
            if (nest->buf.at[b].value == node->in[i]) data[b] = (void *)(uintptr_t)tensor_contents(in[i], a)->data;
    }
    for (int i = 0; i < node->nout; i++) {
        out[i] = NULL;
        if (node->out[i] == NO_VALUE) continue;
        const Value *v = &g->value.at[node->out[i]];
        out[i] = tensor_new(a, v->dtype, v->shape);
        if (!out[i]->data) return diag_error(d, node_loc(g, id, NULL), NULL, "'%s' is too large", v->name);
        for (BufId b = 0; b < nest->buf.n; b++)
            if (nest->buf.at[b].value == node->out[i]) data[b] = (void *)(uintptr_t)out[i]->data;
    }
    return true;
}

bool op_eval(const Graph *g, NodeId id, const Tensor *const *in, Tensor **out, Arena *a, Diag *d) {
    if (g->node.at[id].nsub) return control_eval(g, id, in, out, a, d);
    Arena *tmp = arena_new("interpreter");
    Nest *nest = op_nest(tmp, g, id, d);
    bool ok = nest != NULL;
    if (ok) {
        void **data = arena_array_of(tmp, nest->buf.n + 1, void *);
        ok = bind(g, id, nest, in, out, data, a, d);
        if (ok && !nest_eval(nest, data, tmp))
            ok = diag_error(d, node_loc(g, id, NULL), NULL, "the loops leave a buffer: an error in the compiler");
    }
    arena_free(tmp);
    return ok;
}

/* ---- graphs ---- */

/* A copy without operators that have no loops, or g itself. */
static const Graph *expanded(const Graph *g, Arena *a, Diag *d) {
    bool needed = false;
    for (NodeId n = 0; n < g->node.n; n++)
        needed |= op_info[g->node.at[n].op].meaning == MEANING_expand && g->node.at[n].op != OP_none;
    if (!needed) return g;
    Graph *copy = graph_copy(a, g);
    copy->diag = d;
    for (NodeId n = 0; n < copy->node.n; n++)
        if (copy->node.at[n].op != OP_none && op_info[copy->node.at[n].op].meaning == MEANING_expand &&
            !op_expand(copy, n)) {
            diag_error(d, node_loc(copy, n, NULL), NULL, "cannot be computed as it is");
            return NULL;
        }
    return graph_sort(copy) ? copy : NULL;
}

static bool eval_node(const Graph *g, NodeId id, const Tensor **values, Arena *a, Diag *d) {
    const Node *node = &g->node.at[id];
    if (node->op == OP_none) return true;
    const Tensor **in = arena_array_of(a, node->nin + 1, const Tensor *);
    Tensor **out = arena_array_of(a, node->nout + 1, Tensor *);
    for (int i = 0; i < node->nin; i++) in[i] = node->in[i] == NO_VALUE ? NULL : values[node->in[i]];
    if (!op_eval(g, id, in, out, a, d)) return false;
    for (int i = 0; i < node->nout; i++)
        if (node->out[i] != NO_VALUE) values[node->out[i]] = out[i];
    return true;
}

bool graph_eval(const Graph *g, const Tensor **values, Arena *a, Diag *d, void (*progress)(uint32_t, uint32_t)) {
    const Graph *run = expanded(g, a, d);
    if (!run) return false;
    const Tensor **all = arena_array_of(a, run->value.n + 1, const Tensor *);
    memcpy(all, values, g->value.n * sizeof *all);
    for (ValueId v = 0; v < run->value.n; v++)
        if (!all[v]) all[v] = run->value.at[v].data;
    for (uint32_t i = 0; i < run->input.n; i++)
        if (!all[run->input.at[i]])
            return diag_error(d, (Loc){.file = g->file}, NULL, "no contents of input '%s'",
                              run->value.at[run->input.at[i]].name);
    for (NodeId n = 0; n < run->node.n; n++) {
        if (progress) progress(n, run->node.n);
        if (!eval_node(run, n, all, a, d)) return false;
    }
    if (progress) progress(run->node.n, run->node.n);
    memcpy(values, all, g->value.n * sizeof *all);
    return true;
}
