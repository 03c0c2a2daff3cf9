/* Loop tree -> C, in the scalar and the GNU vector dialect. Names are kept: axes and buffers are called as in the nest.
 */
#include "emit/c_number.h"
#include "emit/package.h"

/* ---- temporaries: what a statement computes more than once ---- */

typedef struct {
    IdMap uses, has_load, sure;
    Vec(ExprId) order; /* operands first */
} Shared;

static bool count_uses(Emit *m, Shared *s, ExprId e) {
    uint32_t u = idmap_get(&s->uses, e);
    idmap_set(m->arena, &s->uses, e, u == MAP_NONE ? 1 : u + 1);
    if (u != MAP_NONE) return idmap_get(&s->has_load, e) == 1;
    const Expr *x = x_get(m->n, e);
    bool load = x->kind == X_load;
    if (x->kind == X_fn || x->kind == X_cast)
        for (int i = 0; i < x_get(m->n, e)->narg; i++) load |= count_uses(m, s, x_arg(m->n, e, i));
    idmap_set(m->arena, &s->has_load, e, load);
    vec_push(m->arena, &s->order, e);
    return load;
}

static bool varies(const Emit *m, ExprId e) {
    return m->lane != NO_AXIS && x_varies(m->n, e, m->lane);
}

/* Marks what is computed whichever way the selects go; lanes that go different ways need both values. */
static void mark_sure(Emit *m, Shared *s, ExprId e) {
    if (idmap_get(&s->sure, e) != MAP_NONE) return;
    idmap_set(m->arena, &s->sure, e, 1);
    const Expr *x = x_get(m->n, e);
    if (x->kind != X_fn && x->kind != X_cast) return;
    int narg = x->narg;
    if (x->kind == X_fn && x->id == FN_select && !varies(m, x_arg(m->n, e, 0))) narg = 1;
    if (x->kind == X_fn && (x->id == FN_and || x->id == FN_or) && !varies(m, e)) narg = 1;
    for (int i = 0; i < narg; i++) mark_sure(m, s, x_arg(m->n, e, i));
}

void c_indent(Str *out, int depth) {
    for (int i = 0; i < depth; i++) str_add(out, "    ");
}

static int temporaries(Emit *m, ExprId value, int depth, Str *out) {
    Shared s = {0};
    int made = 0;
    count_uses(m, &s, value);
    mark_sure(m, &s, value);
    m->temp = (IdMap){0};
    for (uint32_t i = 0; i < s.order.n; i++) {
        ExprId e = s.order.at[i];
        Expr x = *x_get(m->n, e);
        bool worth = (x.kind == X_fn && !x.is_index) || x.kind == X_load || (x.kind == X_cast && !x.is_index);
        if (!worth || idmap_get(&s.uses, e) < 2) continue;
        if (idmap_get(&s.has_load, e) == 1 && idmap_get(&s.sure, e) == MAP_NONE) continue;
        bool vec = varies(m, e);
        if (vec && dtype_is_int((DType)x.dtype) && x.dtype != DT_i32) continue; /* bytes are no vectors */
        while (!c_name_free(m, arena_printf(m->arena, "t%u", m->temps))) m->temps++;
        c_indent(out, depth);
        if (vec)
            str_addf(out, "const %s t%u = ", c_lanes_type(m, (DType)x.dtype), m->temps);
        else
            str_addf(out, "%s t%u = ", c_is_half((DType)x.dtype) ? "const float" : emit_const_type((DType)x.dtype), m->temps);
        if (vec)
            c_vector_addend(m, e, 0, out);
        else
            c_addend(m, e, 0, out);
        str_add(out, ";\n");
        idmap_set(m->arena, &m->temp, e, m->temps++);
        made++;
    }
    return made;
}

/* ---- statements ---- */

/* Body in braces unless it is a single statement. */
static void body(Emit *m, const LoopNode *x, int depth, Str *out) {
    Str inner = str_new(m->arena);
    int count = 0;
    for (uint32_t i = 0; i < x->body.n; i++) count += c_statement(m, x->body.at[i], depth + 1, &inner);
    if (count == 0) {
        str_add(out, " {}\n");
        return;
    }
    str_add(out, count > 1 ? " {\n" : "\n");
    str_addn(out, inner.at, inner.n);
    if (count > 1) {
        c_indent(out, depth);
        str_add(out, "}\n");
    }
}

