/* op_build, op_nest, and what the builders share. */
#include "op/build.h"

bool bd_error(const NestBuild *b, const char *field, const char *format, ...) {
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(b->nest->arena, format, args);
    va_end(args);
    return diag_error(b->diag, node_loc(b->g, b->node, field), NULL, "%s", text);
}

bool bd_rank(const NestBuild *b, BufId buf, int rank) {
    if (bd_buf(b, buf)->rank == rank) return true;
    return bd_error(b, NULL, "'%s' has %d dimensions where %d are expected", bd_buf(b, buf)->name, bd_buf(b, buf)->rank,
                    rank);
}

static ExprId computed(const NestBuild *b, ExprId e) {
    DType t = (DType)x_get(b->nest, e)->dtype;
    return bd_compute(t) == t ? e : x_cast(b->nest, bd_compute(t), e);
}

ExprId bd_load(const NestBuild *b, BufId buf, const ExprId *index) {
    return computed(b, x_load(b->nest, buf, index));
}

/* The cast goes inside the selection, so that reductions still see the condition. */
ExprId bd_load_or(const NestBuild *b, BufId buf, const ExprId *index, double otherwise) {
    Nest *n = b->nest;
    DType t = bd_buf(b, buf)->dtype;
    ExprId e = x_load_or(n, buf, index, x_number(n, t, otherwise));
    if (bd_compute(t) == t) return e;
    const Expr *x = x_get(n, e);
    if (x->kind != X_fn || x->id != FN_select) return computed(b, e);
    ExprId c = x_arg(n, e, 0), v = x_arg(n, e, 1);
    return x_select(n, c, computed(b, v), x_real(n, bd_compute(t), otherwise));
}

ExprId bd_broadcast(const NestBuild *b, BufId buf, int rank, const ExprId *at) {
    ExprId index[MAX_RANK];
    const Buffer *s = bd_buf(b, buf);
    int own = s->rank;
    for (int i = 0; i < own; i++) {
        int j = rank - own + i;
        index[i] = j < 0 || bd_buf(b, buf)->dim[i] == 1 ? x_index(b->nest, 0) : at[j];
    }
    return bd_load(b, buf, index);
}

ExprId bd_centred(const NestBuild *b, ExprId e, BufId zero, int rank, const ExprId *at) {
    e = x_cast(b->nest, DT_i32, e);
    if (zero == NO_BUF) return e;
    return x_fn2(b->nest, FN_sub, e, x_cast(b->nest, DT_i32, bd_broadcast(b, zero, rank, at)));
}

ExprId bd_scalar(const NestBuild *b, BufId buf) {
    ExprId index[MAX_RANK];
    for (int i = 0; i < MAX_RANK; i++) index[i] = x_index(b->nest, 0);
    return bd_load(b, buf, index);
}

static ExprId stored(const NestBuild *b, BufId buf, ExprId value) {
    return x_cast(b->nest, bd_buf(b, buf)->dtype, value);
}

static const char *stage_comment(const NestBuild *b) {
    return node_label(b->g, b->node, b->nest->arena);
}

Stage *bd_store(const NestBuild *b, BufId buf, int naxis, const AxisId *axes, ExprId value) {
    Stage *s = nest_stage(b->nest, buf, naxis, axes, stored(b, buf, value));
    s->comment = stage_comment(b);
    return s;
}

Stage *bd_store_at(const NestBuild *b, BufId buf, int naxis, const AxisId *axes, const ExprId *index, ExprId value) {
    Stage *s = bd_store(b, buf, naxis, axes, value);
    s->nindex = (uint8_t)bd_buf(b, buf)->rank;
    for (int i = 0; i < s->nindex; i++) s->index[i] = index[i];
    return s;
}

BufId bd_local(const NestBuild *b, const char *name, DType t, int rank, const int64_t *dim) {
    return nest_buffer(b->nest, name, BUF_local, t, rank, dim, UINT32_MAX);
}

const char *bd_axis_name(const NestBuild *b, int rank, int d) {
    static const char *const nchw[4] = {"n", "c", "h", "w"};
    return rank == 4 ? nchw[d] : arena_printf(b->nest->arena, "i%d", d);
}

const char *bd_spatial_name(const NestBuild *b, const char *prefix, int n, int d) {
    static const char letter[] = "dhw";
    if (n > 3) return arena_printf(b->nest->arena, "%s%d", *prefix ? prefix : "i", d);
    return arena_printf(b->nest->arena, "%s%c", prefix, letter[3 - n + d]);
}

void bd_axes(const NestBuild *b, BufId buf, AxisId *axes, ExprId *at) {
    int rank = bd_buf(b, buf)->rank;
    for (int i = 0; i < rank; i++) {
        axes[i] = nest_axis(b->nest, bd_axis_name(b, rank, i), bd_buf(b, buf)->dim[i], AXIS_spatial);
        at[i] = x_axis(b->nest, axes[i]);
    }
}

