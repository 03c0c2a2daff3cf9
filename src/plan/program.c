/* Jobs -> program: schedules, shared functions, weights, order, in-place results and the arena. */
#include "plan/program.h"
#include "base/io.h"
#include "nest/winograd.h"
#include "base/size.h"
#include "plan/control.h"
#include "plan/jobs.h"
#include "plan/memory.h"
#include "plan/ram.h"

/* What the graphs of a model share. */
typedef struct {
    Map function_by_key, weight_by_key, names;
    uint32_t graphs;
    bool failed;
} Shared;

/* One graph: the model's, or a sub-graph of it. */
typedef struct {
    Arena *a;
    Graph *g;
    Diag *d;
    const ProgramOptions *o;
    Program *p;            /* of the whole model */
    Shared *shared;
    uint32_t number;       /* of the graph */
    Jobs jobs;
    uint32_t *function_of; /* one a job that is no control node */
    Block **sub;           /* one a job, of control nodes */
    Steps step;
    int32_t *first_step;   /* one a position in the order, and the end */
    Vec(ArenaTensor) tensor;
    PlanResult plan;
    int64_t arena_bytes;
} Builder;

/* ---- names and texts ---- */

static const char *unique_name(Builder *b, const char *wish) {
    char *id = name_identifier(b->a, wish), *r = id;
    for (uint32_t k = 2; map_get(&b->shared->names, r) != MAP_NONE; k++) r = arena_printf(b->a, "%s_%u", id, k);
    map_set(b->a, &b->shared->names, r, 1);
    return r;
}

/* "/features/0/conv/Conv" is known by its last parts. */
static const char *short_name(Arena *a, const char *name) {
    const char *p = name + strlen(name);
    for (int parts = 0; p > name; p--)
        if (p[-1] == '/' && (++parts == 3 || strlen(p) > 24)) break;
    return arena_strdup(a, p);
}

/* The member that stands for the job: the heaviest kind of operator. */
static NodeId main_member(const Graph *g, const Job *j) {
    NodeId best = j->member.at[0];
    for (uint32_t i = 0; i < j->member.n; i++) {
        OpClass c = op_info[g->node.at[j->member.at[i]].op].cls, was = op_info[g->node.at[best].op].cls;
        bool heavy = c == CLASS_contract || c == CLASS_normalise || c == CLASS_general;
        bool was_heavy = was == CLASS_contract || was == CLASS_normalise || was == CLASS_general;
        if (heavy && !was_heavy) best = j->member.at[i];
    }
    return best;
}

static const char *function_wish(Builder *b, const Job *j) {
    const Node *n = &b->g->node.at[main_member(b->g, j)];
    if (n->name && n->name[0]) return short_name(b->a, n->name);
    char *op = arena_strdup(b->a, op_info[n->op].name);
    for (char *c = op; *c; c++)
        if (*c >= 'A' && *c <= 'Z') *c = (char)(*c + 32);
    return op;
}

static const char *nodes_text(Builder *b, const Job *j) {
    Str s = str_new(b->a);
    for (uint32_t i = 0; i < j->member.n; i++) {
        const Node *n = &b->g->node.at[j->member.at[i]];
        if (i == 8) {
            str_addf(&s, " and %u more", j->member.n - i);
            break;
        }
        if (i) str_add(&s, " + ");
        if (n->name && n->name[0]) str_addf(&s, "\"%s\" ", name_comment(b->a, n->name));
        str_addf(&s, "(%s)", op_info[n->op].name);
    }
    return s.at;
}

static void shape_list(Builder *b, const Job *j, BufKind kind, Str *s) {
    bool first = true;
    for (uint32_t i = 0; i < j->nest->buf.n; i++) {
        const Buffer *buf = &j->nest->buf.at[i];
        if (buf->kind != kind) continue;
        str_addf(s, "%s%s ", first ? "" : ", ", buf->name);
        first = false;
        str_add(s, dtype_info[buf->dtype].name);
        shape_print(b->g->sym, value_shape(b->g, buf->value), s);
    }
}

static const char *shapes_text(Builder *b, const Job *j) {
    Str s = str_new(b->a);
    shape_list(b, j, BUF_in, &s);
    str_add(&s, " -> ");
    shape_list(b, j, BUF_out, &s);
    return s.at;
}

/* ---- functions ---- */

