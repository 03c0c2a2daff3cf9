/* The nest of a group: the root's stages, with the members' values computed where they are read. */
#include "plan/kernel.h"
#include "nest/internal.h"
#include <ctype.h>

typedef struct {
    Nest *nest;   /* of one member alone */
    BufId *in, *out;
    Stage *final; /* the stage that writes its result */
} Fragment;

typedef struct {
    Arena *a;
    const Graph *g;
    Nest *n;
    Diag *d;
    bool plain;
    const NodeId *member;
    uint32_t count;
    Fragment *frag;   /* one a member */
    IdMap member_of;  /* value -> member that makes it */
    IdMap buffer_of;  /* value -> buffer of n */
    BufId **local_to; /* member, its locals and tables -> buffers of n */
    bool *staged;     /* member: its earlier stages are in n */
    IdMap value_at;   /* (member, index) -> expression, so that a reduction is never computed twice */
} Kernel;

/* The role of an operand, from the meaning's head `x, w, b -> y, z` or by the class. */
static const char *role(Arena *a, Op op, bool output, unsigned index) {
    const OpInfo *info = &op_info[op];
    if (info->meaning == MEANING_notation) {
        const char *p = info->text, *end = strchr(p, ':');
        if (output && (p = strstr(p, "->")) != NULL) p += 2;
        for (unsigned i = 0; p && end && p < end; i++) {
            while (*p == ' ' || *p == ',') p++;
            size_t len = 0;
            while (isalnum((unsigned char)p[len]) || p[len] == '_') len++;
            if (!len) break;
            if (i == index) return arena_strndup(a, p, len);
            p += len;
        }
    }
    if (output) return index == 0 ? "y" : arena_printf(a, "y%u", index);
    if (op == OP_MatMul || op == OP_Gemm || info->cls == CLASS_elementwise) return arena_printf(a, "%c", 'a' + (int)(index % 20));
    static const char *const attention[] = {"q", "keys", "values", "mask"};
    if (op == OP_Attention && index < 4) return attention[index];
    static const char *const usual[] = {"x", "z", "u"};
    return index < 3 ? usual[index] : arena_printf(a, "x%u", index);
}

static BufId graph_buffer(Arena *a, const Graph *g, Nest *n, BufKind kind, ValueId v, const char *name) {
    const Shape *s = value_shape(g, v);
    (void)a;
    return nest_buffer(n, name, kind, g->value.at[v].dtype, s->rank, s->dim, v);
}

static bool make_fragment(Kernel *k, uint32_t m) {
    const Node *node = &k->g->node.at[k->member[m]];
    Fragment *f = &k->frag[m];
    f->nest = nest_new(k->a, "fragment");
    f->in = arena_array_of(k->a, node->nin + 1u, BufId);
    f->out = arena_array_of(k->a, node->nout + 1u, BufId);
    for (unsigned i = 0; i < node->nin; i++) {
        f->in[i] = NO_BUF;
        if (node->in[i] == NO_VALUE) continue;
        for (unsigned j = 0; j < i; j++)
            if (node->in[j] == node->in[i]) f->in[i] = f->in[j];
        BufKind kind = value_data(k->g, node->in[i]) ? BUF_const : BUF_in;
        if (f->in[i] == NO_BUF) f->in[i] = graph_buffer(k->a, k->g, f->nest, kind, node->in[i], role(k->a, node->op, false, i));
    }
    for (unsigned i = 0; i < node->nout; i++)
        f->out[i] = node->out[i] == NO_VALUE ? NO_BUF
                                             : graph_buffer(k->a, k->g, f->nest, BUF_out, node->out[i], role(k->a, node->op, true, i));
    NestBuild b = {k->g, k->member[m], f->nest, f->in, f->out, k->d, k->plain};
    if (!op_build(&b)) return false;
    for (uint32_t s = 0; s < f->nest->stage.n; s++)
        if (f->nest->stage.at[s].out == f->out[0]) f->final = &f->nest->stage.at[s];
    return true;
}

static ExprId member_value(Kernel *k, uint32_t m, const ExprId *index);
static bool member_stages(Kernel *k, uint32_t m, bool all);

