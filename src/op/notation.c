/* Index notation and expressions over operands -> stages. */
#include "op/notation.h"
#include "op/build.h"
#include <math.h>

/* What a piece of notation stands for: nothing (absent operand), a number that is known now, a string, or an
 * expression of the nest. */
typedef enum { V_bad, V_absent, V_number, V_string, V_expr } ValKind;

typedef struct {
    ValKind kind;
    bool is_integer;
    int64_t i;
    double f;
    const char *s;
    ExprId e;
} Val;

typedef struct {
    const char *name;
    bool list;
    int n;
    AxisId axis[MAX_RANK];
} Bound;

typedef struct {
    const char *name;
    BufId buf;
} Local;

typedef struct {
    NestBuild *b;
    Nest *nest;
    const Notation *nt;
    Vec(Bound) bound;  /* axes of targets; those of the reductions that are open behind them */
    uint32_t ntargets; /* how many of `bound` are of targets */
    Vec(Local) local;
    int each; /* position in the lists inside @(), -1 outside */
    bool reducing;
    Combine combine;
    DType type;   /* that numbers of no other context get: the target's, computed */
    DType stored; /* the target's */
    const NtStage *stage;
    int rank;            /* of the target */
    ExprId at[MAX_RANK]; /* the target's position */
    bool failed;
} Eval;

static Val eval(Eval *v, const Nt *t);

static Val bad(Eval *v, const char *what, const char *name) {
    if (!v->failed) bd_error(v->b, NULL, "meaning: %s '%s'", what, name);
    v->failed = true;
    return (Val){.kind = V_bad};
}

static Val of_int(int64_t i) {
    return (Val){.kind = V_number, .is_integer = true, .i = i, .f = (double)i};
}
static Val of_real(double f) {
    return (Val){.kind = V_number, .f = f};
}
static Val of_expr(ExprId e) {
    return (Val){.kind = V_expr, .e = e};
}

/* ---- names ---- */

static int operand_index(const Eval *v, const char *name) {
    for (int i = 0; i < v->nt->nin; i++)
        if (!strcmp(v->nt->in[i], name)) return i;
    return -1;
}

/* Operand, local or output by its name; false when it is none. *buf is NO_BUF for an absent one. */
static bool find_buffer(const Eval *v, const char *name, BufId *buf) {
    int i = operand_index(v, name);
    if (i >= 0) {
        *buf = bd_in(v->b, (unsigned)i);
        return true;
    }
    for (uint32_t k = 0; k < v->local.n; k++)
        if (!strcmp(v->local.at[k].name, name)) {
            *buf = v->local.at[k].buf;
            return true;
        }
    return false;
}

static const Bound *find_bound(const Eval *v, const char *name, int list) {
    for (uint32_t i = v->bound.n; i-- > 0;)
        if ((list < 0 || v->bound.at[i].list == list) && !strcmp(v->bound.at[i].name, name)) return &v->bound.at[i];
    return NULL;
}

static const void *attribute(const Eval *v, const char *name, AttrKind *kind) {
    const AttrField *f = attr_field(op_info[bd_node(v->b)->op].attrs, name);
    if (!f || !bd_attr(v->b)) return NULL;
    *kind = f->kind;
    return (const char *)bd_attr(v->b) + f->offset;
}

static Val eval_attribute(Eval *v, const char *name) {
    AttrKind kind;
    const void *p = attribute(v, name, &kind);
    if (!p) return bad(v, "nothing is called", name);
    switch (kind) {
    case ATTR_int: return of_int(*(const int64_t *)p);
    case ATTR_float: return of_real(*(const double *)p);
    case ATTR_string: return (Val){.kind = V_string, .s = *(const char *const *)p};
    case ATTR_ints:
        if (v->each >= 0) return of_int(bd_entry(*(const Ints *)p, v->each, strcmp(name, "pads") ? 1 : 0));
        return bad(v, "a list outside @():", name);
    default: return bad(v, "no number:", name);
    }
}

static Val eval_name(Eval *v, const char *name) {
    BufId buf;
    if (find_buffer(v, name, &buf))
        return buf == NO_BUF ? (Val){.kind = V_absent} : of_expr(bd_broadcast(v->b, buf, v->rank, v->at));
    const Bound *x = find_bound(v, name, v->each >= 0 ? -1 : 0);
    if (x && !x->list) return of_expr(x_axis(v->nest, x->axis[0]));
    if (x) return v->each < x->n ? of_expr(x_axis(v->nest, x->axis[v->each])) : bad(v, "too short a list", name);
    if (!strcmp(name, "inf")) return of_real(INFINITY);
    return eval_attribute(v, name);
}