static bool may_overlap(const Emit *m, BufId b) { return m->f->aliased && m->f->aliased[b]; }

/* Where code size counts, a loop that moves neighbours to neighbours is memcpy. (Of such loops gcc makes memmove where it
 * loses sight of `restrict`, which a system without C library may lack.) */
static bool copy_loop(Emit *m, const LoopNode *x, int depth, Str *out) {
    enum { FEW = 8 };
    const LoopNode *s = x->body.n == 1 ? x->body.at[0] : NULL;
    if (!m->p->small || !s || s->kind != LOOP_store || s->combine != COMBINE_store || x->unroll || x->parallel) return false;
    const Expr *v = x_get(m->n, s->value), *lo = x_get(m->n, x->lo), *hi = x_get(m->n, x->hi);
    if (v->kind != X_load || v->dtype != m->n->buf.at[s->buf].dtype || v->id == s->buf || lo->kind != X_int || hi->kind != X_int)
        return false;
    BufId from = v->id;
    int64_t count = hi->i - lo->i;
    ExprId at = x_load_offset(m->n, s->value), *first = x_axis_table(m->n, m->arena, 0);
    if (count < FEW || may_overlap(m, s->buf) || may_overlap(m, from)) return false;
    if (!c_walks_by_one(m->n, s->offset, x->axis) || !c_walks_by_one(m->n, at, x->axis)) return false;
    first[x->axis] = x->lo;
    c_indent(out, depth);
    str_add(out, "memcpy(");
    c_place(m, c_buffer_name(m, s->buf), x_substitute(m->n, s->offset, first), out);
    str_add(out, ", ");
    c_place(m, c_buffer_name(m, from), x_substitute(m->n, at, first), out);
    str_add(out, ", (size_t)");
    m->bound = m->n->axis.at[x->axis].base;
    c_index_number(m, count, P_UNARY, out);
    m->bound = NULL;
    str_addf(out, " * sizeof *%s);\n", m->n->buf.at[s->buf].name);
    return true;
}

static int for_loop(Emit *m, const LoopNode *x, int depth, Str *out) {
    if (x->parallel && m->pool && !m->inside && x_get(m->n, x->lo)->kind == X_int &&
        x_get(m->n, x->hi)->kind == X_int) {
        c_indent(out, depth);
        return c_parallel(m, x, out);
    }
    if (c_widen(m, x, depth, out) || c_tile_row(m, x, depth, out) || c_round_two(m, x, depth, out) || c_scale_row(m, x, depth, out) ||
        c_copy_row(m, x, depth, out) || copy_loop(m, x, depth, out))
        return 1;
    c_call_axis(m, x->axis);
    vec_push(m->arena, &m->around, x->axis);
    const char *name = c_axis_name(m, x->axis);
    if (x->unroll && m->p->target->dialect != DIALECT_c99) {
        c_need(m, "UNROLL.h");
        c_indent(out, depth);
        str_add(out, "UNROLL\n");
    }
    c_indent(out, depth);
    bool marks = m->marks;
    m->marks &= !x->unroll; /* registers have constant numbers */
    str_addf(out, "for (%s %s = ", m->index_type, name);
    if (!x->down) {
        c_expr(m, x->lo, 0, out);
        str_addf(out, "; %s < ", name);
    }
    m->bound = x_get(m->n, x->hi)->kind == X_int ? name : NULL;
    c_expr(m, x->hi, x->down ? 0 : P_ADD, out);
    m->bound = NULL;
    if (x->down) {
        str_addf(out, "; %s-- > ", name);
        c_expr(m, x->lo, P_ADD, out);
        str_add(out, ";)");
    } else {
        str_addf(out, "; %s++)", name);
    }
    m->marks = marks;
    body(m, x, depth, out);
    m->open.n--;
    m->around.n--;
    return x->unroll ? 2 : 1;
}

