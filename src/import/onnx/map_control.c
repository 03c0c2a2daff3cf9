/* Control flow that is known at compile time goes: of an If the taken branch is walked, a short Loop is unrolled. What
 * depends on data, and long loops, become nodes with sub-graphs where types allow; where they do not, both results are
 * computed and one is selected. */
#include "import/onnx/maps.h"

/* Tries what may not be possible: true, or nothing has changed and nothing was said. */
static bool attempt(OnnxNode *n, bool (*make)(OnnxNode *)) {
    OnnxReader *r = n->r;
    Graph *g = n->g;
    Diag *told = r->diag, *of_graph = g->diag;
    r->diag = g->diag = diag_new(r->tmp);
    bool ok = make(n);
    r->diag = told;
    g->diag = of_graph;
    if (ok) return true;
    n->bad = r->stopped;
    for (uint32_t i = 0; i < n->nout; i++) n->result[i] = ONNX_POISON;
    return false;
}

/* ---- If ---- */

/* Nothing is computed in a branch: selecting costs less than a branch. */
static bool idle(const OnnxNode *n, const char *attr) {
    const AttributeProto *a = ox_find(n, attr);
    for (size_t i = 0; a && a->g && i < a->g->n_node; i++)
        if (strcmp(a->g->node[i]->op_type, "Constant") != 0 && strcmp(a->g->node[i]->op_type, "Identity") != 0)
            return false;
    return a && a->g;
}

static bool branches(OnnxNode *n) {
    return onnx_branches(n, n->in[0]);
}

static bool both_branches(OnnxNode *n, ValueId condition) {
    static const char *const attr[2] = {"then_branch", "else_branch"}, *const part[2] = {"then", "else"};
    ValueId *out[2];
    ValueId scalar = ox_as_scalar(n, condition, "cond");
    for (int i = 0; i < 2; i++) {
        OnnxBody b;
        if (!onnx_body_open(&b, n, attr[i])) return false;
        if (b.p->n_output < n->nout)
            return ox_error(n, attr[i], NULL, "has %zu outputs, the node %u", b.p->n_output, n->nout);
        out[i] = arena_array_of(n->r->tmp, b.p->n_output + 1, ValueId);
        if (!onnx_body_walk(&b, part[i], 0, NULL, out[i]))
            return n->r->stopped ? false : ox_unknown(n, condition, "cond", "one of the branches cannot be compiled");
        if (n->r->nodes - b.first > ONNX_BODY_NODES)
            return ox_unknown(n, condition, "cond", "the branches are too large to compute both");
    }
    for (uint32_t i = 0; i < n->nout; i++) {
        if (!ox_wants(n, i)) continue;
        ValueId v = ox_select(n, scalar, out[0][i], out[1][i], "cond");
        if (n->bad || !ox_emit_value(n, i, v)) return false;
    }
    return true;
}

bool map_if(OnnxNode *n) {
    if (!ox_has(n, 0) || onnx_is_list(n->in[0])) return ox_error(n, "cond", NULL, "operand 0 must be a tensor");
    int taken = ox_known(n, n->in[0]);
    if (taken < 0) return (!(idle(n, "then_branch") && idle(n, "else_branch")) && attempt(n, branches)) ||
                          both_branches(n, n->in[0]);
    const char *name = taken ? "then_branch" : "else_branch";
    const AttributeProto *branch = ox_find(n, name);
    if (!branch || !branch->g) return ox_error(n, name, NULL, "the attribute is missing");
    return onnx_inline_graph(n, branch->g);
}

/* ---- Loop ---- */

#define OR_TRIPS ", or --trips N gives the most"

typedef Vec(ValueId) Values;

typedef struct {
    OnnxNode *n;
    OnnxBody body;
    uint32_t ncarried, nscan;
    bool bounded;   /* the number of iterations is given */
    ValueId cond;   /* rank 0 */
    ValueId active; /* whether this iteration takes place; NO_VALUE: it does */
    ValueId *carried, *in, *out;
    Values *scan;
} Loop;