ExprId bd_plus(const NestBuild *b, ExprId a, int64_t c) {
    return x_fn2(b->nest, FN_add, a, x_index(b->nest, c));
}
ExprId bd_times(const NestBuild *b, ExprId a, int64_t c) {
    return x_fn2(b->nest, FN_mul, a, x_index(b->nest, c));
}
ExprId bd_div(const NestBuild *b, ExprId a, int64_t c) {
    return x_fn2(b->nest, FN_div, a, x_index(b->nest, c));
}
ExprId bd_mod(const NestBuild *b, ExprId a, int64_t c) {
    return x_fn2(b->nest, FN_mod, a, x_index(b->nest, c));
}

ExprId bd_clamp(const NestBuild *b, ExprId a, int64_t lo, int64_t hi) {
    return x_fn2(b->nest, FN_max, x_fn2(b->nest, FN_min, a, x_index(b->nest, hi)), x_index(b->nest, lo));
}

ExprId bd_flatten(const NestBuild *b, int rank, const int64_t *dim, const ExprId *at) {
    ExprId e = x_index(b->nest, 0);
    for (int i = 0; i < rank; i++) e = x_fn2(b->nest, FN_add, bd_times(b, e, dim[i]), at[i]);
    return e;
}

/* The outermost position needs no modulo; behind an extent of 0 there are no points at all. */
void bd_unflatten(const NestBuild *b, ExprId linear, int rank, const int64_t *dim, ExprId *at) {
    int64_t stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
        ExprId q = stride > 0 ? bd_div(b, linear, stride) : x_index(b->nest, 0);
        at[i] = i == 0 || dim[i] == 0 ? q : bd_mod(b, q, dim[i]);
        stride *= dim[i];
    }
}

bool op_build(NestBuild *b) {
    const Node *node = bd_node(b);
    const OpInfo *info = &op_info[node->op];
    switch (info->meaning) {
    case MEANING_expr: return expr_build(b, info->text);
    case MEANING_notation: return notation_build(b, info->text);
    case MEANING_build: return op_build_fn[node->op](b);
    default: return bd_error(b, NULL, "the operator has no loops of its own");
    }
}

/* Shapes known, element types with a size, at most MAX_RANK dimensions and a size that fits. */
static bool usable(const Graph *g, NodeId n, ValueId v, Diag *d) {
    const Value *value = &g->value.at[v];
    if (!shape_known(&value->shape))
        return diag_error(d, node_loc(g, n, NULL), "give the sizes with --input-shape",
                          "the shape of '%s' is not known", value->name);
    if (value->dtype == DT_none || dtype_info[value->dtype].bytes == 0)
        return diag_error(d, node_loc(g, n, NULL), NULL, "'%s' has element type %s, which cannot be computed with",
                          value->name, value->dtype == DT_none ? "unknown" : dtype_info[value->dtype].name);
    if (shape_count(&value->shape) < 0 || shape_count(&value->shape) > (INT64_C(1) << 46))
        return diag_error(d, node_loc(g, n, NULL), NULL, "'%s' is too large", value->name);
    return true;
}

static BufId buffer_of(Nest *nest, const Graph *g, ValueId v, BufKind kind) {
    const Value *value = &g->value.at[v];
    for (BufId i = 0; i < nest->buf.n; i++)
        if (nest->buf.at[i].value == v && nest->buf.at[i].kind != BUF_local) return i;
    return nest_buffer(nest, value->name, kind, value->dtype, value->shape.rank, value->shape.dim, v);
}

Nest *op_nest(Arena *a, const Graph *g, NodeId id, Diag *d) {
    const Node *node = &g->node.at[id];
    Nest *nest = nest_new(a, name_identifier(a, node_label(g, id, a)));
    BufId *in = arena_array_of(a, node->nin + 1, BufId), *out = arena_array_of(a, node->nout + 1, BufId);
    for (int i = 0; i < node->nin; i++) {
        in[i] = NO_BUF;
        if (node->in[i] == NO_VALUE) continue;
        if (!usable(g, id, node->in[i], d)) return NULL;
        in[i] = buffer_of(nest, g, node->in[i], g->value.at[node->in[i]].data ? BUF_const : BUF_in);
    }
    for (int i = 0; i < node->nout; i++) {
        out[i] = NO_BUF;
        if (node->out[i] == NO_VALUE) continue;
        if (!usable(g, id, node->out[i], d)) return NULL;
        out[i] = buffer_of(nest, g, node->out[i], BUF_out);
    }
    NestBuild b = {.g = g, .node = id, .nest = nest, .in = in, .out = out, .diag = d};
    return op_build(&b) ? nest : NULL;
}