/* Into memory: what is only moved keeps its bits. */
static void combine_half(Emit *m, const LoopNode *x, const char *target, DType t, Str *out) {
    const Expr *v = x_get(m->n, x->value);
    bool held = idmap_get(&m->temp, x->value) != MAP_NONE;
    str_addf(out, "%s = ", target);
    if (x->combine == COMBINE_store && v->kind == X_load && v->dtype == t && !held) {
        c_element(m, x->value, out);
    } else if (x->combine == COMBINE_store) {
        bool rounds = v->kind == X_cast && v->dtype == t && !held;
        c_to_half(m, t, rounds ? x_arg(m->n, x->value, 0) : x->value, out);
    } else {
        static const char *const sign[] = {"+", "*"};
        const char *before = arena_printf(m->arena, "%s(%s)", c_half_call(m, t, "to"), target);
        str_addf(out, "%s(", c_half_call(m, t, "from"));
        if (x->combine <= COMBINE_prod) {
            str_addf(out, "%s %s ", before, sign[x->combine]);
            c_expr(m, x->value, P_UNARY, out);
        } else {
            const char *f = x->combine == COMBINE_max ? "max_f32" : "min_f32";
            c_need(m, arena_printf(m->arena, "%s.h", f));
            str_addf(out, "%s(%s, ", f, before);
            c_expr(m, x->value, 0, out);
            str_add(out, ")");
        }
        str_add(out, ")");
    }
    str_add(out, ";\n");
}

/* What x stores: in a variable a sum may read it. */
static void stored(Emit *m, const LoopNode *x, bool vec, Str *out) {
    const bool variable = x->kind == LOOP_set;
    if (vec)
        (variable ? c_vector_addend : c_vector)(m, x->value, 0, out);
    else
        (variable ? c_addend : c_expr)(m, x->value, 0, out);
}

static void combine(Emit *m, const LoopNode *x, const char *target, DType t, bool vec, Str *out) {
    static const char *const sign[] = {"+", "*"};
    str_add(out, target);
    if (x->combine == COMBINE_store) {
        str_add(out, " = ");
        stored(m, x, vec, out);
    } else if (x->combine <= COMBINE_prod && (dtype_is_float(t) || vec)) {
        str_addf(out, " %s= ", sign[x->combine]);
        if (vec)
            c_vector(m, x->value, 0, out);
        else
            c_expr(m, x->value, 0, out);
    } else if (x->combine <= COMBINE_prod) {
        const char *u = dtype_info[t].bytes > 4 ? "uint64_t" : "uint32_t";
        if (t == DT_bool) {
            str_addf(out, " = %s %s ", target, x->combine == COMBINE_sum ? "||" : "&&");
            c_expr(m, x->value, P_PRIMARY, out);
        } else {
            str_addf(out, " = (%s)((%s)%s %s (%s)", emit_c_type(t), u, target, sign[x->combine], u);
            c_expr(m, x->value, P_UNARY, out);
            str_add(out, ")");
        }
    } else {
        bool max = x->combine == COMBINE_max;
        const char *f = max ? "max" : "min";
        if (t == DT_bool) {
            str_addf(out, " = %s %s ", target, max ? "||" : "&&");
            c_expr(m, x->value, P_PRIMARY, out);
            str_add(out, ";\n");
            return;
        }
        const char *name = vec ? c_vector_fn(m, f)
                               : arena_printf(m->arena, "%s_%s", f,
                                              dtype_is_float(t)          ? (t == DT_f64 ? "f64" : "f32")
                                              : dtype_info[t].cls == 'i' ? "i64"
                                                                         : "u64");
        if (!vec) c_need(m, arena_printf(m->arena, "%s.h", name));
        str_addf(out, " = %s%s%s%s(%s, ", dtype_is_float(t) || vec ? "" : "(",
                 dtype_is_float(t) || vec ? "" : emit_c_type(t), dtype_is_float(t) || vec ? "" : ")", name, target);
        if (vec)
            c_vector(m, x->value, 0, out);
        else
            c_expr(m, x->value, 0, out);
        str_add(out, ")");
    }
    str_add(out, ";\n");
}

/* Through a helper: the place need not be aligned. */
static int vector_store(Emit *m, const LoopNode *x, const char *name, ExprId offset, int depth, Str *out) {
    int made = temporaries(m, x->value, depth, out);
    DType t = (DType)x_get(m->n, x->value)->dtype;
    c_indent(out, depth);
    if (c_store_rounded(m, x, name, offset, out)) {
        m->temp = (IdMap){0};
        return 1 + made;
    }
    const char *f = dtype_info[t].bytes < 4 && t != nest_lane(m->n) ? arena_printf(m->arena, "store_%s", dtype_info[t].name) : "store";
    str_addf(out, "%s(", c_vector_fn(m, f));
    c_lanes_at(m, name, offset, out);
    str_add(out, ", ");
    stored(m, x, true, out);
    str_add(out, ");\n");
    m->temp = (IdMap){0};
    return 1 + made;
}

