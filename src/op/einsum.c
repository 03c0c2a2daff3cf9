/* Einsum: the equation in `mode`, its shape, and its expansion into Transpose, Reshape, Mul, MatMul and ReduceSum. */
#include "op/expand.h"

/* Labels: A-Z, a-z in ASCII order, then the dimensions of the ellipsis counted from the right. */
#define LETTERS 52
#define LABELS (LETTERS + MAX_RANK)

typedef struct {
    int rank;
    uint8_t label[MAX_RANK];
} Term;

typedef struct {
    unsigned nin;
    Term *in;
    Term out;
    Dim size[LABELS];
} Equation;

static int label_of(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : -1;
}

static const char *skip(const char *at) {
    while (*at == ' ') at++;
    return at;
}

/* The letters of one term up to ',' or '-' or the end; *dots is where the ellipsis stands among them, or -1. */
static bool parse_term(Graph *g, NodeId n, const char **at, Term *t, int *dots) {
    *dots = -1;
    t->rank = 0;
    for (*at = skip(*at); **at && **at != ',' && **at != '-'; *at = skip(*at)) {
        int label = label_of(**at);
        if (label >= 0) {
            if (t->rank == MAX_RANK) return SHAPE_ERROR("equation", "a term has more than %d letters", MAX_RANK);
            t->label[t->rank++] = (uint8_t)label;
            ++*at;
        } else if (strncmp(*at, "...", 3) == 0 && *dots < 0) {
            *dots = t->rank;
            *at += 3;
        } else {
            return SHAPE_ERROR("equation", "\"%s\": cannot read it from \"%.8s\" on", SHAPE_ATTR(Mode)->mode, *at);
        }
    }
    return true;
}

/* Puts `count` ellipsis labels in at `dots`. */
static bool insert_dots(Graph *g, NodeId n, Term *t, int dots, int count) {
    if (t->rank + count > MAX_RANK) return SHAPE_ERROR("equation", "a term has more than %d dimensions", MAX_RANK);
    for (int i = t->rank - 1; i >= dots; i--) t->label[i + count] = t->label[i];
    for (int i = 0; i < count; i++) t->label[dots + i] = (uint8_t)(LETTERS + count - 1 - i);
    t->rank += count;
    return true;
}

static bool set_sizes(Graph *g, NodeId n, Equation *q, unsigned i, const Shape *s) {
    for (int k = 0; k < s->rank; k++) {
        Dim *have = &q->size[q->in[i].label[k]], d = s->dim[k];
        if (*have == DIM_BAD || *have == 1)
            *have = d; /* DIM_BAD: not seen yet */
        else if (d != 1 && dims_clash(g, *have, d))
            return SHAPE_ERROR("equation", "%s: dimension %d does not fit the %s of an operand before",
                               operand_text(g, n, i), k, dim_text(g, *have));
        else if (d != 1)
            *have = dim_merge(*have, d);
    }
    return true;
}

/* The output that an equation without -> stands for: the ellipsis, then the letters that occur once. */
static bool implicit_out(Graph *g, NodeId n, Equation *q, const int *times, int dots) {
    q->out.rank = 0;
    if (!insert_dots(g, n, &q->out, 0, dots)) return false;
    for (int l = 0; l < LETTERS; l++) {
        if (times[l] != 1) continue;
        if (q->out.rank == MAX_RANK) return SHAPE_ERROR("equation", "the output has more than %d dimensions", MAX_RANK);
        q->out.label[q->out.rank++] = (uint8_t)l;
    }
    return true;
}

static bool explicit_out(Graph *g, NodeId n, Equation *q, const char *at, int dots) {
    int where;
    at = skip(at + 2);
    if (!parse_term(g, n, &at, &q->out, &where)) return false;
    if (*at) return SHAPE_ERROR("equation", "\"%s\": text behind the output", SHAPE_ATTR(Mode)->mode);
    if (where >= 0 && !insert_dots(g, n, &q->out, where, dots)) return false;
    bool seen[LABELS] = {false};
    for (int i = 0; i < q->out.rank; i++) {
        int l = q->out.label[i];
        if (seen[l]) return SHAPE_ERROR("equation", "\"%s\": a letter twice in the output", SHAPE_ATTR(Mode)->mode);
        if (q->size[l] == DIM_BAD)
            return SHAPE_ERROR("equation", "\"%s\": a letter of the output is in no operand", SHAPE_ATTR(Mode)->mode);
        seen[l] = true;
    }
    return true;
}

