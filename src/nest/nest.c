/* Axes, buffers, stages: the frame that expressions live in. */
#include "nest/internal.h"

const FnInfo fn_info[FN_count] = {
#define FN(name, arity, infix, libm) {#name, arity, infix, libm},
    FN_TABLE(FN)
#undef FN
};

Nest *nest_new(Arena *a, const char *name) {
    Nest *n = arena_new_of(a, Nest);
    n->arena = n->tmp = a;
    n->name = arena_strdup(a, name);
    return n;
}

static bool name_taken(const Nest *n, const char *name) {
    for (uint32_t i = 0; i < n->axis.n; i++)
        if (!strcmp(n->axis.at[i].name, name)) return true;
    for (uint32_t i = 0; i < n->buf.n; i++)
        if (!strcmp(n->buf.at[i].name, name)) return true;
    return false;
}

static const char *name_unique(Nest *n, const char *name) {
    const char *base = name_identifier(n->arena, name), *r = base;
    for (int k = 2; name_taken(n, r); k++) r = arena_printf(n->arena, "%s%d", base, k);
    return r;
}

AxisId nest_axis(Nest *n, const char *name, int64_t extent, AxisKind kind) {
    Axis a = {name_unique(n, name), name_identifier(n->arena, name), extent, kind};
    vec_push(n->arena, &n->axis, a);
    return n->axis.n - 1;
}

void nest_rename_axis(Nest *n, AxisId a, const char *name) {
    n->axis.at[a].name = "";
    n->axis.at[a].name = name_unique(n, name);
    n->axis.at[a].base = name_identifier(n->arena, name);
}

BufId nest_buffer(Nest *n, const char *name, BufKind kind, DType t, int rank, const int64_t *dim, uint32_t value) {
    Buffer b = {.name = name_unique(n, name), .kind = kind, .dtype = t, .rank = rank, .value = value};
    int64_t stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
        b.dim[i] = dim[i];
        b.stride[i] = stride;
        stride *= dim[i] > 0 ? dim[i] : 1;
    }
    vec_push(n->arena, &n->buf, b);
    return n->buf.n - 1;
}

Stage *nest_stage(Nest *n, BufId out, int naxis, const AxisId *axes, ExprId value) {
    Stage s = {.out = out, .combine = COMBINE_store, .guard = NO_EXPR, .value = value, .naxis = (uint8_t)naxis};
    int rank = n->buf.at[out].rank;
    for (int i = 0; i < naxis; i++) s.axis[i] = axes[i];
    s.nindex = (uint8_t)rank;
    for (int i = 0; i < rank && i < naxis; i++) s.index[i] = x_axis(n, axes[i]);
    vec_push(n->arena, &n->stage, s);
    return &vec_last(&n->stage);
}

/* ---- shared axes: a stage's axis counts as shared when its namesake position in every stage addresses the same slice
 * of each local buffer. Axes of different stages are matched by position among the leading ones. ---- */

typedef struct {
    const Nest *n;
    AxisId axis; /* of the reading stage */
    BufId local;
    int position; /* index position in the local that must be this axis */
    bool ok;
} LocalRead;

static void check_reads(LocalRead *r, ExprId e) {
    if (!x_mark(r->n, e)) return;
    const Expr *x = x_get(r->n, e);
    if (x->kind == X_load && x->id == r->local) {
        const Expr *i = x_get(r->n, x_arg(r->n, e, r->position));
        if (i->kind != X_axis || i->id != r->axis) r->ok = false;
    }
    for (int k = 0; k < x->narg; k++)
        if (x_arg(r->n, e, k) != NO_EXPR) check_reads(r, x_arg(r->n, e, k));
}

/* Where stage s writes its target by plain axis a: that index position, or -1. */
static int written_at(const Nest *n, const Stage *s, AxisId a) {
    for (int i = 0; i < s->nindex; i++) {
        const Expr *x = x_get(n, s->index[i]);
        if (x->kind == X_axis && x->id == a) return i;
    }
    return -1;
}

static bool loads(const Nest *n, ExprId e, BufId b) {
    if (!x_mark(n, e)) return false;
    const Expr *x = x_get(n, e);
    if (x->kind == X_load && x->id == b) return true;
    for (int i = 0; i < x->narg; i++)
        if (x_arg(n, e, i) != NO_EXPR && loads(n, x_arg(n, e, i), b)) return true;
    return false;
}