/* The loop over axis a. */
static const LoopNode *loop_of(const LoopNode *x, AxisId a) {
    const LoopNode *found = x->kind == LOOP_for && x->axis == a ? x : NULL;
    for (uint32_t i = 0; i < x->body.n && !found; i++) found = loop_of(x->body.at[i], a);
    return found;
}

/* The axis of a tile whose points, by fours, read neighbouring fours of bytes at `at`, which one load brings. */
static AxisId axis_of_fours(Emit *m, ExprId at) {
    const Nest *n = m->n;
    int64_t coef;
    if (!m->p->target->by_element || m->lanes != 4) return NO_AXIS;
    for (AxisId a = 0; a < n->axis.n; a++) {
        if (!x_uses_axis(n, at, a) || !x_coefficient(n, at, a, &coef) || coef != DOT_POINTS) continue;
        const LoopNode *loop = loop_of(m->t->root, a);
        if (!loop || !loop->unroll || x_get(n, loop->lo)->kind != X_int || x_get(n, loop->hi)->kind != X_int) continue;
        if (x_get(n, loop->lo)->i == 0 && x_get(n, loop->hi)->i % 4 == 0) return a;
    }
    return NO_AXIS;
}

/* Products of bytes: neighbours of x, the same for all lanes, by those of w. */
static int dot(Emit *m, const LoopNode *s, const char *target, int depth, Str *out) {
    ExprId x, w, *zero = x_axis_table(m->n, m->arena, 0);
    DType by = m->p->target->dot_by;
    if (!dot_operands(m->n, s->value, by, &x, &w)) return 0;
    bool narrow = m->p->target->twos == TWOS_NARROW && dot_narrow(m->n, w, s->dot);
    zero[s->dot] = x_index(m->n, 0);
    const char *xs = c_buffer_name(m, x_get(m->n, x)->id), *ws = c_buffer_name(m, x_get(m->n, w)->id);
    x = x_substitute(m->n, x_load_offset(m->n, x), zero);
    w = x_substitute(m->n, x_load_offset(m->n, w), zero);
    AxisId fours = by == DT_i8 ? axis_of_fours(m, x) : NO_AXIS;
    if (fours != NO_AXIS) {
        zero[fours] = x_fn2(m->n, FN_mul, x_fn2(m->n, FN_div, x_axis(m->n, fours), x_index(m->n, 4)), x_index(m->n, 4));
        x = x_substitute(m->n, x, zero);
    }
    const char *bytes = fours != NO_AXIS ? "dot_i8_of" : "dot_i8";
    const char *f = by == DT_i8 ? bytes : m->p->target->twos == TWOS_not ? "dot" : narrow ? "dot_narrow" : "dot_twos";
    c_indent(out, depth);
    str_addf(out, "%s = %s(%s, ", target, c_vector_fn(m, f), target);
    c_lanes_at(m, xs, x, out);
    str_add(out, ", ");
    if (fours != NO_AXIS) {
        c_expr(m, x_fn2(m->n, FN_mod, x_axis(m->n, fours), x_index(m->n, 4)), 0, out);
        str_add(out, ", ");
    }
    c_lanes_at(m, ws, w, out);
    str_add(out, ");\n");
    return 1;
}

static int set_or_store(Emit *m, const LoopNode *x, int depth, Str *out) {
    Str target = str_new(m->arena);
    bool vec = m->lane != NO_AXIS;
    DType t;
    m->temp = (IdMap){0};
    if (x->kind == LOOP_set) {
        const LoopVar *v = &m->t->var.at[x->var];
        t = v->dtype;
        if (vec && v->lanes == 1 && x->nindex == 1)
            return vector_store(m, x, c_var_name(m, x->var), x->index[0], depth, out);
        vec = vec && v->lanes > 1;
        str_add(&target, c_var_name(m, x->var));
        for (int i = 0; i < x->nindex; i++) {
            str_add(&target, "[");
            c_expr(m, x->index[i], 0, &target);
            str_add(&target, "]");
        }
    } else {
        t = m->n->buf.at[x->buf].dtype;
        if (vec) return vector_store(m, x, c_buffer_name(m, x->buf), x->offset, depth, out);
        str_addf(&target, "%s[", m->about = c_buffer_name(m, x->buf));
        c_expr(m, x->offset, 0, &target);
        str_add(&target, "]");
        m->about = NULL;
    }
    if (x->pair) return c_twos(m, x, target.at, depth, out);
    if (x->mmla != NO_AXIS) return c_mmla(m, x, target.at, depth, out);
    if (x->dot != NO_AXIS) return dot(m, x, target.at, depth, out);
    int made = temporaries(m, x->value, depth, out);
    c_indent(out, depth);
    if (x->kind == LOOP_store && c_is_half(t))
        combine_half(m, x, target.at, t, out);
    else
        combine(m, x, target.at, t, vec, out);
    m->temp = (IdMap){0};
    return 1 + made;
}