static bool loop_inputs(Loop *l, OnnxNode *n) {
    *l = (Loop){.n = n, .bounded = ox_has(n, 0), .active = NO_VALUE, .ncarried = n->nin > 2 ? n->nin - 2 : 0};
    if (l->bounded && onnx_is_list(n->in[0])) return ox_error(n, "M", NULL, "must be a tensor");
    l->cond = ox_has(n, 1) ? ox_as_scalar(n, n->in[1], "cond") : ox_scalar(n, DT_bool, 1);
    if (!n->bad && ox_known(n, l->cond) < 0) l->active = l->cond;
    return !n->bad;
}

static bool loop_body(Loop *l) {
    OnnxNode *n = l->n;
    if (!onnx_body_open(&l->body, n, "body")) return false;
    size_t nout = l->body.p->n_output;
    if (nout < 1 + (size_t)l->ncarried || nout - 1 < n->nout)
        return ox_error(n, "body", NULL, "has %zu outputs for %u values that are carried and %u outputs of the node",
                        nout, l->ncarried, n->nout);
    l->nscan = (uint32_t)nout - 1 - l->ncarried;
    Arena *tmp = n->r->tmp;
    l->carried = arena_array_of(tmp, l->ncarried + 1, ValueId);
    l->in = arena_array_of(tmp, l->ncarried + 2, ValueId);
    l->out = arena_array_of(tmp, nout + 1, ValueId);
    l->scan = arena_array_of(tmp, l->nscan + 1, Values);
    for (uint32_t i = 0; i < l->ncarried; i++) l->carried[i] = n->in[2 + i];
    return true;
}

static bool stacks(const Loop *l) {
    for (uint32_t i = l->ncarried; i < l->n->nout; i++)
        if (ox_wants(l->n, i)) return true;
    return false;
}

/* The Loop node that is being made. */
typedef struct {
    Loop l;
    OnnxTurns t;
    ValueId most;      /* operand M, if it is no constant */
    int64_t trips;     /* the most iterations, -1: any number */
    bool whole, fixed; /* there are as many; the model says how many */
    bool limited;      /* the user does */
    uint32_t nparts;
    ValueId *first, *next, *part;
    const char **names;
} Real;

/* How many iterations there may be: constant M, or what the model declares of a result that has them for a dimension. */
static bool real_limits(Real *x, OnnxNode *n) {
    bool given = ox_known(n, ox_in(n, 0)) >= 0;
    x->trips = -1;
    if (given && !ox_number(n, 0, "M", &x->trips)) return false;
    if (given && x->trips < 0) x->trips = 0;
    x->whole = given && ox_known(n, x->l.cond) == 1;
    x->most = x->l.bounded && !given ? ox_as_scalar(n, n->in[0], "M") : NO_VALUE;
    return !n->bad;
}

/* Names of results: carried values, how many iterations there were, stacks. */
static void real_names(Real *x, OnnxNode *n) {
    Loop *l = &x->l;
    Arena *tmp = n->r->tmp;
    x->names = arena_array_of(tmp, l->ncarried + l->nscan + 2, const char *);
    x->part = arena_array_of(tmp, l->nscan + 1, ValueId);
    for (uint32_t i = 0; i < l->ncarried; i++)
        x->names[i] = ox_wants(n, i) ? n->out[i] : arena_printf(tmp, "%s.carried%u", n->p->op_type, i);
    for (uint32_t i = 0; i < l->nscan; i++) {
        if (!ox_wants(n, l->ncarried + i)) continue;
        x->names[l->ncarried + 1 + x->nparts] = n->out[l->ncarried + i];
        x->part[x->nparts++] = l->out[1 + l->ncarried + i];
    }
    const char *first = x->nparts ? x->names[l->ncarried + 1] : n->p->op_type;
    x->names[l->ncarried] = onnx_fresh(n->r, arena_printf(n->r->arena, "%s_count", first));
}

