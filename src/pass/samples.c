/* Every node's nest at two sizes of the batch: dimensions and axes that differ hold it. Nests say all that is computed, so
 * samples are independent when such an axis is used for nothing but to find the place of a sample: in what is read as in
 * what is written. Nests are made the same way for every size; that the two are the same text shows that no number in
 * them comes from it. */
#include "pass/samples.h"
#include "nest/internal.h"
#include "op/op.h"
#include <string.h>

static const char remedy[] = "name each size with --input-shape instead of any";

typedef struct {
    Arena *arena;
    Graph *const *g;
    const int64_t *size;
    uint32_t n;
    Diag *diag;
} Samples;

/* Where a tensor holds the batch. */
typedef struct {
    int dim;      /* -1: nowhere */
    int64_t unit; /* the dimension is so many times the batch */
} Place;

/* False: not in one dimension. */
static bool find_place(const Samples *s, int rank, const int64_t *x, const int64_t *y, Place *out) {
    *out = (Place){-1, 0};
    for (int i = 0; i < rank; i++) {
        if (x[i] == y[i]) continue;
        int64_t unit = x[i] / s->size[0];
        if (out->dim >= 0 || unit < 1 || x[i] != unit * s->size[0] || y[i] != unit * s->size[1]) return false;
        *out = (Place){i, unit};
    }
    return true;
}

static bool value_place(const Samples *s, ValueId v, Place *out) {
    const Shape *x = value_shape(s->g[0], v), *y = value_shape(s->g[1], v);
    return x->rank == y->rank && find_place(s, x->rank, x->dim, y->dim, out);
}

/* Samples lie behind each other. */
static bool leads(const Shape *shape, int dim) {
    for (int i = 0; i < dim; i++)
        if (shape->dim[i] != 1) return false;
    return true;
}

static bool refuse(const Samples *s, NodeId node, const char *why) {
    return diag_error(s->diag, node_loc(s->g[0], node, NULL), remedy, "the batch cannot be of any size: %s", why);
}

/* ---- the graphs are the same but for the size ---- */

static bool same_nodes(const Samples *s, uint32_t k) {
    const Graph *x = s->g[0], *y = s->g[k];
    bool same = x->node.n == y->node.n && x->value.n == y->value.n && x->input.n == y->input.n && x->output.n == y->output.n;
    for (uint32_t i = 0; same && i < x->output.n; i++) same = x->output.at[i] == y->output.at[i];
    for (uint32_t i = 0; same && i < x->input.n; i++) same = x->input.at[i] == y->input.at[i];
    for (NodeId n = 0; same && n < x->node.n; n++) {
        const Node *p = &x->node.at[n], *q = &y->node.at[n];
        same = p->op == q->op && p->nin == q->nin && p->nout == q->nout && p->nsub == q->nsub &&
               !memcmp(p->in, q->in, p->nin * sizeof *p->in) && !memcmp(p->out, q->out, p->nout * sizeof *p->out);
    }
    for (ValueId v = 0; same && v < x->value.n; v++)
        same = x->value.at[v].dtype == y->value.at[v].dtype && !x->value.at[v].data == !y->value.at[v].data &&
               x->value.at[v].shape.rank == y->value.at[v].shape.rank;
    return same || diag_error(s->diag, (Loc){.file = x->file}, remedy,
                              "the batch cannot be of any size: with %lld the model computes otherwise than with %lld",
                              (long long)s->size[k], (long long)s->size[0]);
}

/* One sample of a constant, which all others are like: `unit` rows of dimension `dim`. */
static bool same_samples(Arena *tmp, const Tensor *x, const Tensor *y, Place p, int64_t size) {
    const Tensor *one = tensor_contents(x, tmp), *all = tensor_contents(y, tmp);
    int64_t outer = 1, inner = dtype_info[x->dtype].bytes;
    for (int i = 0; i < p.dim; i++) outer *= x->shape.dim[i];
    for (int i = p.dim + 1; i < x->shape.rank; i++) inner *= x->shape.dim[i];
    int64_t row = p.unit * inner;
    if (x->dtype == DT_string || shape_count(&y->shape) != outer * p.unit * size * (inner / dtype_info[x->dtype].bytes)) return false;
    for (int64_t o = 0; o < outer; o++)
        for (int64_t k = 0; k < size; k++)
            if (memcmp((const char *)one->data + o * x->shape.dim[p.dim] * inner, (const char *)all->data + (o * size + k) * row,
                       (size_t)row))
                return false;
    return true;
}