/* Equal texts mean equal kernels: names of buffers and axes are replaced by their positions. */
static const char *nest_key(Builder *b, Nest *n) {
    Str s = str_new(b->a);
    const char **buf = arena_array_of(b->a, n->buf.n, const char *), **axis = arena_array_of(b->a, n->axis.n, const char *);
    for (uint32_t i = 0; i < n->buf.n; i++) {
        Buffer *x = &n->buf.at[i];
        buf[i] = x->name;
        x->name = arena_printf(b->a, "b%u", i);
        str_addf(&s, "%d%s", x->kind, dtype_info[x->dtype].name);
        for (int k = 0; k < x->rank; k++) str_addf(&s, ",%lld", (long long)x->dim[k]);
        if (x->kind == BUF_table)
            str_addf(&s, "#%llx", (unsigned long long)hash_bytes(x->table, (size_t)(buffer_elements(x) * dtype_info[x->dtype].bytes), 7));
        str_add(&s, x->narrow && b->p->target->twos == TWOS_NARROW ? "n;" : ";");
    }
    for (uint32_t i = 0; i < n->axis.n; i++) {
        axis[i] = n->axis.at[i].name;
        n->axis.at[i].name = arena_printf(b->a, "a%u", i);
        str_addf(&s, "%lld%s,", (long long)n->axis.at[i].extent, n->axis.at[i].kind == AXIS_serial ? "!" : "");
    }
    nest_print(n, &s);
    for (uint32_t i = 0; i < n->buf.n; i++) n->buf.at[i].name = buf[i];
    for (uint32_t i = 0; i < n->axis.n; i++) n->axis.at[i].name = axis[i];
    return s.at;
}

/* The line of the schedules file that begins with `name:`. */
static const char *override_for(Builder *b, const char *name) {
    size_t len = strlen(name);
    for (const char *p = b->o->schedules; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL)
        if (!strncmp(p, name, len) && p[len] == ':') return arena_strndup(b->a, p + len + 1, strcspn(p + len + 1, "\n"));
    return NULL;
}

static int64_t grain_of(const Builder *b) { return b->o->grain > 0 ? b->o->grain : PARALLEL_GRAIN; }

static void apply_schedule(Builder *b, Function *f, Plan *plan) {
    const char *given = override_for(b, f->name);
    Schedule s;
    if (given) {
        char *why = NULL;
        const char *refused = NULL;
        if (!schedule_parse(b->a, given, &s, &why) || !plan_apply_all(plan, &s, &refused)) {
            diag_error(b->d, (Loc){.file = b->g->file, .node = f->name, .field = "schedule"}, NULL, "%s", why ? why : refused);
            b->shared->failed = true;
        }
    } else {
        s = schedule_default(b->a, plan);
        if (b->p->threads > 1)
            schedule_parallel(b->a, plan, b->p->threads, grain_of(b), &s);
    }
    Str text = str_new(b->a);
    schedule_print(&s, &text);
    f->schedule = text.at;
}

/* A local that a schedule of the user's own computes where it is read is read between the results. */
static bool keeps_order(const Function *f) { return !strstr(f->schedule, "inline("); }

/* Do the loops of job j's kernel go as its nest has them? Those that several stages share do; of a single stage where rows are
 * summed as they lie in the operand, which elsewhere go into patches before. */
static bool overlaps_in_order(const Builder *b, uint32_t j) {
    const Function *f = &b->p->function.at[b->function_of[j]];
    const Nest *n = b->jobs.at[j].nest;
    return keeps_order(f) && (n->stage.n != 1 || (strstr(f->schedule, "row(") && rows_in_order(n, f->tree)));
}

static Nest *nest_of_job(const Builder *b, const Job *j) {
    return kernel_nest(b->a, b->g, j->member.at, j->member.n, j->only, b->o->general, b->d);
}

static bool in_halves(const Builder *b) { return b->o->target->halves && !b->o->precise && !b->o->general; }

/* Can the kernel of job j compute with vectors of halves? */
static bool computes_halves(const Builder *b, const Job *j) {
    bool found = false;
    Nest *n = in_halves(b) ? nest_of_job(b, j) : NULL;
    if (!n || !nest_halve(n)) return false;
    Plan *plan = plan_new(b->a, n, b->o->target);
    plan->small = b->o->small;
    Schedule s = schedule_default(b->a, plan);
    for (uint32_t i = 0; i < s.step.n; i++) found |= s.step.at[i].kind == STEP_vector;
    return found;
}