/* ---- types ---- */

static ExprId to_type(Eval *v, Val x, DType t, bool is_index) {
    if (x.kind == V_expr) {
        if (is_index) return x_to_index(v->nest, x.e);
        return x_cast(v->nest, t, x.e);
    }
    if (x.kind != V_number) {
        bad(v, "a value is missing in the meaning of", op_info[bd_node(v->b)->op].name);
        return x_index(v->nest, 0);
    }
    if (is_index) return x_index(v->nest, x.i);
    return x.is_integer && !dtype_is_float(t) ? x_int(v->nest, t, x.i) : x_number(v->nest, t, x.f);
}

static bool is_index(const Eval *v, Val x) {
    return x.kind == V_expr && x_get(v->nest, x.e)->is_index;
}
static DType type_of(const Eval *v, Val x) {
    return (DType)x_get(v->nest, x.e)->dtype;
}

/* The type that both are brought to: an index gives way to a value, an integer to a float, then the first decides. */
static DType common_type(const Eval *v, Val x, Val y, bool *index) {
    bool xe = x.kind == V_expr, ye = y.kind == V_expr;
    *index = false;
    if (xe && ye) {
        if (is_index(v, x) && is_index(v, y)) return *index = true, DT_index;
        if (is_index(v, x)) return type_of(v, y);
        if (is_index(v, y)) return type_of(v, x);
        DType a = type_of(v, x), b = type_of(v, y);
        if (dtype_is_float(b) && !dtype_is_float(a)) return b;
        return dtype_is_float(a) && dtype_is_float(b) && dtype_info[b].bytes > dtype_info[a].bytes ? b : a;
    }
    if (!xe && !ye) return v->type;
    Val e = xe ? x : y, n = xe ? y : x;
    if (is_index(v, e)) {
        if (n.is_integer) return *index = true, DT_index;
        return dtype_is_float(v->type) ? v->type : DT_f32;
    }
    return type_of(v, e);
}

static ExprId to_bool(Eval *v, Val x) {
    if (x.kind == V_number) return x_int(v->nest, DT_bool, x.f != 0);
    return to_type(v, x, DT_bool, false);
}

/* ---- operators ---- */

static Val fold_ints(Fn f, int64_t x, int64_t y) {
    int64_t r = 0;
    bool ok = true;
    switch (f) {
    case FN_add: ok = size_add(x, y, &r); break;
    case FN_sub: ok = size_sub(x, y, &r); break;
    case FN_mul: ok = size_mul(x, y, &r); break;
    case FN_div:
        ok = y > 0;
        r = ok ? floor_div(x, y) : 0;
        break;
    case FN_mod:
        ok = y > 0;
        r = ok ? floor_mod(x, y) : 0;
        break;
    case FN_min: r = x < y ? x : y; break;
    case FN_max: r = x > y ? x : y; break;
    default: ok = false;
    }
    return ok ? of_int(r) : (Val){.kind = V_bad};
}

static Val fold_numbers(Fn f, Val a, Val b) {
    double x = a.f, y = b.f;
    switch (f) {
    case FN_lt: return of_int(x < y);
    case FN_le: return of_int(x <= y);
    case FN_gt: return of_int(x > y);
    case FN_ge: return of_int(x >= y);
    case FN_eq: return of_int(x == y);
    case FN_ne: return of_int(x != y);
    default: break;
    }
    if (a.is_integer && b.is_integer) return fold_ints(f, a.i, b.i);
    switch (f) {
    case FN_add: return of_real(x + y);
    case FN_sub: return of_real(x - y);
    case FN_mul: return of_real(x * y);
    case FN_div: return of_real(x / y);
    case FN_min: return of_real(x < y ? x : y);
    case FN_max: return of_real(x > y ? x : y);
    case FN_pow: return of_real(pow(x, y));
    default: return (Val){.kind = V_bad};
    }
}