static bool same_constants(const Samples *s, uint32_t k) {
    Arena *tmp = arena_new("samples of constants");
    Uses uses = graph_uses(s->g[0], s->arena);
    bool same = true;
    for (ValueId v = 0; same && v < s->g[0]->value.n; v++) {
        const Tensor *x = s->g[0]->value.at[v].data, *y = s->g[k]->value.at[v].data;
        Place p;
        if (!x || x == y || (x->data && x->data == y->data) || !(uses_count(&uses, v) || graph_is_output(s->g[0], v))) continue;
        if (value_place(s, v, &p) && p.dim >= 0)
            same = same_samples(tmp, x, x, p, s->size[0]) && same_samples(tmp, x, y, p, s->size[k]);
        else
            same = tensor_equal(tensor_contents(x, tmp), tensor_contents(y, tmp));
        if (!same)
            diag_error(s->diag, (Loc){.file = s->g[0]->file, .node = s->g[0]->value.at[v].name}, remedy,
                       "the batch cannot be of any size: this constant depends on it");
        arena_reset(tmp);
    }
    arena_free(tmp);
    return same;
}

/* ---- nests ---- */

typedef struct {
    const Nest *n;
    const Place *buffer; /* one a buffer */
    const bool *batch;   /* one an axis: walks over the batch */
    Vec(ExprId) todo;
    Arena *tmp;
    AxisId axis; /* of the stage's target, NO_AXIS: it has no samples */
} Walk;

static bool is_axis(const Nest *n, ExprId e, AxisId a) {
    return a != NO_AXIS && x_get(n, e)->kind == X_axis && x_get(n, e)->id == a;
}

/* Everything below e uses the batch's axes for nothing but the place of a sample. */
static bool walk(Walk *w, ExprId e) {
    if (e != NO_EXPR) vec_push(w->tmp, &w->todo, e);
    while (w->todo.n) {
        ExprId at = w->todo.at[--w->todo.n];
        if (at == NO_EXPR || !x_mark(w->n, at)) continue;
        const Expr *x = x_get(w->n, at);
        if (x->kind == X_axis && w->batch[x->id]) return false;
        Place p = x->kind == X_load ? w->buffer[x->id] : (Place){-1, 0};
        for (int i = 0; i < x->narg; i++) {
            ExprId arg = x_arg(w->n, at, i);
            if (i != p.dim)
                vec_push(w->tmp, &w->todo, arg);
            else if (!is_axis(w->n, arg, w->axis) || w->n->axis.at[w->axis].extent != w->n->buf.at[x->id].dim[p.dim])
                return false;
        }
    }
    return true;
}

static bool stage_fits(Walk *w, const Stage *s) {
    const Nest *n = w->n;
    Place p = w->buffer[s->out];
    w->axis = NO_AXIS;
    w->todo.n = 0;
    if (p.dim >= 0) {
        const Expr *x = x_get(n, s->index[p.dim]);
        if (x->kind != X_axis || !w->batch[x->id] || n->axis.at[x->id].extent != n->buf.at[s->out].dim[p.dim]) return false;
        w->axis = x->id;
    }
    for (int i = 0; i < s->naxis; i++)
        if (w->batch[s->axis[i]] && s->axis[i] != w->axis) return false;
    x_mark_begin(n);
    for (int i = 0; i < s->nindex; i++)
        if (i != p.dim && !walk(w, s->index[i])) return false;
    return walk(w, s->guard) && walk(w, s->value);
}