/* The kernel of job j; of a group of rows where g is given, which may fail. */
static bool make_function(Builder *b, const Job *j, const char *name, const Rows *g, Function *out) {
    Function f = {.name = name};
    f.nest = nest_of_job(b, j); /* its own: schedules change it */
    if (!g && computes_halves(b, j)) nest_halve(f.nest);
    f.nest->name = f.name;
    f.macs = nest_macs(f.nest);
    if (g) rows_ring(f.nest, b->jobs.storage, g);
    Str meaning = str_new(b->a);
    nest_print(f.nest, &meaning);
    f.meaning = meaning.at;
    Arena *tmp = arena_new("schedules of a kernel");
    f.nest->tmp = tmp;
    if (!override_for(b, f.name) && !b->o->general && !g) f.tree = lower_winograd(b->a, f.nest, b->o->target, b->p->threads, &f.schedule);
    if (f.tree && b->p->threads > 1) parallel_settle(f.tree, grain_of(b));
    if (!f.tree) {
        Plan *plan = plan_new(b->a, f.nest, b->o->target);
        plan->small = b->o->small;
        plan->tight = b->o->frugal >= FRUGAL_stack;
        plan->general = b->o->general;
        if (b->o->general)
            f.schedule = "";
        else
            apply_schedule(b, &f, plan);
        f.tree = lower(b->a, plan);
    }
    f.nest->tmp = f.nest->arena;
    arena_free(tmp);
    f.parallel = b->p->threads > 1 ? parallel_loops(f.tree) : 0;
    f.scratch_bytes = f.tree->scratch_bytes;
    f.aliased = arena_array_of(b->a, f.nest->buf.n, bool);
    *out = f;
    if (!g) return true;
    for (uint32_t i = 0; i < g->n; i++)
        if (&b->jobs.at[g->member[i].job] == j) {
            out->rows = arena_array_of(b->a, 2, uint32_t);
            bool outside = f.nest->stage.n > 1 || !strstr(f.schedule, "reorder("); /* the loops that are shared stay outside */
            return outside && keeps_order(&f) && rows_cut(b->a, f.tree, g->member[i].count, out->rows);
        }
    return false;
}

static uint32_t function_for(Builder *b, Job *j) {
    const char *key = b->o->general ? arena_printf(b->a, "%u", b->p->function.n) : nest_key(b, j->nest);
    uint32_t known = map_get(&b->shared->function_by_key, key);
    if (known != MAP_NONE) return known;
    Function f;
    make_function(b, j, unique_name(b, function_wish(b, j)), NULL, &f);
    if (f.parallel && f.tree->scratch_each && !size_mul(f.scratch_bytes, b->p->threads, &f.scratch_bytes)) {
        diag_error(b->d, (Loc){.file = b->g->file, .node = f.name}, "give fewer --threads", "too much memory");
        b->shared->failed = true;
    }
    vec_push(b->a, &b->p->function, f);
    map_set(b->a, &b->shared->function_by_key, key, b->p->function.n - 1);
    return b->p->function.n - 1;
}

/* ---- weights ---- */

static uint32_t weight_for(Builder *b, const Buffer *own, const Buffer *layout) {
    Str key = str_new(b->a);
    str_addf(&key, "%u/%u", b->number, own->value);
    for (int i = 0; i < layout->nphys; i++) str_addf(&key, ",%u/%d%s", layout->phys[i].dim, layout->phys[i].block, layout->phys[i].inner ? "i" : "");
    uint32_t known = map_get(&b->shared->weight_by_key, key.at);
    if (known != MAP_NONE) return known;
    const Value *v = &b->g->value.at[own->value];
    Weight w = {.source = v->name, .dtype = v->dtype, .shape = v->shape, .tensor = v->data, .elements = buffer_elements(layout)};
    w.name = unique_name(b, short_name(b->a, v->name));
    w.layout = layout->nphys ? layout : NULL;
    w.offset = (b->p->weight_bytes + 63) / 64 * 64;
    if (w.dtype == DT_string) /* pointers: no part of the file */
        w.offset = b->p->weight_bytes;
    else
        b->p->weight_bytes = w.offset + w.elements * dtype_info[w.dtype].bytes;
    vec_push(b->a, &b->p->weight, w);
    map_set(b->a, &b->shared->weight_by_key, key.at, b->p->weight.n - 1);
    return b->p->weight.n - 1;
}

typedef bool Put(void *ctx, const void *data, size_t n);