/* The body, walked once inside the sub-graph. */
static bool real_body(Real *x, OnnxNode *n) {
    Loop *l = &x->l;
    if (!loop_body(l)) return false;
    l->in[0] = x->t.turn;
    l->in[1] = ox_scalar(n, DT_bool, 1); /* whenever the body runs */
    for (uint32_t i = 0; i < l->ncarried; i++) l->in[2 + i] = x->t.state[i];
    if (!onnx_body_walk(&l->body, "turn", 2 + l->ncarried, l->in, l->out)) return false;
    l->out[0] = ox_as_scalar(n, l->out[0], "cond");
    real_names(x, n);
    if (n->bad) return false;
    x->whole = x->whole && ox_known(n, l->out[0]) == 1;
    for (uint32_t i = 0; i < l->ncarried; i++) x->next[i] = l->out[1 + i];
    x->next[l->ncarried] = ox_make2(n, OP_Add, x->t.turn, ox_scalar(n, DT_i64, 1));
    for (uint32_t i = 0; !x->whole && i < l->nscan; i++) {
        int64_t d = ox_wants(n, l->ncarried + i) ? onnx_declared(n, l->ncarried + i, 0) : -1;
        x->fixed = x->fixed || d >= 0;
        if (d >= 0 && (x->trips < 0 || d < x->trips)) x->trips = d;
    }
    int64_t limit = n->r->options ? n->r->options->trips : 0;
    x->limited = x->nparts && x->trips < 0 && limit > 0;
    if (x->limited) x->trips = limit;
    return !x->nparts || x->trips >= 0 ||
           ox_error(n, "M", "give it with --trips N", "the most iterations, which is the room for a result, is not known");
}

/* A Loop node of ours, for which the body is walked once. */
static bool real_loop(OnnxNode *n) {
    Real x = {0};
    Loop *l = &x.l;
    if (!loop_inputs(l, n) || !real_limits(&x, n)) return false;
    Arena *tmp = n->r->tmp;
    x.first = arena_array_of(tmp, l->ncarried + 2, ValueId);
    x.next = arena_array_of(tmp, l->ncarried + 2, ValueId);
    for (uint32_t i = 0; i < l->ncarried; i++) x.first[i] = n->in[2 + i];
    x.first[l->ncarried] = ox_scalar(n, DT_i64, 0);
    if (n->bad || !onnx_turns_open(&x.t, n, l->ncarried + 1, x.first)) return false;
    if (!real_body(&x, n)) n->bad = true;
    bool counted = x.nparts && !x.whole;
    uint32_t ncarried = l->ncarried + counted;
    if (!counted && !n->bad) { /* nobody asks how many there were */
        onnx_turns_drop(&x.t);
        memmove(x.names + ncarried, x.names + ncarried + 1, x.nparts * sizeof *x.names);
    }
    OnnxTurnsEnd end = {x.most, x.trips, x.whole, x.limited, l->cond, l->out ? l->out[0] : NO_VALUE, x.next, x.part, x.nparts};
    ValueId *result = arena_array_of(tmp, l->ncarried + x.nparts + 2, ValueId);
    if (!onnx_turns_close(&x.t, &end, x.names, result)) return false;
    for (uint32_t i = 0, at = ncarried; i < n->nout; i++) {
        if (i >= l->ncarried && !ox_wants(n, i)) continue;
        n->result[i] = i < l->ncarried ? result[i] : result[at++];
        if (!counted || i < l->ncarried) continue;
        onnx_counted(n->g, n->result[i], result[l->ncarried], 0, x.fixed);
    }
    return true;
}

/* Whether one more iteration can be unrolled: not if its being needed is not known and matters. */
static bool may_go_on(Loop *l, int64_t done) {
    OnnxNode *n = l->n;
    int64_t limit = onnx_unroll(n->r, false);
    if (l->active != NO_VALUE && !l->bounded)
        return ox_unknown(n, l->active, "cond", "it ends a loop that has no number of iterations");
    if (l->active != NO_VALUE && stacks(l))
        return ox_unknown(n, l->active, "cond", "the length of a result depends on it" OR_TRIPS);
    if (done < limit) return true;
    return ox_error(n, l->bounded ? "M" : "cond", arena_printf(n->r->tmp, "allow more with --unroll %lld",
                                                               (long long)(limit > INT32_MAX ? limit : 4 * limit)),
                    "runs more than %lld times, and every iteration becomes code", (long long)limit);
}

static bool iterate(Loop *l, int64_t done) {
    OnnxNode *n = l->n;
    l->in[0] = ox_scalar(n, DT_i64, (double)done);
    l->in[1] = l->cond;
    for (uint32_t i = 0; i < l->ncarried; i++) l->in[2 + i] = l->carried[i];
    const char *part = arena_printf(n->r->tmp, "%lld", (long long)done);
    return onnx_body_walk(&l->body, part, 2 + l->ncarried, l->in, l->out);
}