/* Are the nests x and y of node `node` the same, and do they keep samples apart? */
static const char *nest_trouble(const Samples *s, Nest *x, Nest *y, Arena *tmp) {
    static const char other[] = "what it computes depends on how many samples there are";
    Str p = str_new(tmp), q = str_new(tmp);
    Place *buffer = arena_array_of(tmp, x->buf.n + 1, Place);
    bool *batch = arena_array_of(tmp, x->axis.n + 1, bool);
    if (x->buf.n != y->buf.n || x->axis.n != y->axis.n || x->stage.n != y->stage.n) return other;
    for (uint32_t i = 0; i < x->buf.n; i++) {
        const Buffer *b = &x->buf.at[i], *c = &y->buf.at[i];
        if (b->rank != c->rank || !find_place(s, b->rank, b->dim, c->dim, &buffer[i])) return other;
        size_t bytes = (size_t)(buffer_elements(b) * dtype_info[b->dtype].bytes);
        if (b->kind == BUF_table && (buffer[i].dim >= 0 || memcmp(b->table, c->table, bytes))) return other;
    }
    for (uint32_t i = 0; i < x->axis.n; i++) {
        Place place;
        if (!find_place(s, 1, &x->axis.at[i].extent, &y->axis.at[i].extent, &place)) return other;
        batch[i] = place.dim >= 0;
    }
    Walk w = {.n = x, .buffer = buffer, .batch = batch, .tmp = tmp};
    for (uint32_t i = 0; i < x->stage.n; i++)
        if (!stage_fits(&w, &x->stage.at[i])) return "a sample that it computes depends on others, or on its place";
    for (uint32_t i = 0; i < x->axis.n; i++)
        if (batch[i]) x->axis.at[i].extent = y->axis.at[i].extent = 0; /* all else is to be equal */
    nest_print(x, &p);
    nest_print(y, &q);
    return strcmp(p.at, q.at) ? other : NULL;
}

static bool node_fits(const Samples *s, NodeId id) {
    const Node *n = &s->g[0]->node.at[id];
    Place in, out;
    bool any = false;
    for (unsigned i = 0; i < n->nin + n->nout; i++) {
        ValueId v = i < n->nin ? n->in[i] : n->out[i - n->nin];
        if (v == NO_VALUE) continue;
        if (!value_place(s, v, &in)) return refuse(s, id, "it is in more than one dimension of what this node reads or writes");
        any |= in.dim >= 0;
    }
    if (!any) return true; /* the same for all samples */
    if (n->nsub) return refuse(s, id, "what is inside of If and Loop is not looked into");
    if (n->op == OP_Reshape) /* whole samples behind each other stay so */
        return (value_place(s, n->in[0], &in) && value_place(s, n->out[0], &out) && in.dim >= 0 && out.dim >= 0 &&
                leads(value_shape(s->g[0], n->in[0]), in.dim) && leads(value_shape(s->g[0], n->out[0]), out.dim)) ||
               refuse(s, id, "it is not the first dimension of what is given another shape");
    Arena *tmp = arena_new("nests of samples");
    Nest *x = op_nest(tmp, s->g[0], id, s->diag), *y = op_nest(tmp, s->g[1], id, s->diag);
    const char *why = x && y ? nest_trouble(s, x, y, tmp) : "it has no meaning to look into";
    arena_free(tmp);
    return !why || refuse(s, id, why);
}

/* ---- the whole ---- */

static bool port_steps(const Samples *s, int64_t *step) {
    const Graph *g = s->g[0];
    for (uint32_t i = 0; i < g->input.n + g->output.n; i++) {
        ValueId v = i < g->input.n ? g->input.at[i] : g->output.at[i - g->input.n];
        Place p;
        if (!value_place(s, v, &p) || (p.dim >= 0 && !leads(value_shape(g, v), p.dim)))
            return diag_error(s->diag, (Loc){.file = g->file, .node = g->value.at[v].name}, remedy,
                              "the batch cannot be of any size: its samples do not lie behind each other");
        step[i] = p.dim < 0 ? 0 : shape_count(value_shape(g, v)) / s->size[0];
        for (uint32_t k = 1; k < s->n; k++) {
            int64_t want = p.dim < 0 ? shape_count(value_shape(g, v)) : step[i] * s->size[k];
            if (shape_count(value_shape(s->g[k], v)) != want)
                return diag_error(s->diag, (Loc){.file = g->file, .node = g->value.at[v].name}, remedy,
                                  "the batch cannot be of any size: with %lld samples it is not that many times as large",
                                  (long long)s->size[k]);
        }
    }
    return true;
}

bool samples_independent(Arena *a, Graph *const *g, const int64_t *size, uint32_t n, Diag *d, int64_t *step) {
    static const Target none = {.name = "none"};
    const PassOptions expand = {.stop_after = "expand_composite"};
    Samples s = {a, g, size, n, d};
    for (uint32_t i = 0; i < n; i++)
        if (!passes_run(g[i], &none, &expand, d)) return false;
    for (uint32_t i = 1; i < n; i++)
        if (!same_nodes(&s, i) || !same_constants(&s, i)) return false;
    for (NodeId i = 0; i < g[0]->node.n; i++)
        if (g[0]->node.at[i].op != OP_none && !node_fits(&s, i)) return false;
    return port_steps(&s, step);
}