/* Elements in the order of layout l, zeros where its blocks reach beyond the tensor. */
static bool put_layout(const Buffer *l, const uint8_t *data, int64_t elements, size_t bytes, Put *put, void *ctx) {
    uint8_t piece[4096];
    int64_t extent[2 * MAX_RANK], count[2 * MAX_RANK] = {0}, stride[MAX_RANK], s = 1;
    for (int i = l->rank - 1; i >= 0; i--) stride[i] = s, s *= l->dim[i];
    for (int i = 0; i < l->nphys; i++) {
        int64_t d = l->dim[l->phys[i].dim], blk = l->phys[i].block;
        extent[i] = blk == 1 ? d : l->phys[i].inner ? blk : (d + blk - 1) / blk;
    }
    size_t fill = 0;
    for (int64_t e = 0; e < elements; e++) {
        int64_t logical[MAX_RANK] = {0}, from = 0;
        bool inside = true;
        for (int i = 0; i < l->nphys; i++) logical[l->phys[i].dim] += count[i] * (l->phys[i].inner ? 1 : l->phys[i].block);
        for (int i = 0; i < l->rank; i++) inside &= logical[i] < l->dim[i], from += logical[i] * stride[i];
        if (inside) memcpy(piece + fill, data + (size_t)from * bytes, bytes);
        else memset(piece + fill, 0, bytes);
        fill += bytes;
        if (fill + 8 > sizeof piece) {
            if (!put(ctx, piece, fill)) return false;
            fill = 0;
        }
        for (int i = l->nphys - 1; i >= 0 && ++count[i] == extent[i]; i--) count[i] = 0;
    }
    return !fill || put(ctx, piece, fill);
}

bool program_weight(const Weight *w, Put *put, void *ctx) {
    size_t bytes = (size_t)dtype_info[w->dtype].bytes;
    Arena *tmp = arena_new("weight"); /* contents that have a rule */
    const Tensor *t = tensor_contents(w->tensor, tmp);
    bool ok = w->layout ? put_layout(w->layout, t->data, w->elements, bytes, put, ctx)
                        : put(ctx, t->data, (size_t)w->elements * bytes);
    arena_free(tmp);
    return ok;
}

bool program_weights(const Program *p, Put *put, void *ctx) {
    static const uint8_t zero[64];
    int64_t at = 0;
    bool ok = true;
    for (uint32_t k = 0; k < p->weight.n && ok; k++) {
        const Weight *w = &p->weight.at[k];
        if (w->dtype == DT_string) continue;
        if (w->offset > at && !put(ctx, zero, (size_t)(w->offset - at))) return false;
        at = w->offset + w->elements * dtype_info[w->dtype].bytes;
        ok = program_weight(w, put, ctx);
    }
    return ok;
}

/* ---- arguments and the arena ---- */

static uint32_t position(const ValueId *list, uint32_t n, ValueId v) {
    for (uint32_t i = 0; i < n; i++)
        if (list[i] == v) return i;
    return UINT32_MAX;
}

static Arg value_arg(Builder *b, ValueId v, const int64_t *arena_at) {
    int64_t offset;
    ValueId r = storage_root(b->jobs.storage, v, &offset);
    const Value *x = &b->g->value.at[r];
    if (value_in_arena(b->jobs.storage, r)) return (Arg){ARG_arena, 0, arena_at[r] + offset, v};
    if (x->is_output && x->producer != NO_NODE)
        return (Arg){ARG_output, position(b->g->output.at, b->g->output.n, r), offset, v};
    if (x->is_input) return (Arg){ARG_input, position(b->g->input.at, b->g->input.n, r), offset, v};
    return (Arg){ARG_arena, 0, arena_at[r] + offset, v};
}

static void make_call(Builder *b, uint32_t job, const int64_t *arena_at, int64_t scratch_at) {
    const Job *j = &b->jobs.at[job];
    Function *f = &b->p->function.at[b->function_of[job]];
    ProgramStep s = {.function = b->function_of[job], .nodes = nodes_text(b, j), .shapes = shapes_text(b, j),
                     .first = j->member.at[0], .last = vec_last(&j->member)};
    s.arg = arena_array_of(b->a, j->nest->buf.n + 1, Arg);
    for (uint32_t i = 0; i < j->nest->buf.n; i++) {
        const Buffer *buf = &j->nest->buf.at[i];
        if (buf->kind == BUF_const) s.arg[s.narg++] = (Arg){ARG_weight, weight_for(b, buf, &f->nest->buf.at[i]), 0, buf->value};
        if (buf->kind == BUF_in || buf->kind == BUF_out) s.arg[s.narg++] = value_arg(b, buf->value, arena_at);
    }
    if (f->scratch_bytes > 0) s.arg[s.narg++] = (Arg){ARG_arena, 0, scratch_at, NO_VALUE};
    f->calls++;
    b->p->macs += f->macs;
    vec_push(b->a, &b->step, s);
}