/* u8 times elements 2 k and 2 k + 1 of dimension 1 of i8 weights: no two of these products leave 16 bits. */
static bool narrow(const Tensor *t) {
    const int64_t count = shape_count(&t->shape);
    if (t->dtype != DT_i8 || t->shape.rank < 2 || count == 0) return false;
    Arena *tmp = arena_new("narrow");
    const int8_t *w = tensor_contents(t, tmp)->data;
    const int64_t ic = t->shape.dim[1], taps = count / t->shape.dim[0] / ic;
    bool fits = true;
    for (int64_t i = 0; i < count && fits; i++) {
        if (i / taps % ic % 2) continue;
        int first = w[i], second = i / taps % ic + 1 < ic ? w[i + taps] : 0;
        int most = (first > 0 ? first : 0) + (second > 0 ? second : 0), least = (first < 0 ? first : 0) + (second < 0 ? second : 0);
        fits = most * UINT8_MAX <= INT16_MAX && least * UINT8_MAX >= INT16_MIN;
    }
    arena_free(tmp);
    return fits;
}

/* Buffer of the kernel for a buffer of member m's fragment. */
static BufId outer_buffer(Kernel *k, uint32_t m, BufId b) {
    const Buffer *src = &k->frag[m].nest->buf.at[b];
    if (src->kind == BUF_local || src->kind == BUF_table) {
        if (k->local_to[m][b] == NO_BUF) {
            Buffer copy = *src;
            BufId to = nest_buffer(k->n, copy.name, copy.kind, copy.dtype, copy.rank, copy.dim, copy.value);
            if (copy.table) /* the fragment goes, its table stays */
                k->n->buf.at[to].table =
                    arena_copy(k->n->arena, copy.table, (size_t)(buffer_elements(&copy) * dtype_info[copy.dtype].bytes));
            k->n->buf.at[to].filled = copy.filled;
            k->n->buf.at[to].filled_dim = copy.filled_dim;
            k->local_to[m][b] = to;
        }
        return k->local_to[m][b];
    }
    uint32_t known = idmap_get(&k->buffer_of, src->value);
    if (known != MAP_NONE) return known;
    /* Type and dimensions are the value's, unless the builder sees bytes in it. */
    DType t = src->dtype == DT_f32 ? value_stored(k->g, src->value) : src->dtype;
    BufId to = nest_buffer(k->n, src->name, src->kind, t, src->rank, src->dim, src->value);
    k->n->buf.at[to].narrow = src->kind == BUF_const && t == DT_i8 && narrow(value_data(k->g, src->value));
    idmap_set(k->a, &k->buffer_of, src->value, to);
    return to;
}

typedef struct {
    Kernel *k;
    uint32_t m;
} Reader;

/* Loads: of an inner value its expression, of a constant scalar the number, else the kernel's buffer. */
static ExprId read_value(void *ctx, Nest *n, BufId b, const ExprId *index) {
    Reader *r = ctx;
    Kernel *k = r->k;
    const Buffer *src = &k->frag[r->m].nest->buf.at[b];
    if (src->value != UINT32_MAX && src->kind != BUF_local && src->kind != BUF_table) {
        uint32_t m = idmap_get(&k->member_of, src->value);
        if (m != MAP_NONE && m != r->m) return member_value(k, m, index);
        const Tensor *t = value_data(k->g, src->value);
        if (t && shape_count(&t->shape) == 1 && !dtype_is_coded(t->dtype) && t->dtype != DT_string && t->dtype == src->dtype)
            return dtype_is_float(t->dtype) ? x_real(n, t->dtype, tensor_float(t, 0)) : x_int(n, t->dtype, tensor_int(t, 0));
    }
    return x_cast(n, src->dtype, x_load(n, outer_buffer(k, r->m, b), index)); /* halves are widened */
}

static ExprId *axis_map(Kernel *k, uint32_t m) {
    uint32_t count = k->frag[m].nest->axis.n;
    ExprId *to = arena_array_of(k->a, count + 1, ExprId);
    for (uint32_t i = 0; i < count; i++) to[i] = NO_EXPR;
    return to;
}

/* The value of inner member m at `index`. */
static ExprId member_value(Kernel *k, uint32_t m, const ExprId *index) {
    Fragment *f = &k->frag[m];
    uint64_t key = hash_bytes(index, (size_t)f->final->nindex * sizeof *index, m);
    uint32_t known = idmap_get(&k->value_at, key);
    if (known != MAP_NONE) return known;
    if (!k->staged[m]) {
        k->staged[m] = true;
        member_stages(k, m, false);
    }
    ExprId *to = axis_map(k, m);
    for (int i = 0; i < f->final->nindex; i++) {
        const Expr *x = x_get(f->nest, f->final->index[i]);
        if (x->kind == X_axis) to[x->id] = index[i];
    }
    if (x_reductions(f->nest, f->final->value, NULL, 0) > 0) /* the loops are called as the operator calls them */
        for (int i = 0; i < f->final->nindex; i++) {
            const Expr *from = x_get(f->nest, f->final->index[i]), *at = x_get(k->n, index[i]);
            if (from->kind != X_axis || at->kind != X_axis) continue;
            const Axis own = f->nest->axis.at[from->id];
            nest_rename_axis(k->n, at->id, own.base);
            if (own.kind == AXIS_inner) k->n->axis.at[at->id].kind = AXIS_inner;
        }
    Reader r = {k, m};
    ExprId e = x_import(k->n, f->nest, f->final->value, to, NULL, read_value, &r);
    idmap_set(k->a, &k->value_at, key, e);
    return e;
}