/* The lanes of a vector join what a scalar holds. */
static int fold(Emit *m, const LoopNode *x, int depth, Str *out) {
    static const char *const name[] = {"fold_sum", "fold_prod", "fold_max", "fold_min"};
    Str target = str_new(m->arena);
    str_add(&target, c_var_name(m, x->var));
    for (int i = 0; i < x->nindex; i++) {
        str_add(&target, "[");
        c_expr(m, x->index[i], 0, &target);
        str_add(&target, "]");
    }
    m->lanes = m->t->var.at[x_get(m->n, x->value)->id].lanes;
    const char *f = c_vector_fn(m, name[x->combine]);
    c_indent(out, depth);
    if (x->combine <= COMBINE_prod) {
        str_addf(out, "%s %s %s(", target.at, x->combine == COMBINE_sum ? "+=" : "*=", f);
    } else {
        const char *scalar = x->combine == COMBINE_max ? "max_f32" : "min_f32";
        c_need(m, arena_printf(m->arena, "%s.h", scalar));
        str_addf(out, "%s = %s(%s, %s(", target.at, scalar, target.at, f);
    }
    c_expr(m, x->value, 0, out);
    str_add(out, x->combine <= COMBINE_prod ? ");\n" : "));\n");
    return 1;
}

/* A declaration; an array is filled by loops over its dimensions. */
static int declare(Emit *m, const LoopNode *x, int depth, Str *out) {
    const LoopVar *v = &m->t->var.at[x->var];
    const char *name = c_var_name(m, x->var), *type = c_register_type(v->dtype);
    int lanes = m->lanes;
    if (v->lanes > 1) {
        m->lanes = v->lanes;
        type = c_lanes_type(m, v->dtype);
    }
    Str init = str_new(m->arena);
    if (x->value != NO_EXPR) {
        if (v->lanes > 1) str_addf(&init, "%s(", c_vector_fn(m, v->dtype == DT_i32 ? "set_i32" : "set"));
        c_expr(m, x->value, 0, &init);
        if (v->lanes > 1) str_add(&init, ")");
    }
    m->lanes = lanes;
    c_indent(out, depth);
    if (m->p->target->dialect != DIALECT_c99 && v->lanes == 1 && v->ndim == 1 && v->dim[0] >= 16) /* where vectors may be stored, or read by words */
        str_addf(out, "_Alignas(%d) ", m->p->target->vector_bytes ? 64 : 8);
    str_addf(out, "%s %s", type, name);
    for (int i = 0; i < v->ndim; i++) str_addf(out, "[%lld]", (long long)v->dim[i]);
    if (v->ndim == 0 && init.n) str_addf(out, " = %s", init.at);
    str_add(out, ";\n");
    if (v->ndim == 0 || !init.n) return 2; /* a declaration is no body */
    const char *at[MAX_RANK];
    for (int i = 0, k = 0; i < v->ndim; i++) {
        do at[i] = arena_printf(m->arena, "i%d", k++);
        while (!c_name_free(m, at[i]));
        if (m->p->target->dialect != DIALECT_c99) {
            c_need(m, "UNROLL.h");
            c_indent(out, depth + i);
            str_add(out, "UNROLL\n");
        }
        c_indent(out, depth + i);
        str_addf(out, "for (int %s = 0; %s < %lld; %s++)\n", at[i], at[i], (long long)v->dim[i], at[i]);
    }
    c_indent(out, depth + v->ndim);
    str_add(out, name);
    for (int i = 0; i < v->ndim; i++) str_addf(out, "[%s]", at[i]);
    str_addf(out, " = %s;\n", init.at);
    return 2;
}