static Arg operand_arg(Builder *b, const Job *j, ValueId v, const int64_t *arena_at) {
    for (uint32_t i = 0; v != NO_VALUE && i < j->nest->buf.n; i++) {
        const Buffer *buf = &j->nest->buf.at[i];
        if (buf->value != v) continue;
        if (buf->kind == BUF_const) return (Arg){ARG_weight, weight_for(b, buf, buf), 0, v};
        return value_arg(b, v, arena_at);
    }
    return (Arg){ARG_arena, 0, 0, NO_VALUE};
}

static void make_control(Builder *b, uint32_t job, const int64_t *arena_at, int64_t scratch_at) {
    const Job *j = &b->jobs.at[job];
    const Node *n = &b->g->node.at[j->member.at[0]];
    Arg *in = arena_array_of(b->a, n->nin + 2u, Arg), *out = arena_array_of(b->a, n->nout + 1u, Arg);
    for (unsigned i = 0; i < n->nin; i++) in[i] = operand_arg(b, j, n->in[i], arena_at);
    for (unsigned i = 0; i < n->nout; i++) out[i] = operand_arg(b, j, n->out[i], arena_at);
    control_steps(b->a, b->g, j->member.at[0], b->sub[job], in, out, scratch_at, &b->step);
}

/* Where job j has buffers of both values, or of values of both roots, its function is told. */
static void mark_aliased(Builder *b, uint32_t job, const OverlapPair *o) {
    const Nest *n = b->jobs.at[job].nest;
    bool *aliased = b->p->function.at[b->function_of[job]].aliased, both[2] = {false, false};
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t k = 0; k < n->buf.n; k++) {
            int64_t at;
            if (n->buf.at[k].kind != BUF_in && n->buf.at[k].kind != BUF_out) continue;
            ValueId r = storage_root(b->jobs.storage, n->buf.at[k].value, &at);
            if (r != o->operand_root && r != o->result_root) continue;
            both[r == o->result_root] = true;
            if (pass == 1 && both[0] && both[1]) aliased[k] = true;
        }
}

/* A result that begins where an operand lies, as that of Concat(x, x) with x in place. */
static void mark_same_place(Builder *b, uint32_t job) {
    const Nest *n = b->jobs.at[job].nest;
    bool *aliased = b->p->function.at[b->function_of[job]].aliased;
    for (uint32_t y = 0; y < n->buf.n; y++)
        for (uint32_t x = 0; x < n->buf.n && n->buf.at[y].kind == BUF_out; x++) {
            if (n->buf.at[x].kind != BUF_in) continue;
            int64_t at_y, at_x;
            ValueId root = storage_root(b->jobs.storage, n->buf.at[y].value, &at_y);
            if (storage_root(b->jobs.storage, n->buf.at[x].value, &at_x) == root && at_x == at_y) aliased[x] = aliased[y] = true;
        }
}

/* One a job: its function's loop rather goes down, for all results over operands that its jobs have. NULL: there is none. */
static const bool *down_jobs(Builder *b, const MemoryTask *t) {
    Overlaps all = {0};
    bool *down = arena_array_of(b->a, t->n + 1, bool), *may = arena_array_of(b->a, b->p->function.n + 1, bool), any = false;
    storage_overlap(b->jobs.storage, b->a, t->job, t->order, t->n, NULL, &all);
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < all.n; i++)
            if (t->keeps[all.at[i].job] && all.at[i].down != (pass == 1)) may[b->function_of[all.at[i].job]] = pass == 0;
    for (uint32_t i = 0; i < t->n; i++)
        if (!b->jobs.at[i].control) any |= down[i] = may[b->function_of[i]];
    return any ? down : NULL;
}

#define LITTLE 16 /* this part of the arena is not worth a loop that goes down, which gcc makes a little slower */

/* The arena, and which loops go down in it. Kernels that other graphs call as well go up. */
static ArenaPlan pack_arena(Builder *b, MemoryTask t, bool alone) {
    ArenaPlan up = memory_make(b->jobs.storage, b->a, &t);
    if (b->o->no_memory) return up;
    b->plan = memory_pack(b->a, &up);
    if (!alone || !t.keeps || b->plan.optimal || !(t.down = down_jobs(b, &t))) return up;
    ArenaPlan m = memory_make(b->jobs.storage, b->a, &t);
    PlanResult r = memory_pack(b->a, &m);
    if (r.peak > b->plan.peak - (b->o->frugal ? 1 : b->plan.peak / LITTLE)) return up;
    b->plan = r;
    for (uint32_t i = 0; i < m.pairs; i++)
        if (m.pair[i].down && memory_overlaps(&m, i)) rows_go_down(b->p->function.at[b->function_of[m.overlap[i].job]].tree);
    return m;
}

