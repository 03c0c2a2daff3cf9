/* Control flow is decided at compile time: a Loop is unrolled, of an If the taken branch is walked. What depends on
 * data is computed either way and selected, where both results have one type. */
#include "import/onnx/maps.h"

/* ---- If ---- */

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
    if (taken < 0) return both_branches(n, n->in[0]);
    const char *name = taken ? "then_branch" : "else_branch";
    const AttributeProto *branch = ox_find(n, name);
    if (!branch || !branch->g) return ox_error(n, name, NULL, "the attribute is missing");
    return onnx_inline_graph(n, branch->g);
}

/* ---- Loop ---- */

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

static bool loop_open(Loop *l, OnnxNode *n, int64_t *most) {
    *l = (Loop){.n = n, .bounded = ox_has(n, 0), .active = NO_VALUE, .ncarried = n->nin > 2 ? n->nin - 2 : 0};
    if (!onnx_body_open(&l->body, n, "body")) return false;
    *most = INT64_MAX;
    if (l->bounded && (onnx_is_list(n->in[0]) || !ox_number(n, 0, "M", most)))
        return n->bad ? false : ox_error(n, "M", NULL, "must be a tensor");
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
    l->cond = ox_has(n, 1) ? ox_as_scalar(n, n->in[1], "cond") : ox_scalar(n, DT_bool, 1);
    if (!n->bad && ox_known(n, l->cond) < 0) l->active = l->cond;
    return !n->bad;
}

static bool wants_scan(const Loop *l) {
    for (uint32_t i = 0; i < l->nscan; i++)
        if (ox_wants(l->n, l->ncarried + i)) return true;
    return false;
}

/* Whether one more iteration can be made: not if its being needed is not known and matters. */
static bool may_go_on(Loop *l, int64_t done) {
    OnnxNode *n = l->n;
    int64_t limit = onnx_unroll(n->r);
    if (l->active != NO_VALUE && !l->bounded)
        return ox_unknown(n, l->active, "cond", "it ends a loop that has no number of iterations");
    if (l->active != NO_VALUE && wants_scan(l))
        return ox_unknown(n, l->active, "cond", "the length of a result depends on it");
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

bool map_loop(OnnxNode *n) {
    Loop l;
    int64_t most;
    if (!loop_open(&l, n, &most)) return false;
    for (int64_t done = 0; done < most && ox_known(n, l.cond) != 0; done++)
        if (!may_go_on(&l, done) || !iterate(&l, done) || !take_results(&l)) return false;
    for (uint32_t i = 0; i < n->nout; i++) {
        if (!ox_wants(n, i)) continue;
        ValueId v = i < l.ncarried ? l.carried[i] : scan_output(&l, i - l.ncarried);
        if (n->bad) return false;
        if (v == NO_VALUE) return ox_error(n, NULL, NULL, "there is no value for output '%s'", n->out[i]);
        if (!ox_emit_value(n, i, v)) return false;
    }
    return true;
}