/* The last stage's result, which nobody reads: what is written in each turn of axis a are other elements. */
static bool final_apart(const Nest *n, const Stage *s, AxisId a) {
    bool apart = false;
    for (int i = 0; i < s->nindex; i++) apart |= x_uses_axis(n, s->index[i], a);
    if (s != &vec_last(&n->stage) || n->buf.at[s->out].kind != BUF_out || !apart) return false;
    x_mark_begin(n);
    for (uint32_t t = 0; t < n->stage.n; t++) {
        if (t + 1 < n->stage.n && n->stage.at[t].out == s->out) return false;
        if (loads(n, n->stage.at[t].value, s->out)) return false;
    }
    return true;
}

/* Can the axes pick[stage] (one a stage) be one loop around all stages? */
static bool shareable(const Nest *n, const AxisId *pick) {
    for (uint32_t s = 0; s < n->stage.n; s++) {
        const Stage *st = &n->stage.at[s];
        int at = written_at(n, st, pick[s]);
        if (at < 0 && !final_apart(n, st, pick[s])) return false;
        if (st->combine != COMBINE_store || n->axis.at[pick[s]].extent != n->axis.at[pick[0]].extent) return false;
        for (uint32_t t = 0; t < n->stage.n && at >= 0; t++) {
            const Stage *reader = &n->stage.at[t]; /* perhaps s itself: a recurrence */
            LocalRead r = {n, pick[t], st->out, at, true};
            x_mark_begin(n);
            check_reads(&r, reader->value);
            if (reader->guard != NO_EXPR) check_reads(&r, reader->guard);
            for (int i = 0; i < reader->nindex; i++) check_reads(&r, reader->index[i]);
            if (!r.ok) return false;
        }
    }
    return true;
}

static void to_front(Stage *s, int position, AxisId a) {
    int i = position;
    while (i < s->naxis && s->axis[i] != a) i++;
    for (; i > position; i--) s->axis[i] = s->axis[i - 1];
    s->axis[position] = a;
}

typedef struct {
    const Nest *n;
    const Stage *reader, *writer;
    AxisId *of_reader, *of_writer;
    bool changed;
} Match;

/* A load of the writer's target in e: equal positions mean equal axes. */
static void match_loads(Match *m, ExprId e) {
    if (!x_mark(m->n, e)) return;
    const Expr *x = x_get(m->n, e);
    if (x->kind == X_load && x->id == m->writer->out)
        for (int i = 0; i < x->narg && i < m->writer->nindex; i++) {
            const Expr *r = x_get(m->n, x_arg(m->n, e, i)), *w = x_get(m->n, m->writer->index[i]);
            if (r->kind != X_axis || w->kind != X_axis) continue;
            if (*m->of_reader == r->id && *m->of_writer == NO_AXIS) *m->of_writer = w->id, m->changed = true;
            if (*m->of_writer == w->id && *m->of_reader == NO_AXIS) *m->of_reader = r->id, m->changed = true;
        }
    for (int i = 0; i < x->narg; i++)
        if (x_arg(m->n, e, i) != NO_EXPR) match_loads(m, x_arg(m->n, e, i));
}

/* pick[last] is given: finds the axes of the other stages that walk together with it, through what they hand over. */
static bool counterparts(const Nest *n, AxisId *pick) {
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t r = 0; r < n->stage.n; r++)
            for (uint32_t w = 0; w < n->stage.n; w++) {
                if (r == w || n->stage.at[w].out == n->stage.at[r].out) continue;
                Match m = {n, &n->stage.at[r], &n->stage.at[w], &pick[r], &pick[w], false};
                x_mark_begin(n);
                match_loads(&m, n->stage.at[r].value);
                changed |= m.changed;
            }
    }
    for (uint32_t s = 0; s < n->stage.n; s++)
        if (pick[s] == NO_AXIS) return false;
    return true;
}

#define MAX_SHARING 256 /* stages; each is compared with each */

void nest_share_axes(Nest *n) {
    n->nshared = 0;
    if (n->stage.n < 2) return;
    Stage *last = &vec_last(&n->stage);
    AxisId *pick = arena_array_of(n->arena, n->stage.n, AxisId);
    for (int i = 0; i < last->naxis; i++) {
        AxisId a = last->axis[i];
        bool ok = n->axis.at[a].kind == AXIS_spatial;
        for (uint32_t s = 0; s < n->stage.n; s++) pick[s] = s + 1 == n->stage.n ? a : NO_AXIS;
        if (!ok || n->stage.n > MAX_SHARING || !counterparts(n, pick) || !shareable(n, pick)) continue;
        for (uint32_t s = 0; s < n->stage.n; s++) to_front(&n->stage.at[s], n->nshared, pick[s]);
        n->nshared++;
    }
}