int c_statement(Emit *m, const LoopNode *x, int depth, Str *out) {
    int count = 0;
    switch (x->kind) {
    case LOOP_block:
        for (uint32_t i = 0; i < x->body.n; i++) count += c_statement(m, x->body.at[i], depth, out);
        return count;
    case LOOP_vector:
        m->lane = x->axis;
        m->lanes = (int)m->n->axis.at[x->axis].extent;
        for (uint32_t i = 0; i < x->body.n; i++) count += c_statement(m, x->body.at[i], depth, out);
        m->lane = NO_AXIS;
        return count;
    case LOOP_for: return for_loop(m, x, depth, out);
    case LOOP_if:
        c_indent(out, depth);
        str_add(out, "if (");
        c_expr(m, x->lo, 0, out);
        str_add(out, ")");
        body(m, x, depth, out);
        return 1;
    case LOOP_var: return declare(m, x, depth, out);
    case LOOP_set:
    case LOOP_store: return set_or_store(m, x, depth, out);
    case LOOP_fold: return fold(m, x, depth, out);
    case LOOP_tile: return x->axis == NO_AXIS ? c_row(m, x, depth, out) : c_tile(m, x, depth, out);
    case LOOP_clear:
        c_indent(out, depth);
        str_addf(out, "memset(%s, 0, ", c_buffer_name(m, x->buf));
        c_index_number(m, buffer_elements(&m->n->buf.at[x->buf]), P_MUL, out);
        str_addf(out, " * sizeof *%s);\n", c_buffer_name(m, x->buf));
        return 1;
    case LOOP_call:
        if (!strcmp(x->note, "mmla_rows")) return c_mmla_rows(m, x, depth, out);
        m->lanes = m->t->var.at[x->var].lanes;
        c_need(m, "UNROLL.h");
        c_need(m, arena_printf(m->arena, "%s_%.*s.h", c_vector_type(m), (int)strcspn(x->note, "_"), x->note));
        c_indent(out, depth);
        str_addf(out, "%s_%s(%s);\n", c_vector_type(m), x->note, c_var_name(m, x->var));
        return 1;
    case LOOP_note:
        c_indent(out, depth);
        str_addf(out, "/* %s */\n", x->note);
        return 2; /* a comment is no body */
    }
    return 0;
}

/* ---- the function ---- */

static void table(Emit *m, const Buffer *b, Str *out) {
    int64_t count = buffer_elements(b), bytes = dtype_info[b->dtype].bytes;
    str_addf(out, "    static %s %s[%lld] = {", emit_const_type(b->dtype), b->name, (long long)(count ? count : 1));
    for (int64_t i = 0; i < count; i++) {
        str_add(out, i % 10 ? ", " : i ? ",\n        " : "\n        ");
        literal_add(out, m->arena, b->dtype, (const unsigned char *)b->table + i * bytes);
    }
    str_add(out, count ? "\n    };\n" : "0};\n");
}

void c_parameter(const Emit *m, uint32_t i, Str *out) {
    const Buffer *b = &m->n->buf.at[i];
    bool aliased = m->f->aliased && m->f->aliased[i];
    str_addf(out, "%s%s%s", emit_pointer(b->dtype, b->kind == BUF_out), aliased ? "" : "restrict ", b->name);
}

/* int unless some index may not fit: then int64_t. */
static const char *index_type(Nest *n) {
    const int64_t most = INT32_MAX / 2;
    for (uint32_t i = 0; i < n->buf.n; i++)
        if (buffer_elements(&n->buf.at[i]) > most) return "int64_t";
    for (ExprId e = 0; e < n->expr.n; e++) {
        Range r;
        if (x_get(n, e)->is_index && x_range(n, e, &r) && (r.lo < -most || r.hi > most)) return "int64_t";
    }
    return "int";
}

void c_locals(Emit *m, Str *out) {
    for (uint32_t i = 0; i < m->n->buf.n; i++) {
        const Buffer *b = &m->n->buf.at[i];
        if (!m->used[i]) continue;
        if (b->kind == BUF_table) table(m, b, out);
        if (b->kind != BUF_local || m->t->scratch_offset[i] < 0) continue;
        m->scratch = true;
        const char *pointer = emit_pointer(b->dtype, true);
        str_addf(out, "    %sconst %s = (%s)(void *)(scratch + ", pointer, b->name, pointer);
        m->about = "scratch";
        c_index_number(m, m->t->scratch_offset[i], P_MUL, out);
        m->about = NULL;
        str_add(out, ");\n");
    }
}

