/* Lowering of joined stages: one loop nest whose body computes all their values, then stores them. What the values have
 * in common goes through variables. */
#include "nest/lower_internal.h"

typedef struct {
    Lower *l;
    IdMap uses, done; /* expression -> readers; expression -> its variable */
    Vec(ExprId) order; /* operands before their readers */
} Joined;

static bool is_number(const Nest *n, ExprId e) {
    const Expr *x = x_get(n, e);
    if (x->dtype != DT_f32 && x->dtype != DT_f64) return false;
    return x->kind == X_load || x->kind == X_fn || x->kind == X_cast || (x->kind == X_var && x->narg > 0);
}

/* What a selection may leave out is not computed ahead of it. */
static void count_uses(Joined *j, ExprId e) {
    const Nest *n = j->l->n;
    uint32_t known = idmap_get(&j->uses, e);
    idmap_set(j->l->arena, &j->uses, e, known == MAP_NONE ? 1 : known + 1);
    if (known != MAP_NONE) return;
    const Expr x = *x_get(n, e);
    bool select = x.kind == X_fn && x.id == FN_select;
    if (x.kind == X_fn || x.kind == X_cast)
        for (int i = 0; i < (select ? 1 : x.narg); i++) count_uses(j, x_arg(n, e, i));
    vec_push(j->l->arena, &j->order, e);
}

static void share(Joined *j, LoopNode *into) {
    Lower *l = j->l;
    for (uint32_t i = 0; i < j->order.n; i++) {
        ExprId e = j->order.at[i];
        if (idmap_get(&j->uses, e) < 2 || !is_number(l->n, e)) continue;
        uint32_t var = lower_var(l, "t", UINT32_MAX, (DType)x_get(l->n, e)->dtype, 1, 0, NULL);
        LoopNode *v = lower_node(l, LOOP_var, into);
        v->var = var;
        v->value = x_rewrite(l->n, e, l->axis_to, NULL, NULL, &j->done);
        idmap_set(l->arena, &j->done, e, lower_ref(l, var, 0, NULL, false));
    }
}

static void store_joined(Joined *j, const Stage *st, ExprId value, LoopNode *into) {
    Lower *l = j->l;
    Nest *n = l->n;
    ExprId index[MAX_RANK];
    for (int i = 0; i < st->nindex; i++) index[i] = lower_resolve(l, st->index[i], NULL);
    ExprId offset = buffer_offset(n, st->out, index);
    bool local = n->buf.at[st->out].kind == BUF_local && l->local[st->out] != UINT32_MAX;
    LoopNode *s = lower_node(l, local ? LOOP_set : LOOP_store, into);
    s->value = x_rewrite(n, value, l->axis_to, NULL, NULL, &j->done);
    if (local) {
        s->var = l->local[st->out];
        s->nindex = (uint8_t)l->tree->var.at[s->var].ndim;
        s->index[0] = offset;
    } else {
        s->buf = st->out;
        s->offset = offset;
    }
}

void lower_joined(Lower *l, uint32_t s, uint32_t count, LoopNode *into) {
    Nest *n = l->n;
    const Stage *first = &n->stage.at[s];
    Joined j = {.l = l};
    ExprId *value = arena_array_of(l->arena, count, ExprId);
    if (first->comment) lower_node(l, LOOP_note, into)->note = first->comment;
    for (int i = n->nshared; i < first->naxis; i++) {
        AxisId a = first->axis[i];
        if (n->axis.at[a].extent == 1) l->axis_to[a] = x_index(n, 0);
        else into = lower_whole(l, a, into);
    }
    for (uint32_t k = 0; k < count; k++) {
        value[k] = lower_resolve(l, n->stage.at[s + k].value, NULL);
        count_uses(&j, value[k]);
    }
    share(&j, into);
    for (uint32_t k = 0; k < count; k++) store_joined(&j, &n->stage.at[s + k], value[k], into);
}