static bool has_axis(const Stage *s, AxisId a) {
    for (int i = 0; i < s->naxis; i++)
        if (s->axis[i] == a) return true;
    return false;
}

AxisId nest_turns(const Nest *n, uint32_t s) {
    const Stage *st = &n->stage.at[s];
    for (int i = 0; i < st->naxis; i++) {
        AxisId a = st->axis[i];
        if (n->axis.at[a].kind != AXIS_serial) continue;
        if ((s > 0 && has_axis(&n->stage.at[s - 1], a)) || (s + 1 < n->stage.n && has_axis(&n->stage.at[s + 1], a)))
            return a;
    }
    return NO_AXIS;
}

uint32_t nest_joined(const Nest *n, uint32_t s) {
    uint32_t count = 1;
    while (s + count < n->stage.n && n->stage.at[s + count].joined) count++;
    return count;
}

/* ---- multiply-accumulates ---- */

static int64_t macs_of(const Nest *n, ExprId e, int64_t points, IdMap *seen) {
    if (idmap_get(seen, e) != MAP_NONE) return 0;
    idmap_set(n->arena, seen, e, 1);
    const Expr *x = x_get(n, e);
    int64_t total = 0;
    if (x->kind == X_reduce) {
        for (int i = 2; i < x->narg; i++) {
            const Expr *a = x_get(n, x_arg(n, e, i));
            if (!size_mul(points, n->axis.at[a->id].extent, &points)) points = INT64_MAX / 2;
        }
        const Expr *v = x_get(n, x_arg(n, e, 0));
        if (v->kind == X_fn && v->id == FN_mul && x->id == COMBINE_sum) total += points;
    }
    for (int i = 0; i < x->narg; i++)
        if (x_arg(n, e, i) != NO_EXPR) total += macs_of(n, x_arg(n, e, i), points, seen);
    return total;
}

static int64_t points_of(const Nest *n, const Stage *st) {
    int64_t points = 1;
    for (int i = 0; i < st->naxis; i++)
        if (!size_mul(points, n->axis.at[st->axis[i]].extent, &points)) points = INT64_MAX / 2;
    return points;
}

int64_t nest_macs(const Nest *n) {
    int64_t total = 0;
    if (n->winograd.tile && n->stage.n == 3) { /* as the direct convolution that it stands for */
        const Buffer *v = &n->buf.at[n->stage.at[0].out];
        for (uint32_t b = 0; b < n->buf.n; b++)
            if (n->buf.at[b].kind == BUF_const && n->buf.at[b].rank == 4 && n->buf.at[b].dim[0] == v->dim[0] &&
                size_mul(points_of(n, &n->stage.at[2]), n->buf.at[b].dim[2] * 9, &total))
                return total;
    }
    for (uint32_t s = 0; s < n->stage.n; s++) {
        const Stage *st = &n->stage.at[s];
        IdMap seen = {0};
        total += macs_of(n, st->value, points_of(n, st), &seen);
    }
    return total;
}

/* ---- printing ---- */

static const char *const combine_name[] = {"sum", "prod", "max", "min", "store"};

static void print_args(const Nest *n, ExprId e, int from, const char *sep, Str *out) {
    for (int i = from; i < x_get(n, e)->narg; i++) {
        if (i > from) str_add(out, sep);
        x_print(n, x_arg(n, e, i), out);
    }
}

static void print_fn(const Nest *n, ExprId e, Str *out) {
    const Expr *x = x_get(n, e);
    const FnInfo *f = &fn_info[x->id];
    if (x->id == FN_select) {
        str_add(out, "(");
        x_print(n, x_arg(n, e, 0), out);
        str_add(out, " ? ");
        x_print(n, x_arg(n, e, 1), out);
        str_add(out, " : ");
        x_print(n, x_arg(n, e, 2), out);
        str_add(out, ")");
    } else if (f->infix && f->arity == 2) {
        str_add(out, "(");
        x_print(n, x_arg(n, e, 0), out);
        str_addf(out, " %s ", f->infix);
        x_print(n, x_arg(n, e, 1), out);
        str_add(out, ")");
    } else {
        str_addf(out, "%s(", f->infix ? f->infix : f->name);
        print_args(n, e, 0, ", ", out);
        str_add(out, ")");
    }
}