static Val eval_logic(Eval *v, Fn f, const Nt *t) {
    Val x = eval(v, t->arg[0]);
    if (x.kind == V_bad) return x;
    if (x.kind == V_number && (x.f != 0) == (f == FN_or)) return of_int(f == FN_or);
    Val y = eval(v, t->arg[1]);
    if (y.kind == V_bad || x.kind == V_number) return y;
    if (y.kind == V_number) return (y.f != 0) == (f == FN_or) ? of_int(f == FN_or) : x;
    return of_expr(x_fn2(v->nest, f, to_bool(v, x), to_bool(v, y)));
}

/* An absent operand leaves the other one as it is. */
static Val eval_binary(Eval *v, Fn f, Val x, Val y) {
    if (x.kind == V_bad || y.kind == V_bad) return (Val){.kind = V_bad};
    if (y.kind == V_absent) return x;
    if (x.kind == V_absent) return f == FN_sub && y.kind == V_expr ? of_expr(x_fn1(v->nest, FN_neg, y.e)) : y;
    if (x.kind == V_string && y.kind == V_string) return of_int((strcmp(x.s, y.s) == 0) == (f == FN_eq));
    if (x.kind == V_number && y.kind == V_number) {
        Val r = fold_numbers(f, x, y);
        return r.kind == V_bad ? bad(v, "numbers that do not go with", fn_info[f].name) : r;
    }
    bool index;
    DType t = common_type(v, x, y, &index);
    return of_expr(x_fn2(v->nest, f, to_type(v, x, t, index), to_type(v, y, t, index)));
}

static Val eval_unary(Eval *v, Fn f, Val x) {
    if (x.kind == V_bad || x.kind == V_absent) return x;
    if (x.kind == V_number) {
        if (f == FN_neg) return x.is_integer ? of_int(-x.i) : of_real(-x.f);
        if (f == FN_not) return of_int(x.f == 0);
        x = of_expr(to_type(v, x, v->type, false));
    }
    if (f == FN_not) return of_expr(x_fn1(v->nest, f, to_bool(v, x)));
    return of_expr(x_fn1(v->nest, f, x.e));
}

static Val eval_fn(Eval *v, Fn f, const Nt *t) {
    if (t->narg != fn_info[f].arity) return bad(v, "wrong number of arguments of", fn_info[f].name);
    if (f == FN_and || f == FN_or) return eval_logic(v, f, t);
    Val x = eval(v, t->arg[0]);
    if (t->narg == 1) return eval_unary(v, f, x);
    if (t->narg == 2) return eval_binary(v, f, x, eval(v, t->arg[1]));
    return bad(v, "use ?: for", fn_info[f].name);
}

static Val eval_cond(Eval *v, const Nt *t) {
    Val c = eval(v, t->arg[0]);
    if (c.kind == V_bad) return c;
    if (c.kind == V_number) return eval(v, t->arg[c.f != 0 ? 1 : 2]);
    Val x = eval(v, t->arg[1]), y = eval(v, t->arg[2]);
    if (x.kind == V_bad || y.kind == V_bad) return (Val){.kind = V_bad};
    bool index;
    DType type = common_type(v, x, y, &index);
    return of_expr(x_select(v->nest, to_bool(v, c), to_type(v, x, type, index), to_type(v, y, type, index)));
}

/* ---- lists, extents ---- */

/* Length of the axis lists that are named inside @(); 0 when there is none. */
static int each_count(const Eval *v, const Nt *t) {
    if (t->kind == NT_name) {
        const Bound *x = find_bound(v, t->name, -1);
        return x && x->list ? x->n : -1;
    }
    int n = -1;
    for (int i = 0; i < t->narg && n < 0; i++) n = each_count(v, t->arg[i]);
    return n;
}

/* Evaluates item `t` of an index list into at[*n ..]. */
static bool eval_items(Eval *v, const Nt *t, ExprId *at, int *n) {
    int count = 1;
    const Bound *list = NULL;
    if (t->kind == NT_list) {
        if (!(list = find_bound(v, t->name, true))) return bad(v, "no list of axes is called", t->name).kind != V_bad;
        count = list->n;
    } else if (t->kind == NT_each) {
        count = each_count(v, t->arg[0]);
    }
    if (*n + (count < 0 ? 0 : count) > MAX_RANK)
        return bad(v, "too many indices in the meaning of", v->stage->target).kind != V_bad;
    int outer = v->each;
    for (int d = 0; d < count; d++) {
        Val x;
        if (list) {
            x = of_expr(x_axis(v->nest, list->axis[d]));
        } else {
            if (t->kind == NT_each) v->each = d;
            x = eval(v, t->kind == NT_each ? t->arg[0] : t);
        }
        if (x.kind == V_bad) break;
        at[(*n)++] = to_type(v, x, DT_index, true);
    }
    v->each = outer;
    return !v->failed;
}