/* Offsets into arena_at and scratch_at. */
static void plan_arena(Builder *b, const MemoryTask *t, bool alone, int64_t *arena_at, int64_t *scratch_at) {
    ArenaPlan m = pack_arena(b, *t, alone);
    b->arena_bytes = (b->plan.peak + t->align - 1) / t->align * t->align;
    for (uint32_t i = 0; i < m.pairs; i++)
        for (uint32_t j = 0; memory_overlaps(&m, i) && j < t->n; j++)
            if (!b->jobs.at[j].control && (m.overlap[i].job == j || m.overlap[i].job == UINT32_MAX)) mark_aliased(b, j, &m.overlap[i]);
    for (uint32_t i = 0; i < t->n; i++)
        if (m.scratch[i] != UINT32_MAX) scratch_at[i] = m.buf[m.scratch[i]].offset;
    for (uint32_t i = 0; i < m.count; i++) {
        const PlanBuffer *x = &m.buf[i];
        bool value = i < m.values;
        if (value) arena_at[m.slot[i]] = x->offset;
        ArenaTensor tensor = {.name = value ? b->g->value.at[m.slot[i]].name : "scratch", .value = value ? m.slot[i] : NO_VALUE,
                              .offset = x->offset, .bytes = x->size, .lower = x->lower, .upper = x->upper, .view_of = -1};
        vec_push(b->a, &b->tensor, tensor);
    }
    for (uint32_t v = 0; v < b->g->value.n; v++) { /* what lies inside them */
        int64_t offset;
        ValueId r = storage_root(b->jobs.storage, v, &offset);
        uint32_t i = m.number[r];
        if (r == v || i == UINT32_MAX) continue;
        ArenaTensor tensor = {b->g->value.at[v].name, v, m.buf[i].offset + offset, value_bytes(b->g, v), m.buf[i].lower, m.buf[i].upper, (int32_t)i};
        if (tensor.bytes > m.buf[i].size) tensor.bytes = m.buf[i].size; /* a ring */
        vec_push(b->a, &b->tensor, tensor);
    }
}

/* Of inputs, then outputs. */
static const int64_t *port_places(Builder *b, const int64_t *arena_at) {
    const Graph *g = b->g;
    int64_t *place = arena_array_of(b->a, g->input.n + g->output.n + 1, int64_t);
    for (uint32_t i = 0; i < g->input.n + g->output.n; i++) {
        int64_t offset;
        ValueId r = storage_root(b->jobs.storage, i < g->input.n ? g->input.at[i] : g->output.at[i - g->input.n], &offset);
        place[i] = arena_at[r] + offset;
    }
    return place;
}

/* Steps in place of positions in the order. */
static void number_tensors(Builder *b) {
    for (uint32_t i = 0; i < b->tensor.n; i++) {
        b->tensor.at[i].lower = b->first_step[b->tensor.at[i].lower];
        b->tensor.at[i].upper = b->first_step[b->tensor.at[i].upper];
    }
}

static bool build_block(Builder *b);

/* The sub-graphs of a control node. Their depth is bounded by the importer. */
static bool build_subs(Builder *b, uint32_t job) {
    NodeId id = b->jobs.at[job].member.at[0];
    const Node *n = &b->g->node.at[id];
    b->sub[job] = arena_array_of(b->a, n->nsub + 1u, Block);
    for (unsigned s = 0; s < n->nsub; s++) {
        Builder inner = {.a = b->a, .g = n->sub[s], .d = b->d, .o = b->o, .p = b->p, .shared = b->shared};
        if (!build_block(&inner)) return false;
        b->sub[job][s] = (Block){n->sub[s], inner.step, inner.arena_bytes};
    }
    int64_t scratch = b->jobs.at[job].scratch = control_scratch(b->a, b->g, id, b->sub[job]);
    return scratch >= 0 || diag_error(b->d, node_loc(b->g, id, NULL), NULL, "its values are too large");
}

static bool build_kernels(Builder *b) {
    uint32_t n = b->jobs.n;
    b->function_of = arena_array_of(b->a, n + 1, uint32_t);
    b->sub = arena_array_of(b->a, n + 1, Block *);
    for (uint32_t i = 0; i < n; i++) {
        if (b->jobs.at[i].control) {
            if (!build_subs(b, i)) return false;
            continue;
        }
        b->function_of[i] = function_for(b, &b->jobs.at[i]);
        b->jobs.at[i].scratch = b->p->function.at[b->function_of[i]].scratch_bytes;
    }
    return !b->shared->failed;
}