/* Copies stages of member m: all, or those before its result. */
static bool member_stages(Kernel *k, uint32_t m, bool all) {
    Fragment *f = &k->frag[m];
    Reader r = {k, m};
    if (f->nest->winograd.tile) k->n->winograd = f->nest->winograd;
    IdMap serial = {0}; /* stages of a recurrence share their axis, joined ones all of them */
    for (uint32_t s = 0; s < f->nest->stage.n; s++) {
        Stage src = f->nest->stage.at[s], st = src;
        st.comment = NULL; /* the function's heading names the nodes */
        if (!all && f->final == &f->nest->stage.at[s]) continue;
        ExprId *to = axis_map(k, m);
        for (int i = 0; i < src.naxis; i++) {
            Axis ax = f->nest->axis.at[src.axis[i]];
            uint32_t same = ax.kind == AXIS_serial || src.joined ? idmap_get(&serial, src.axis[i]) : MAP_NONE;
            st.axis[i] = same != MAP_NONE ? same : nest_axis(k->n, ax.base, ax.extent, ax.kind);
            if (ax.kind == AXIS_serial || nest_joined(f->nest, s) > 1) idmap_set(k->a, &serial, src.axis[i], st.axis[i]);
            to[src.axis[i]] = x_axis(k->n, st.axis[i]);
        }
        st.value = x_import(k->n, f->nest, src.value, to, NULL, read_value, &r);
        for (int i = 0; i < src.nindex; i++) st.index[i] = x_import(k->n, f->nest, src.index[i], to, NULL, read_value, &r);
        if (src.guard != NO_EXPR) st.guard = x_import(k->n, f->nest, src.guard, to, NULL, read_value, &r);
        st.out = outer_buffer(k, m, src.out);
        if (k->n->buf.at[st.out].dtype == DT_f16) st.value = x_cast(k->n, DT_f16, st.value);
        vec_push(k->n->arena, &k->n->stage, st);
    }
    return true;
}

/* Axes of stages are called after the operator; those made unique by a number get their short name back when no other
 * axis has it any more. */
static void tidy_stages(Nest *n) {
    for (uint32_t s = 0; s < n->stage.n; s++) {
        Stage *st = &n->stage.at[s];
        int keep = 0;
        for (int i = 0; i < st->naxis; i++)
            if (n->axis.at[st->axis[i]].extent != 1) st->axis[keep++] = st->axis[i];
        st->naxis = (uint8_t)keep;
    }
}

Nest *kernel_nest(Arena *a, const Graph *g, const NodeId *member, uint32_t count, const bool *only, bool plain,
                  Diag *d) {
    Arena *tmp = arena_new("fragments");
    Kernel k = {.a = tmp, .g = g, .n = nest_new(a, "kernel"), .d = d, .plain = plain, .member = member, .count = count};
    k.frag = arena_array_of(tmp, count, Fragment);
    k.local_to = arena_array_of(tmp, count, BufId *);
    k.staged = arena_array_of(tmp, count, bool);
    for (uint32_t m = 0; m < count; m++) {
        if (!make_fragment(&k, m)) {
            arena_free(tmp);
            return NULL;
        }
        k.local_to[m] = arena_array_of(tmp, k.frag[m].nest->buf.n + 1, BufId);
        for (uint32_t b = 0; b < k.frag[m].nest->buf.n; b++) k.local_to[m][b] = NO_BUF;
        if (m + 1 < count) idmap_set(tmp, &k.member_of, g->node.at[member[m]].out[0], m);
    }
    Fragment *root = &k.frag[count - 1];
    if (only) { /* operands that are in place already: their stages are dropped */
        uint32_t kept = 0;
        for (uint32_t s = 0; s < root->nest->stage.n; s++)
            if (only[s]) root->nest->stage.at[kept++] = root->nest->stage.at[s];
        root->nest->stage.n = kept;
        root->final = NULL;
    }
    member_stages(&k, count - 1, true);
    tidy_stages(k.n);
    nest_share_axes(k.n);
    arena_free(tmp);
    return k.n;
}