static Val eval_index(Eval *v, const Nt *t) {
    BufId buf;
    ExprId at[MAX_RANK];
    int n = 0;
    if (!find_buffer(v, t->name, &buf)) return bad(v, "no operand is called", t->name);
    if (buf == NO_BUF) return (Val){.kind = V_absent};
    for (int i = 0; i < t->narg; i++)
        if (!eval_items(v, t->arg[i], at, &n)) return (Val){.kind = V_bad};
    int rank = bd_buf(v->b, buf)->rank;
    for (; n < rank && bd_buf(v->b, buf)->dim[n] == 1; n++) at[n] = x_index(v->nest, 0);
    if (n != rank) {
        bd_error(v->b, NULL, "'%s' has %d dimensions where %d are expected", bd_buf(v->b, buf)->name, rank, n);
        v->failed = true;
        return (Val){.kind = V_bad};
    }
    if (!t->maybe) return of_expr(bd_load(v->b, buf, at));
    DType type = bd_buf(v->b, buf)->dtype;
    return of_expr(bd_load_or(v->b, buf, at, v->reducing ? combine_neutral(v->combine, type) : 0));
}

/* Extents of axis `name` in the dims of an operand that is indexed by it alone, e.g. w[oc,ic,@k]. */
static bool extents_in(const Eval *v, const Nt *t, const char *name, bool list, int *n, int64_t *extent) {
    BufId buf;
    if (t->kind == NT_index && find_buffer(v, t->name, &buf) && buf != NO_BUF) {
        int at = -1, others = 0;
        bool before = true, after = true; /* the lists on either side have known lengths */
        for (int i = 0; i < t->narg; i++) {
            const Nt *x = t->arg[i];
            const Bound *known = x->kind == NT_list ? find_bound(v, x->name, true) : NULL;
            if (at < 0 && x->kind == (list ? NT_list : NT_name) && !strcmp(x->name, name)) {
                at = others;
            } else {
                bool plain = x->kind != NT_each && (x->kind != NT_list || known);
                if (at < 0)
                    before = before && plain;
                else
                    after = after && plain;
                others += known ? known->n : 1;
            }
        }
        const Buffer *s = bd_buf(v->b, buf);
        int count = list ? s->rank - others : 1;
        if (at >= 0 && before && (after || !list) && count >= 0 && at + count <= s->rank) {
            *n = count;
            memcpy(extent, s->dim + at, (size_t)count * sizeof *extent);
            return true;
        }
    }
    for (int i = 0; i < t->narg; i++)
        if (extents_in(v, t->arg[i], name, list, n, extent)) return true;
    return false;
}

/* Extents that the view gives to a, k and b: the dims of operand 0 around the attribute. */
static bool extents_view(const Eval *v, const char *name, bool list, int *n, int64_t *extent) {
    AttrKind kind;
    const void *p = v->nt->view == VIEW_none ? NULL : attribute(v, v->nt->view_attr, &kind);
    if (!p || kind != ATTR_int) return false;
    const Buffer *x = bd_buf(v->b, bd_in(v->b, 0));
    int64_t axis = *(const int64_t *)p;
    if (axis < 0) axis += x->rank;
    if (axis < 0 || axis > x->rank || (axis == x->rank && v->nt->view == VIEW_axis)) return false;
    int from, to;
    if (list && !strcmp(name, "a")) {
        from = 0, to = (int)axis;
    } else if (list && !strcmp(name, "b") && v->nt->view == VIEW_axis) {
        from = (int)axis + 1, to = x->rank;
    } else if (!strcmp(name, "k") && list == (v->nt->view == VIEW_from)) {
        from = (int)axis, to = list ? x->rank : from + 1;
    } else {
        return false;
    }
    *n = to - from;
    memcpy(extent, x->dim + from, (size_t)*n * sizeof *extent);
    return true;
}