static bool cuts(void *ctx, const Rows *g) {
    Builder *b = ctx;
    Function f;
    for (uint32_t i = 0; i < g->n; i++)
        if (!make_function(b, &b->jobs.at[g->member[i].job], "rows", g, &f)) return false;
    return true;
}

/* Functions of the jobs in groups, which run over some rows at a time. */
static void rows_functions(Builder *b, const RowGroups *groups) {
    for (uint32_t k = 0; k < groups->n; k++)
        for (uint32_t i = 0; i < groups->at[k].n; i++) {
            uint32_t job = groups->at[k].member[i].job;
            Job *j = &b->jobs.at[job];
            Function f;
            make_function(b, j, unique_name(b, arena_printf(b->a, "%s_rows", function_wish(b, j))), &groups->at[k], &f);
            j->scratch = f.scratch_bytes;
            b->function_of[job] = b->p->function.n;
            vec_push(b->a, &b->p->function, f);
        }
}

/* Kernels that take turns: what the first rows need from each, then a loop over rows around all. */
static void make_rows(Builder *b, const Rows *g, const int64_t *arena_at, const int64_t *scratch_at) {
    for (int loop = 0; loop < 2; loop++) {
        if (loop) vec_push(b->a, &b->step, ((ProgramStep){.kind = CALL_rows, .trips = g->turns, .nodes = "rows", .shapes = ""}));
        for (uint32_t i = 0; i < g->n; i++) {
            const RowsMember *m = &g->member[i];
            if (!loop && m->first == m->step) continue;
            make_call(b, m->job, arena_at, scratch_at[m->job]);
            ProgramStep *s = &vec_last(&b->step);
            *s = (ProgramStep){.kind = CALL_call, .function = s->function, .narg = s->narg, .arg = s->arg, .nodes = s->nodes, .shapes = s->shapes, .first = s->first, .last = s->last,
                               .from = loop ? m->first - m->step : 0, .to = loop ? m->first : m->first - m->step, .by = loop ? m->step : 0, .most = m->count, .last_turn = loop ? g->turns - 1 : 0};
            if (!loop) b->p->macs -= b->p->function.at[s->function].macs;
        }
        if (loop) vec_push(b->a, &b->step, ((ProgramStep){.kind = CALL_end, .nodes = "", .shapes = ""}));
    }
}

/* Steps of all jobs; returns how many positions in time there are, and sets where each begins. */
static void make_steps(Builder *b, const MemoryTask *t, const int64_t *arena_at, const int64_t *scratch_at) {
    uint32_t now = 0;
    b->first_step = arena_array_of(b->a, t->n + 2, int32_t);
    for (uint32_t i = 0; i < t->n; now++) {
        const Rows *g = NULL;
        for (uint32_t k = 0; k < t->groups->n; k++)
            if (t->groups->at[k].at == i) g = &t->groups->at[k];
        b->first_step[now] = (int32_t)b->step.n;
        if (g)
            make_rows(b, g, arena_at, scratch_at);
        else if (b->jobs.at[t->order[i]].control)
            make_control(b, t->order[i], arena_at, scratch_at[t->order[i]]);
        else
            make_call(b, t->order[i], arena_at, scratch_at[t->order[i]]);
        i += g ? g->n : 1;
    }
    b->first_step[now] = b->first_step[now + 1] = (int32_t)b->step.n; /* outputs live on */
}

/* The order, and groups of rows where `rows`: of the orders that there are the one of least memory. */
static void choose_order(Builder *b, MemoryTask t, bool rows, uint32_t *order, RowGroups *groups) {
    Storage *s = b->jobs.storage;
    RowGroups none = {0}, found = {0};
    bool searched = !b->o->no_memory && (b->o->ports || b->o->small || target_sums_bytes(b->o->target));
    uint32_t *other = arena_array_of(b->a, t.n + 1, uint32_t);
    int64_t least = INT64_MAX;
    for (int search = 0; search < (searched ? 2 : 1); search++) {
        storage_order(s, b->a, t.job, t.n, search, t.keeps, other);
        if (search && !memcmp(order, other, t.n * sizeof *order)) break;
        t.order = other;
        t.groups = &none;
        int64_t bytes = rows ? memory_rows(s, b->a, &t, b->o->goal, cuts, b, &found) : searched ? memory_need(s, &t) : 0;
        if (bytes >= least) break;
        least = bytes;
        *groups = found;
        memcpy(order, other, t.n * sizeof *order);
    }
}