static bool parse_equation(Graph *g, NodeId n, Equation *q) {
    const char *at = SHAPE_ATTR(Mode)->mode;
    int times[LABELS] = {0}, dots = 0;
    q->nin = g->node.at[n].nin;
    q->in = arena_array_of(g->arena, q->nin, Term);
    for (int l = 0; l < LABELS; l++) q->size[l] = DIM_BAD;
    for (unsigned i = 0; i < q->nin; i++) {
        Operand o;
        int where;
        if (i > 0 && *at++ != ',')
            return SHAPE_ERROR("equation", "\"%s\" has %u terms, want %u", SHAPE_ATTR(Mode)->mode, i, q->nin);
        if (!shape_operand(g, n, i, &o) || !parse_term(g, n, &at, &q->in[i], &where)) return false;
        int extra = o.shape.rank - q->in[i].rank;
        if (extra < 0 || (extra > 0 && where < 0))
            return SHAPE_ERROR("equation", "%s: its term names %d dimensions", operand_text(g, n, i), q->in[i].rank);
        if (where >= 0 && !insert_dots(g, n, &q->in[i], where, extra)) return false;
        if (where >= 0 && extra > dots) dots = extra;
        for (int k = 0; k < q->in[i].rank; k++) times[q->in[i].label[k]]++;
        if (!set_sizes(g, n, q, i, &o.shape)) return false;
    }
    if (*at == 0) return implicit_out(g, n, q, times, dots);
    if (at[0] != '-' || at[1] != '>')
        return SHAPE_ERROR("equation", "\"%s\": want %u terms, then -> and the output", SHAPE_ATTR(Mode)->mode, q->nin);
    return explicit_out(g, n, q, at, dots);
}

static Shape shape_of_labels(const Equation *q, const Term *t) {
    Shape s = {.rank = (int8_t)t->rank};
    for (int i = 0; i < t->rank; i++) s.dim[i] = q->size[t->label[i]];
    return s;
}

SHAPE_FN(einsum) {
    Equation q;
    if (!shape_same_types(g, n, 0, g->node.at[n].nin - 1u) || !parse_equation(g, n, &q)) return false;
    Shape y = shape_of_labels(&q, &q.out);
    return shape_set(g, n, 0, g->value.at[g->node.at[n].in[0]].dtype, &y);
}

SHAPE_FN(shape) {
    Operand x;
    if (!shape_operand(g, n, 0, &x)) return false;
    Shape y = {.rank = 1, .dim = {x.shape.rank}};
    return shape_set(g, n, 0, DT_i64, &y);
}

/* ---- expansion ---------------------------------------------------------------------------------------------- */
/* An operand or intermediate result with its labels; v is NO_VALUE after a failure. */
typedef struct {
    Term t;
    ValueId v;
} Part;

static int find(const Term *t, int label) {
    for (int i = 0; i < t->rank; i++)
        if (t->label[i] == label) return i;
    return -1;
}

static Part order(Graph *g, NodeId n, Part p, const int *perm) {
    Part r = p;
    r.v = expand_transpose(g, n, p.v, perm);
    for (int i = 0; i < p.t.rank; i++) r.t.label[i] = p.t.label[perm[i]];
    return r;
}

/* The elements where dimensions i and j (one label) have the same position: with both last and flattened they are
 * size + 1 apart. */
static bool diagonal(Graph *g, NodeId n, Part *p, int i, int j) {
    int perm[MAX_RANK], rank = 0;
    for (int k = 0; k < p->t.rank; k++)
        if (k != i && k != j) perm[rank++] = k;
    perm[rank] = i;
    perm[rank + 1] = j;
    *p = order(g, n, *p, perm);
    if (p->v == NO_VALUE) return false;
    Shape s = *value_shape(g, p->v);
    Dim d = s.dim[rank];
    if (!dim_known(d) || d != s.dim[rank + 1])
        return SHAPE_ERROR("equation",
                           "a letter twice in one operand wants two equal numbers as dimensions, got %s and %s",
                           dim_text(g, d), dim_text(g, s.dim[rank + 1]));
    s.rank = (int8_t)(rank + 1);
    if (!shape_dim(g, n, "equation", dimx_mul(g->sym, dimx(d), dimx(d)), &s.dim[rank])) return false;
    p->v = expand_reshape(g, n, p->v, &s);
    Attr_Slice *at = attr_new(g->arena, op_info[OP_Slice].attrs);
    int64_t *steps = arena_array_of(g->arena, MAX_RANK, int64_t);
    for (int k = 0; k < rank; k++) steps[k] = 1;
    steps[rank] = d + 1;
    s.dim[rank] = d;
    at->starts = (Dims){(uint32_t)s.rank, arena_array_of(g->arena, MAX_RANK, Dim)};
    at->steps = (Ints){(uint32_t)s.rank, steps};
    at->counts = (Dims){(uint32_t)s.rank, arena_copy(g->arena, s.dim, sizeof s.dim)};
    p->v = expand_node1(g, n, OP_Slice, p->v, at);
    p->t.rank--;
    return p->v != NO_VALUE;
}