static void not_used(const Emit *m, Str *out) {
    for (uint32_t i = 0; i < m->n->buf.n; i++) {
        const Buffer *b = &m->n->buf.at[i];
        if (!m->used[i] && b->kind != BUF_table && b->kind != BUF_local) str_addf(out, "    (void)%s;\n", b->name);
    }
    if (m->f->scratch_bytes > 0 && !m->scratch) str_add(out, "    (void)scratch;\n");
    if (m->pool && !m->part) str_addf(out, "    (void)%s;\n", m->pool);
}

static void begin_parallel(Emit *m) {
    if (!m->f->parallel) return;
    const char *begin = c_fresh(m, "begin"), *end = c_fresh(m, "end");
    m->pool = c_fresh(m, "pool");
    m->begin = begin;
    m->end = end;
}

static Emit begin_function(const Program *p, const Function *f, EmitUses *uses, Arena *a) {
    Emit m = {.p = p, .f = f, .n = f->nest, .t = f->tree, .uses = uses, .arena = a, .lane = NO_AXIS};
    m.index_type = f->lift_wide ? "int64_t" : index_type(f->largest ? (Nest *)(uintptr_t)f->largest : m.n);
    m.used = arena_array_of(a, m.n->buf.n + 1, bool);
    m.used_axis = arena_array_of(a, m.n->axis.n + 1, bool);
    m.used_var = arena_array_of(a, m.t->var.n + 1, bool);
    m.parts = str_new(a);
    begin_parallel(&m);
    return m;
}

/* What stands in the function's braces; its parts are in m->parts then. */
static void function_body(Emit *m, Str *out) {
    Str text = str_new(out->arena);
    c_statement(m, m->t->root, 1, &text);
    c_locals(m, out);
    not_used(m, out);
    str_addn(out, text.at, text.n);
}

void c_marked_body(const Program *p, const Function *f, const char **index, Str *out) {
    EmitUses uses = {0};
    Emit m = begin_function(p, f, &uses, out->arena);
    m.marks = true;
    function_body(&m, out);
    *index = m.index_type;
}

void emit_function(const Program *p, const Function *f, EmitUses *uses, Str *out) {
    Emit m = begin_function(p, f, uses, out->arena);
    bool first = true;
    Str body = str_new(out->arena);
    m.marks = f->shared != NULL;
    function_body(&m, &body);
    str_addn(out, m.parts.at, m.parts.n);
    str_addf(out, "static void %s_%s(", p->name, f->name);
    for (uint32_t i = 0; i < m.n->buf.n; i++) {
        BufKind k = m.n->buf.at[i].kind;
        if (k != BUF_in && k != BUF_out && k != BUF_const) continue;
        str_add(out, first ? "" : ", ");
        c_parameter(&m, i, out);
        first = false;
    }
    if (f->scratch_bytes > 0) str_addf(out, "%sunsigned char *restrict scratch", first ? "" : ", ");
    first &= f->scratch_bytes == 0;
    if (m.pool) str_addf(out, "%stenon_pool *%s", first ? "" : ", ", m.pool);
    if (f->rows) {
        str_addf(out, "%s%s %s, %s %s", first ? "" : ", ", m.index_type, c_var_name(&m, f->rows[0]), m.index_type, c_var_name(&m, f->rows[1]));
        first = false;
    }
    for (uint32_t i = 0; f->sizes && i < p->size.n; i++)
        if (*f->sizes >> i & 1) {
            str_addf(out, "%s%s %s", first ? "" : ", ", m.index_type, p->size.at[i].name);
            first = false;
        }
    for (uint32_t i = 0; f->shared && i < f->shared->nparameter; i++, first = false)
        str_addf(out, "%s%s", first ? "" : ", ", f->shared->parameter[i]);
    str_add(out, first && !m.pool ? "void) {\n" : ") {\n");
    if (f->shared)
        c_numbers_join(body.at, f->shared->number, out);
    else
        str_addn(out, body.at, body.n);
    str_add(out, "}\n");
}