void x_print(const Nest *n, ExprId e, Str *out) {
    const Expr *x = x_get(n, e);
    switch ((ExprKind)x->kind) {
    case X_int: str_addf(out, "%lld", (long long)x->i); break;
    case X_real: str_add(out, float_text(n->arena, x->f, x->dtype == DT_f64)); break;
    case X_axis: str_add(out, n->axis.at[x->id].name); break;
    case X_var:
        str_addf(out, "$%u", x->id);
        for (int i = 0; i < x_get(n, e)->narg; i++) {
            str_add(out, "[");
            x_print(n, x_arg(n, e, i), out);
            str_add(out, "]");
        }
        break;
    case X_load:
        str_addf(out, "%s[", n->buf.at[x->id].name);
        print_args(n, e, 0, ",", out);
        str_add(out, "]");
        break;
    case X_fn: print_fn(n, e, out); break;
    case X_cast:
        str_addf(out, "%s(", x->is_index ? "idx" : dtype_info[x->dtype].name);
        print_args(n, e, 0, "", out);
        str_add(out, ")");
        break;
    case X_reduce:
        str_addf(out, "%s(", combine_name[x->id]);
        print_args(n, e, 2, ",", out);
        if (x_arg(n, e, 1) != NO_EXPR) {
            str_add(out, " | ");
            x_print(n, x_arg(n, e, 1), out);
        }
        str_add(out, ") ");
        x_print(n, x_arg(n, e, 0), out);
        break;
    }
}

void nest_print(const Nest *n, Str *out) {
    for (uint32_t s = 0; s < n->stage.n; s++) {
        const Stage *st = &n->stage.at[s];
        str_add(out, st->joined ? "and " : "for ");
        for (int i = 0; i < st->naxis; i++)
            str_addf(out, "%s%s%s %lld", i ? (i == n->nshared ? " | " : ", ") : "", n->axis.at[st->axis[i]].name,
                     n->axis.at[st->axis[i]].kind == AXIS_serial ? "!" : "", (long long)n->axis.at[st->axis[i]].extent);
        str_addf(out, "%s%s[", st->naxis ? ": " : "once: ", n->buf.at[st->out].name);
        for (int i = 0; i < st->nindex; i++) {
            if (i) str_add(out, ",");
            x_print(n, st->index[i], out);
        }
        str_addf(out, "]%s%s ", st->combine == COMBINE_store ? "" : " ",
                 st->combine == COMBINE_store ? " =" : combine_name[st->combine]);
        if (st->guard != NO_EXPR) {
            str_add(out, "if ");
            x_print(n, st->guard, out);
            str_add(out, ": ");
        }
        x_print(n, st->value, out);
        str_add(out, "\n");
    }
}

/* ---- layout ---- */

static int64_t phys_extent(const Buffer *b, int i) {
    PhysDim p = b->phys[i];
    if (p.block == 1) return b->dim[p.dim];
    return p.inner ? p.block : ceil_div(b->dim[p.dim], p.block);
}

int64_t buffer_elements(const Buffer *b) {
    int64_t total = 1;
    for (int i = 0; i < (b->nphys ? b->nphys : b->rank); i++) total *= b->nphys ? phys_extent(b, i) : b->dim[i];
    return total;
}

ExprId buffer_offset(Nest *n, BufId id, const ExprId *index) {
    Buffer b = n->buf.at[id];
    ExprId at = x_index(n, 0);
    if (!b.nphys) {
        for (int i = 0; i < b.rank; i++) at = x_fn2(n, FN_add, at, x_fn2(n, FN_mul, index[i], x_index(n, b.stride[i])));
        return at;
    }
    for (int i = 0; i < b.nphys; i++) {
        PhysDim p = b.phys[i];
        ExprId v = index[p.dim];
        if (p.block != 1) v = x_fn2(n, p.inner ? FN_mod : FN_div, v, x_index(n, p.block));
        at = x_fn2(n, FN_add, x_fn2(n, FN_mul, at, x_index(n, phys_extent(&b, i))), v);
    }
    return at;
}

ExprId x_load_offset(Nest *n, ExprId load) {
    ExprId index[MAX_RANK];
    Expr x = *x_get(n, load);
    for (int i = 0; i < x.narg; i++) index[i] = x_arg(n, load, i);
    return buffer_offset(n, x.id, index);
}