/* Explicit extent of a reduction axis: a number, or for a list an attribute. */
static bool extents_given(Eval *v, const NtAxis *x, int *n, int64_t *extent) {
    AttrKind kind;
    const void *p = x->list && x->extent->kind == NT_name ? attribute(v, x->extent->name, &kind) : NULL;
    if (p && kind == ATTR_ints) {
        const Ints *l = p;
        if (l->n > MAX_RANK) return false;
        *n = (int)l->n;
        memcpy(extent, l->at, l->n * sizeof *extent);
        return true;
    }
    Val e = eval(v, x->extent);
    if (e.kind != V_number || !e.is_integer || e.i < 0) return false;
    *n = 1;
    *extent = e.i;
    return true;
}

static const char *axis_name(Eval *v, const Bound *x, int d, bool reduce) {
    bool plain = !reduce && !strcmp(x->name, "k");
    if (!x->list) return x->name;
    if (v->nt->view != VIEW_none) return arena_printf(v->nest->arena, "%s%d", x->name, d);
    if (!strcmp(x->name, "i")) return bd_axis_name(v->b, x->n, d);
    return bd_spatial_name(v->b, plain ? "" : x->name, x->n, d);
}

static Bound *bind(Eval *v, const char *name, bool list, int n, const int64_t *extent, bool reduce) {
    Bound x = {.name = name, .list = list, .n = n};
    for (int d = 0; d < n; d++)
        x.axis[d] = nest_axis(v->nest, axis_name(v, &x, d, reduce), extent[d], reduce ? AXIS_reduce : AXIS_spatial);
    vec_push(v->nest->arena, &v->bound, x);
    return &vec_last(&v->bound);
}

/* ---- calls and reductions ---- */

static Val eval_dim(Eval *v, const Nt *t) {
    BufId buf;
    if (t->narg != 2 || t->arg[0]->kind != NT_name || t->arg[1]->kind != NT_number ||
        !find_buffer(v, t->arg[0]->name, &buf) || buf == NO_BUF || t->arg[1]->integer >= bd_buf(v->b, buf)->rank)
        return bad(v, "dim() of", t->narg ? t->arg[0]->name : "nothing");
    return of_int(bd_buf(v->b, buf)->dim[t->arg[1]->integer]);
}

/* all(@(condition)): true of every spatial dimension. */
static Val eval_all(Eval *v, const Nt *t) {
    if (t->narg != 1 || t->arg[0]->kind != NT_each) return bad(v, "@() is missing in", t->name);
    int count = each_count(v, t->arg[0]->arg[0]), outer = v->each;
    ExprId all = x_int(v->nest, DT_bool, 1);
    for (int d = 0; d < count; d++) {
        v->each = d;
        Val c = eval(v, t->arg[0]->arg[0]);
        if (c.kind == V_bad) return c;
        all = x_fn2(v->nest, FN_and, all, to_bool(v, c));
    }
    v->each = outer;
    return of_expr(all);
}

/* rounded(x): as if it had been stored in the first operand's type. */
static Val eval_rounded(Eval *v, const Nt *t) {
    BufId first = bd_in(v->b, 0);
    Val x = eval(v, t->arg[0]);
    if (x.kind != V_expr || first == NO_BUF || !dtype_is_coded(bd_buf(v->b, first)->dtype)) return x;
    DType computed = type_of(v, x), stored = bd_buf(v->b, first)->dtype;
    return of_expr(x_cast(v->nest, computed, x_cast(v->nest, stored, x.e)));
}

static Val eval_call(Eval *v, const Nt *t) {
    if (!strcmp(t->name, "dim")) return eval_dim(v, t);
    if (!strcmp(t->name, "all")) return eval_all(v, t);
    if (!strcmp(t->name, "cast") && t->narg == 1) {
        Val x = eval(v, t->arg[0]);
        return x.kind == V_expr ? of_expr(x_cast(v->nest, v->stored, x.e)) : x;
    }
    if (!strcmp(t->name, "rounded") && t->narg == 1) return eval_rounded(v, t);
    for (int f = 0; f < FN_count; f++)
        if (!strcmp(fn_info[f].name, t->name)) return eval_fn(v, (Fn)f, t);
    return bad(v, "no function is called", t->name);
}