static bool diagonals(Graph *g, NodeId n, Part *p) {
    for (bool again = true; again;) {
        again = false;
        for (int j = 1; j < p->t.rank && !again; j++) {
            int i = find(&p->t, p->t.label[j]);
            if (i == j) continue;
            if (!diagonal(g, n, p, i, j)) return false;
            again = true;
        }
    }
    return true;
}

/* Sums the labels away that `keep` does not name. */
static void sum_away(Graph *g, NodeId n, Part *p, const bool *keep) {
    int64_t axes[MAX_RANK];
    uint32_t count = 0;
    Term left = {0};
    for (int i = 0; i < p->t.rank; i++) {
        if (keep[p->t.label[i]])
            left.label[left.rank++] = p->t.label[i];
        else
            axes[count++] = i;
    }
    p->v = expand_reduce(g, n, OP_ReduceSum, p->v, count, axes, false);
    p->t = left;
}

/* Dimensions of 1 go where `other` has the label with another size: they broadcast. */
static void squeeze(Graph *g, NodeId n, Part *p, const Part *other) {
    if (p->v == NO_VALUE || other->v == NO_VALUE) return;
    Shape s = *value_shape(g, p->v), to = {.rank = 0};
    Term left = {0};
    for (int i = 0; i < p->t.rank; i++) {
        int j = find(&other->t, p->t.label[i]);
        if (s.dim[i] == 1 && j >= 0 && value_shape(g, other->v)->dim[j] != 1) continue;
        to.dim[to.rank++] = s.dim[i];
        left.label[left.rank++] = p->t.label[i];
    }
    p->v = expand_reshape(g, n, p->v, &to);
    p->t = left;
}

/* Labels of p that are (or are not) in `other` and are (or are not) needed behind it. */
static Term labels(const Part *p, const Part *other, const bool *needed, bool shared, bool want_needed) {
    Term t = {0};
    for (int i = 0; i < p->t.rank; i++) {
        int l = p->t.label[i];
        if ((find(&other->t, l) >= 0) == shared && needed[l] == want_needed) t.label[t.rank++] = (uint8_t)l;
    }
    return t;
}

static bool append(Graph *g, NodeId n, Term *to, const Term *more) {
    if (to->rank + more->rank > MAX_RANK)
        return SHAPE_ERROR("equation", "\"%s\": an intermediate result has more than %d dimensions",
                           SHAPE_ATTR(Mode)->mode, MAX_RANK);
    for (int i = 0; i < more->rank; i++) to->label[to->rank++] = more->label[i];
    return true;
}

/* p transposed to three lists of labels; *dims gets each list's product. */
static ValueId arrange(Graph *g, NodeId n, const Part *p, const Term *const list[3], Dim *dims) {
    int perm[MAX_RANK], rank = 0;
    for (int k = 0; k < 3; k++) {
        DimX product = dimx_number(1);
        for (int i = 0; i < list[k]->rank; i++) {
            int at = find(&p->t, list[k]->label[i]);
            perm[rank++] = at;
            product = dimx_mul(g->sym, product, dimx(value_shape(g, p->v)->dim[at]));
        }
        if (!shape_dim(g, n, "equation", product, &dims[k])) return NO_VALUE;
    }
    return expand_transpose(g, n, p->v, perm);
}

/* Sum over k of a[batch, m, k] * b[batch, k, n]. */
static ValueId contract(Graph *g, NodeId n, const Part *a, const Part *b, const Term *batch, const Term *m,
                        const Term *k, const Term *nn) {
    const Term *const la[3] = {batch, m, k}, *const lb[3] = {batch, k, nn};
    Dim da[3], db[3];
    ValueId va = arrange(g, n, a, la, da);
    if (va == NO_VALUE) return NO_VALUE;
    ValueId vb = arrange(g, n, b, lb, db);
    Shape sa = {3, {da[0], da[1], da[2]}}, sb = {3, {db[0], db[1], db[2]}};
    if (batch->rank == 0) {
        sa = (Shape){2, {da[1], da[2]}};
        sb = (Shape){2, {db[1], db[2]}};
    }
    return expand_node2(g, n, OP_MatMul, expand_reshape(g, n, va, &sa), expand_reshape(g, n, vb, &sb), NULL);
}