static bool take_results(Loop *l) {
    OnnxNode *n = l->n;
    for (uint32_t i = 0; i < l->ncarried; i++) {
        ValueId next = l->out[1 + i];
        l->carried[i] = l->active == NO_VALUE ? next : ox_select(n, l->active, next, l->carried[i], "cond");
    }
    for (uint32_t i = 0; i < l->nscan; i++) vec_push(n->r->tmp, &l->scan[i], l->out[1 + l->ncarried + i]);
    l->cond = ox_as_scalar(n, l->out[0], "cond");
    if (n->bad) return false;
    if (ox_known(n, l->cond) < 0) l->active = l->active == NO_VALUE ? l->cond : ox_make2(n, OP_And, l->active, l->cond);
    return !n->bad;
}

/* What all iterations gave, one behind the other along a new first axis. */
static ValueId scan_output(Loop *l, uint32_t i) {
    OnnxNode *n = l->n;
    Values *v = &l->scan[i];
    for (uint32_t k = 0; k < v->n; k++)
        if (v->at[k] >= n->g->value.n)
            return ox_error(n, "body", NULL, "output %u of the body must be a tensor", 1 + l->ncarried + i), NO_VALUE;
    if (v->n) return ox_stack(n, v->n, v->at, 0);
    if (!iterate(l, 0)) return NO_VALUE; /* only to learn the type */
    ValueId one = l->out[1 + l->ncarried + i];
    if (one >= n->g->value.n) return ox_error(n, "body", NULL, "gives no tensor"), NO_VALUE;
    Shape s = ox_shape(n, one), none = {.rank = (int8_t)(s.rank + 1)};
    if (s.rank < 0 || s.rank == MAX_RANK) return ox_error(n, "body", NULL, "has too many dimensions"), NO_VALUE;
    for (int d = 0; d < s.rank; d++) none.dim[d + 1] = s.dim[d];
    return ox_zeros(n, ox_dtype(n, one), &none);
}

/* The loop unrolled; *real: it is better made a node, for whether there is a next iteration depends on data. */
static bool unroll(Loop *l, int64_t most, bool *real) {
    for (int64_t done = 0; done < most && ox_known(l->n, l->cond) != 0; done++) {
        if (*real && (l->active != NO_VALUE || done == onnx_unroll(l->n->r, false))) return false;
        if (!may_go_on(l, done) || !iterate(l, done) || !take_results(l)) return *real = false;
    }
    *real = false;
    return true;
}

/* From the start, selecting what counts; or with the reason why not. */
static bool unroll_again(OnnxNode *n, Loop *l, int64_t most) {
    bool real = false;
    return loop_inputs(l, n) && loop_body(l) && unroll(l, most, &real);
}

static bool emit_results(Loop *l) {
    OnnxNode *n = l->n;
    for (uint32_t i = 0; i < n->nout; i++) {
        if (!ox_wants(n, i)) continue;
        ValueId v = i < l->ncarried ? l->carried[i] : scan_output(l, i - l->ncarried);
        if (n->bad) return false;
        if (v == NO_VALUE) return ox_error(n, NULL, NULL, "there is no value for output '%s'", n->out[i]);
        if (!ox_emit_value(n, i, v)) return false;
    }
    return true;
}

bool map_loop(OnnxNode *n) {
    Loop l;
    int64_t most = INT64_MAX;
    if (!loop_inputs(&l, n)) return false;
    bool given = ox_known(n, ox_in(n, 0)) >= 0, counted = !l.bounded || given, real = true;
    if (!counted || (given && tensor_int(n->g->value.at[n->in[0]].data, 0) > onnx_unroll(n->r, true))) {
        if (attempt(n, real_loop)) return true;
        const char *why = stacks(&l) ? "the length of a result depends on it" OR_TRIPS : NULL;
        if (!n->bad && !counted) return ox_unknown(n, n->in[0], "M", why);
    }
    if (n->bad || (l.bounded && !ox_number(n, 0, "M", &most)) || !loop_body(&l)) return false;
    if (!unroll(&l, most, &real) && real) {
        if (attempt(n, real_loop)) return true;
        if (n->bad || !unroll_again(n, &l, most)) return false;
    }
    return !n->bad && emit_results(&l);
}