static Val eval_reduce(Eval *v, const Nt *t) {
    AxisId axes[2 * MAX_RANK];
    int naxes = 0;
    uint32_t outer = v->bound.n;
    bool reducing = v->reducing;
    Combine combine = v->combine;
    for (int i = 0; i < t->naxis; i++) {
        const NtAxis *x = &t->axis[i];
        int64_t extent[MAX_RANK];
        int n = 0;
        bool found = x->extent ? extents_given(v, x, &n, extent)
                               : extents_view(v, x->name, x->list, &n, extent) ||
                                     extents_in(v, v->stage->value, x->name, x->list, &n, extent);
        if (!found || naxes + n > 2 * MAX_RANK - 1) return bad(v, "no extent for the axis", x->name);
        const Bound *bound = bind(v, x->name, x->list, n, extent, true);
        for (int d = 0; d < n; d++) axes[naxes++] = bound->axis[d];
    }
    v->reducing = true;
    v->combine = t->combine;
    const Nt *body = t->arg[0];
    ExprId guard = NO_EXPR;
    if (body->kind == NT_call && !strcmp(body->name, "where") && body->narg == 2) {
        Val c = eval(v, body->arg[0]);
        guard = c.kind == V_bad ? NO_EXPR : to_bool(v, c);
        body = body->arg[1];
    }
    Val x = v->failed ? (Val){.kind = V_bad} : eval(v, body);
    v->reducing = reducing;
    v->combine = combine;
    v->bound.n = outer;
    if (x.kind == V_bad) return x;
    ExprId e = x.kind == V_expr && !is_index(v, x) ? x.e : to_type(v, x, is_index(v, x) ? DT_i64 : v->type, false);
    return of_expr(x_reduce(v->nest, t->combine, e, guard, naxes, axes));
}

static Val eval_extent(Eval *v, const Nt *t) {
    const Bound *x = find_bound(v, t->name, -1);
    int64_t dims[MAX_RANK], product, extent[MAX_RANK];
    int n = 0;
    if (x) {
        n = x->n;
        for (int d = 0; d < n; d++) dims[d] = v->nest->axis.at[x->axis[d]].extent;
    } else {
        bool found = extents_view(v, t->name, true, &n, extent) || extents_view(v, t->name, false, &n, extent) ||
                     extents_in(v, v->stage->value, t->name, true, &n, extent) ||
                     extents_in(v, v->stage->value, t->name, false, &n, extent);
        if (!found) return bad(v, "no extent for the axis", t->name);
        memcpy(dims, extent, sizeof dims);
    }
    return size_product(dims, n, &product) ? of_int(product) : bad(v, "too large an extent of", t->name);
}

static Val eval(Eval *v, const Nt *t) {
    if (v->failed) return (Val){.kind = V_bad};
    switch (t->kind) {
    case NT_number: return t->is_integer ? of_int(t->integer) : of_real(t->number);
    case NT_string: return (Val){.kind = V_string, .s = t->name};
    case NT_name: return eval_name(v, t->name);
    case NT_index: return eval_index(v, t);
    case NT_call: return eval_call(v, t);
    case NT_fn: return eval_fn(v, t->fn, t);
    case NT_cond: return eval_cond(v, t);
    case NT_reduce: return eval_reduce(v, t);
    case NT_extent: return eval_extent(v, t);
    default: return bad(v, "a list where a value belongs in", v->stage->target);
    }
}

/* ---- stages ---- */

static int output_index(const Notation *nt, const char *name) {
    for (int i = 0; i < nt->nout; i++)
        if (!strcmp(nt->out[i], name)) return i;
    return -1;
}

/* Binds the target's axes: known ones are shared with earlier stages. Extents from the output, the view, or the
 * operands of the expression. */
static bool bind_target(Eval *v, const NtStage *s, BufId out, int *naxis, AxisId *axes) {
    int rank = out == NO_BUF ? -1 : bd_buf(v->b, out)->rank, singles = 0;
    for (int i = 0; i < s->naxis; i++) {
        const Bound *known = find_bound(v, s->axis[i].name, s->axis[i].list);
        singles += !s->axis[i].list ? 1 : known ? known->n : 0;
    }
    *naxis = 0;
    for (int i = 0; i < s->naxis; i++) {
        const NtAxis *x = &s->axis[i];
        const Bound *bound = find_bound(v, x->name, x->list);
        int64_t extent[MAX_RANK];
        int n = x->list ? rank - singles : 1;
        if (!bound) {
            bool found = extents_view(v, x->name, x->list, &n, extent);
            if (!found && rank >= 0 && n >= 0 && *naxis + n <= rank) {
                memcpy(extent, bd_buf(v->b, out)->dim + *naxis, (size_t)n * sizeof *extent);
                found = true;
            }
            if (!found && !extents_in(v, s->value, x->name, x->list, &n, extent))
                return bad(v, "no extent for the axis", x->name).kind != V_bad;
            bound = bind(v, x->name, x->list, n, extent, false);
        }
        if (*naxis + bound->n > MAX_RANK) return bad(v, "too many axes of", s->target).kind != V_bad;
        for (int d = 0; d < bound->n; d++) axes[(*naxis)++] = bound->axis[d];
    }
    v->ntargets = v->bound.n;
    return true;
}