static bool build_block(Builder *b) {
    Arena *a = b->a;
    bool whole = b->shared->graphs == 0;
    b->number = b->shared->graphs++;
    if (!jobs_make(a, b->g, whole && b->o->keep_all, b->o->general, in_halves(b), b->d, &b->jobs) || !build_kernels(b)) return false;
    b->jobs.storage->ports = whole && b->o->ports;
    uint32_t n = b->jobs.n;
    uint32_t *order = arena_array_of(a, n + 1, uint32_t);
    bool **aliased = arena_array_of(a, n + 1, bool *), *keeps = arena_array_of(a, n + 1, bool), *skip = arena_array_of(a, n + 1, bool);
    RowGroups groups = {0};
    for (uint32_t i = 0; i < n; i++) order[i] = i, keeps[i] = b->jobs.at[i].control || overlaps_in_order(b, i);
    bool overlaps = !b->o->general && !b->o->no_memory && target_sums_bytes(b->o->target) && b->p->threads == 1;
    MemoryTask t = {b->jobs.at, order, n, &groups, b->p->arena_align, overlaps ? keeps : NULL, NULL};
    if (!b->o->general) {
        choose_order(b, t, whole && overlaps && b->o->frugal >= FRUGAL_rows, order, &groups);
        for (uint32_t k = 0; k < groups.n; k++)
            for (uint32_t i = 0; i < groups.at[k].n; i++) skip[groups.at[k].member[i].job] = true;
        storage_in_place(b->jobs.storage, a, b->jobs.at, order, n, skip, aliased);
    }
    rows_functions(b, &groups);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; aliased[i] && k < b->jobs.at[i].nest->buf.n; k++)
            b->p->function.at[b->function_of[i]].aliased[k] |= aliased[i][k];
        mark_same_place(b, i);
    }
    int64_t *arena_at = arena_array_of(a, b->g->value.n + 1, int64_t), *scratch_at = arena_array_of(a, n + 1, int64_t);
    plan_arena(b, &t, whole && b->shared->graphs == 1, arena_at, scratch_at);
    if (whole && b->o->ports) b->p->port_at = port_places(b, arena_at);
    make_steps(b, &t, arena_at, scratch_at);
    number_tensors(b);
    return true;
}

/* Functions that no step calls, because others took their place, go. */
static void drop_functions(Program *p) {
    uint32_t kept = 0, *to = arena_array_of(p->graph->arena, p->function.n + 1, uint32_t);
    for (uint32_t i = 0; i < p->function.n; i++) {
        to[i] = kept;
        if (p->function.at[i].calls > 0) p->function.at[kept++] = p->function.at[i];
    }
    p->function.n = kept;
    for (uint32_t i = 0; i < p->step.n; i++)
        if (p->step.at[i].kind == CALL_call) p->step.at[i].function = to[p->step.at[i].function];
}

static bool rounds(const Graph *g) {
    for (NodeId i = 0; i < g->node.n; i++) {
        const Node *n = &g->node.at[i];
        if (n->op == OP_Round || n->op == OP_QuantizeLinear) return true;
        for (unsigned k = 0; k < n->nsub; k++)
            if (rounds(n->sub[k])) return true;
    }
    return false;
}

Program *program_build(Arena *a, Graph *g, const ProgramOptions *o, Diag *d) {
    Shared shared = {0};
    Builder b = {.a = a, .g = g, .d = d, .o = o, .shared = &shared};
    b.p = arena_new_of(a, Program);
    Program *p = b.p;
    p->graph = g;
    p->target = o->target;
    p->name = name_identifier(a, o->name ? o->name : path_stem(a, g->file));
    p->arena_align = o->ports && !o->target->vector_bytes ? 8 : 64;
    p->threads = o->threads > 1 ? o->threads : 1;
    p->small = o->small;
    p->rounds = rounds(g);
    p->nodes_after_passes = g->node.n;
    static const char *const taken[] = {"run", "io", "weights", "example"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) map_set(a, &shared.names, taken[i], 1);
    if (!build_block(&b)) return NULL;
    p->step.at = b.step.at;
    p->step.n = p->step.cap = b.step.n;
    p->tensor.at = b.tensor.at;
    p->tensor.n = p->tensor.cap = b.tensor.n;
    p->plan = b.plan;
    p->arena_bytes = b.arena_bytes;
    if (o->frugal >= FRUGAL_rows) drop_functions(p);
    p->ram_bytes = ram_bytes(p);
    return p;
}