/* a[batch, m, 1..] * b[batch, 1.., n] */
static ValueId multiply(Graph *g, NodeId n, const Part *a, const Part *b, const Term *batch, const Term *m,
                        const Term *nn) {
    const Term none = {0}, *const la[3] = {batch, m, &none}, *const lb[3] = {batch, nn, &none};
    Dim dims[3];
    ValueId va = arrange(g, n, a, la, dims);
    if (va == NO_VALUE) return NO_VALUE;
    ValueId vb = arrange(g, n, b, lb, dims);
    if (vb == NO_VALUE) return NO_VALUE;
    Shape sa = *value_shape(g, va), sb = *value_shape(g, vb), wide = {.rank = 0};
    for (int i = 0; i < nn->rank; i++) sa.dim[sa.rank++] = 1;
    for (int i = 0; i < batch->rank; i++) wide.dim[wide.rank++] = sb.dim[i];
    for (int i = 0; i < m->rank; i++) wide.dim[wide.rank++] = 1;
    for (int i = 0; i < nn->rank; i++) wide.dim[wide.rank++] = sb.dim[batch->rank + i];
    return expand_node2(g, n, OP_Mul, expand_reshape(g, n, va, &sa), expand_reshape(g, n, vb, &wide), NULL);
}

/* a times b, summed over what is neither in the output nor in a term to come. */
static Part pair(Graph *g, NodeId n, const Equation *q, Part a, Part b, const bool *needed) {
    Part r = {{0}, NO_VALUE};
    squeeze(g, n, &a, &b);
    squeeze(g, n, &b, &a);
    bool keep_a[LABELS], keep_b[LABELS];
    for (int l = 0; l < LABELS; l++) {
        keep_a[l] = needed[l] || find(&b.t, l) >= 0;
        keep_b[l] = needed[l] || find(&a.t, l) >= 0;
    }
    sum_away(g, n, &a, keep_a);
    sum_away(g, n, &b, keep_b);
    if (a.v == NO_VALUE || b.v == NO_VALUE) return r;
    Term batch = labels(&a, &b, needed, true, true), k = labels(&a, &b, needed, true, false);
    Term m = labels(&a, &b, needed, false, true), nn = labels(&b, &a, needed, false, true);
    r.t = batch;
    if (!append(g, n, &r.t, &m) || !append(g, n, &r.t, &nn)) return r;
    if (k.rank == 0) {
        r.v = multiply(g, n, &a, &b, &batch, &m, &nn);
        return r;
    }
    Shape s = {.rank = (int8_t)r.t.rank};
    for (int i = 0; i < r.t.rank; i++) {
        int ia = find(&a.t, r.t.label[i]), ib = find(&b.t, r.t.label[i]);
        Dim da = ia < 0 ? q->size[r.t.label[i]] : value_shape(g, a.v)->dim[ia];
        s.dim[i] = ib < 0 ? da : ia < 0 ? value_shape(g, b.v)->dim[ib] : dim_merge(da, value_shape(g, b.v)->dim[ib]);
    }
    r.v = contract(g, n, &a, &b, &batch, &m, &k, &nn);
    r.v = expand_reshape(g, n, r.v, &s);
    return r;
}

bool expand_Einsum(Graph *g, NodeId n) {
    Equation q;
    if (!parse_equation(g, n, &q)) return false;
    Part now = {{0}, NO_VALUE};
    for (unsigned i = 0; i < q.nin; i++) {
        Part next = {q.in[i], g->node.at[n].in[i]};
        bool needed[LABELS] = {false};
        for (int k = 0; k < q.out.rank; k++) needed[q.out.label[k]] = true;
        for (unsigned j = i + 1; j < q.nin; j++)
            for (int k = 0; k < q.in[j].rank; k++) needed[q.in[j].label[k]] = true;
        if (!diagonals(g, n, &next)) return false;
        if (i == 0)
            now = next;
        else
            now = pair(g, n, &q, now, next, needed);
        if (i == 0 && q.nin == 1) sum_away(g, n, &now, needed);
        if (now.v == NO_VALUE) return false;
    }
    int perm[MAX_RANK];
    for (int i = 0; i < q.out.rank; i++) perm[i] = find(&now.t, q.out.label[i]);
    return expand_finish(g, n, expand_transpose(g, n, now.v, perm));
}