/* The output's dims agree with the axes; dims of 1 may follow. */
static bool check_output(Eval *v, BufId out, int naxis, const AxisId *axes) {
    const Buffer *s = bd_buf(v->b, out);
    bool ok = naxis <= s->rank;
    for (int i = 0; ok && i < s->rank; i++) ok = s->dim[i] == (i < naxis ? v->nest->axis.at[axes[i]].extent : 1);
    return ok || bd_error(v->b, NULL, "the shape of '%s' does not go with the operands", s->name);
}

static bool build_stage(Eval *v, const NtStage *s) {
    int o = output_index(v->nt, s->target), naxis = 0;
    BufId out = o >= 0 ? bd_out(v->b, (unsigned)o) : NO_BUF;
    if (o >= 0 && out == NO_BUF) return true;
    AxisId axes[MAX_RANK];
    v->stage = s;
    v->bound.n = v->ntargets;
    if (!bind_target(v, s, out, &naxis, axes)) return false;
    if (o >= 0 && !check_output(v, out, naxis, axes)) return false;
    if (o < 0) {
        int64_t dim[MAX_RANK];
        for (int i = 0; i < naxis; i++) dim[i] = v->nest->axis.at[axes[i]].extent;
        BufId first = bd_in(v->b, 0);
        DType t = s->dtype != DT_none ? s->dtype : bd_compute(first == NO_BUF ? DT_f32 : bd_buf(v->b, first)->dtype);
        out = bd_local(v->b, s->target, t, naxis, dim);
    }
    v->stored = bd_buf(v->b, out)->dtype;
    v->type = bd_compute(v->stored);
    v->rank = bd_buf(v->b, out)->rank;
    for (int i = 0; i < v->rank; i++) v->at[i] = i < naxis ? x_axis(v->nest, axes[i]) : x_index(v->nest, 0);
    v->each = -1;
    Val x = eval(v, s->value);
    if (v->failed || x.kind == V_bad) return false;
    bool done = x.kind == V_expr && type_of(v, x) == v->stored;
    bd_store_at(v->b, out, naxis, axes, v->at, done ? x.e : to_type(v, x, v->type, false));
    if (o < 0) vec_push(v->nest->arena, &v->local, ((Local){s->target, out}));
    return !v->failed;
}

static bool build_stages(NestBuild *b, const Notation *nt) {
    Eval v = {.b = b, .nest = b->nest, .nt = nt, .each = -1};
    if (bd_in(b, 0) == NO_BUF && nt->nin > 0) return bd_error(b, NULL, "the first operand is missing");
    for (int i = 0; i < nt->nstage; i++)
        if (!build_stage(&v, &nt->stage[i])) return false;
    return true;
}

bool notation_build(NestBuild *b, const char *text) {
    const char *error;
    const Notation *nt = notation_parse(b->nest->arena, text, &error);
    if (!nt) return bd_error(b, NULL, "meaning: %s", error);
    return build_stages(b, nt);
}

bool expr_build(NestBuild *b, const char *text) {
    static const char *const operands[] = {"a", "b", "c", "d", "e", "f"};
    static const char *const outputs[] = {"y"};
    static const NtAxis all = {.name = "i", .list = true};
    const char *error;
    NtStage stage = {.target = "y", .naxis = 1, .axis = &all};
    stage.value = notation_parse_expr(b->nest->arena, text, &error);
    if (!stage.value) return bd_error(b, NULL, "meaning: %s", error);
    Notation nt = {.nin = 6, .nout = 1, .nstage = 1, .in = operands, .out = outputs, .stage = &stage};
    return build_stages(b, &nt);
}
