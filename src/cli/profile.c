#include "cli/profile.h"
#include "base/size.h"
#include "cli/cmd.h"
#include "op/op.h"
#include <stdlib.h>
#include <string.h>

/* ---- what kind of work a step is ---- */

static const char *window(Arena *a, const char *name, const int64_t *k, int n) {
    Str s = str_new(a);
    str_addf(&s, "%s ", name);
    for (int i = 0; i < n; i++) str_addf(&s, i ? "x%lld" : "%lld", (long long)k[i]);
    return s.at;
}

static const char *conv_kind(Arena *a, const Graph *g, const Node *n) {
    const Shape *w = value_shape(g, n->in[1]);
    if (n->op == OP_ConvTransposeBlocked) { /* taps of each phase */
        int64_t k[MAX_RANK];
        for (int d = 0; d < w->rank - 3; d++) k[d] = w->dim[d + 3] * ((const Attr_ConvTransposeBlocked *)n->attr)->strides.at[d];
        return window(a, "ConvTranspose", k, w->rank - 3);
    }
    int64_t group = n->op == OP_Conv          ? ((const Attr_Conv *)n->attr)->group
                    : n->op == OP_ConvBlocked ? ((const Attr_ConvBlocked *)n->attr)->group
                                              : 1;
    const char *name = n->op == OP_ConvTranspose ? "ConvTranspose"
                       : group == 1              ? "Conv"
                       : w->dim[1] == 1          ? "depthwise"
                                                 : "grouped";
    return window(a, name, w->dim + 2, w->rank - 2);
}

static const char *node_kind(Arena *a, const Graph *g, const Node *n) {
    const char *name = op_info[n->op].name;
    bool conv = n->op == OP_Conv || n->op == OP_ConvBlocked || n->op == OP_ConvTranspose || n->op == OP_ConvTransposeBlocked;
    if (conv && n->attr && value_shape(g, n->in[1])->rank > 2) return conv_kind(a, g, n);
    if (n->op == OP_ConvWinograd) return "Conv 3x3 Winograd";
    if (n->op == OP_MatMul || n->op == OP_Gemm) return "MatMul";
    if (strstr(name, "Pool")) return "pool";
    if (!strncmp(name, "Reduce", 6)) return "reduce";
    return op_info[n->op].cls == CLASS_move ? "move" : op_info[n->op].cls == CLASS_elementwise ? "elementwise" : name;
}

/* Elements are combined, not only moved or computed one by one. */
static bool is_heavy(const Node *n) {
    OpClass c = op_info[n->op].cls;
    return (c == CLASS_contract && n->op != OP_BatchNormalization) || c == CLASS_normalise || c == CLASS_general;
}

static bool has_kind(const char *list, const char *kind) {
    size_t n = strlen(kind);
    for (const char *at = list; (at = strstr(at, kind)); at += n)
        if ((at == list || at[-1] == ' ') && (!at[n] || !strncmp(at + n, " + ", 3))) return true;
    return false;
}

static void add_kind(Str *list, const char *kind) {
    if (!has_kind(list->at, kind)) str_addf(list, "%s%s", list->n ? " + " : "", kind);
}

/* 1x32x112x112 is written 32x112x112 */
static const char *dims(Arena *a, const Shape *s) {
    Str out = str_new(a);
    for (int i = s->rank > 2 && s->dim[0] == 1; i < s->rank; i++)
        str_addf(&out, out.n ? "x%lld" : "%lld", (long long)s->dim[i]);
    return out.n ? out.at : "1";
}

/* Nodes of the model as it was imported, by name; NO_NODE where several have it. */
static Map names_of(Arena *a, const Graph *g) {
    Map names = {0};
    for (NodeId i = 0; i < g->node.n; i++) {
        const char *name = g->node.at[i].name;
        if (g->node.at[i].op == OP_none || !*name) continue;
        map_set(a, &names, name, map_get(&names, name) == MAP_NONE ? i : NO_NODE);
    }
    return names;
}

typedef struct {
    const Graph *model; /* as it was imported */
    Map names;
    int64_t macs; /* of the heavy nodes of a step there; -1: not known */
} Source;

/* The heavy node n in the model, whose shapes have no blocks that are filled up; NULL when it is not there. */
static const Node *in_model(Source *from, const Node *n) {
    uint32_t id = map_get(&from->names, n->name);
    if (id == MAP_NONE || id >= from->model->node.n) {
        from->macs = -1;
        return NULL;
    }
    if (from->macs >= 0) from->macs += node_macs(from->model, id);
    return &from->model->node.at[id];
}

/* Of the group of nodes: the kinds of the heavy ones, else of all that do not only rename; what goes in and comes out.
 */
static void describe(Arena *a, const Graph *g, const ProgramStep *s, Source *from, ProfileRow *row) {
    Str heavy = str_new(a), light = str_new(a);
    const Node *first = &g->node.at[s->first], *last = &g->node.at[s->last], *main = NULL, *source = NULL;
    for (NodeId i = s->first; i <= s->last; i++) {
        const Node *n = &g->node.at[i];
        if (n->group != last->group || n->op == OP_none) continue;
        if (is_heavy(n)) {
            add_kind(&heavy, node_kind(a, g, n));
            const Node *same = in_model(from, n);
            if (!main && (n->op == OP_ConvBlocked || n->op == OP_ConvWinograd)) source = same;
            if (!main) main = n;
        } else if (s->first == s->last || op_info[n->op].cls != CLASS_move) {
            add_kind(&light, node_kind(a, g, n));
        }
    }
    row->kind = heavy.n ? heavy.at : light.n ? light.at : "move";
    if (source) {
        first = main = last = source;
        g = from->model;
    }
    ValueId in = node_in(main ? main : first, 0), out = node_out(last, 0);
    for (unsigned i = 1; out == NO_VALUE && i < last->nout; i++) out = last->out[i];
    row->brief = arena_printf(a, "%s -> %s", in == NO_VALUE ? "" : dims(a, value_shape(g, in)),
                              out == NO_VALUE ? "" : dims(a, value_shape(g, out)));
}

/* ---- bytes ---- */

/* Elements of buffer b that a kernel can read: each load reads one for every point of the axes in its index, so a part
 * of a table, or of a tensor that is sliced. */
static int64_t elements_read(const Nest *n, BufId b) {
    int64_t sum = 0, all = 1;
    for (int i = 0; i < n->buf.at[b].rank; i++) all *= n->buf.at[b].dim[i];
    for (ExprId e = 0; e < n->expr.n && sum < all; e++) {
        if (x_get(n, e)->kind != X_load || x_get(n, e)->id != b) continue;
        int64_t points = 1;
        for (AxisId x = 0; x < n->axis.n; x++)
            if (x_uses_axis(n, e, x) && !size_mul(points, n->axis.at[x].extent, &points)) points = all;
        if (!size_add(sum, points, &sum)) sum = all;
    }
    return sum < all ? sum : buffer_elements(&n->buf.at[b]);
}

/* And that it writes: of a Concat perhaps one operand. */
static int64_t elements_written(const Nest *n, BufId b) {
    int64_t sum = 0, all = buffer_elements(&n->buf.at[b]);
    for (uint32_t s = 0; s < n->stage.n; s++) {
        const Stage *st = &n->stage.at[s];
        int64_t points = 1;
        for (int i = 0; st->out == b && i < st->naxis; i++)
            if (!size_mul(points, n->axis.at[st->axis[i]].extent, &points)) points = all;
        if (st->out == b && !size_add(sum, points, &sum)) sum = all;
    }
    return sum < all ? sum : all;
}

static void count_bytes(const Function *f, ProfileRow *row) {
    for (BufId i = 0; i < f->nest->buf.n; i++) {
        const Buffer *b = &f->nest->buf.at[i];
        double bytes = dtype_info[b->dtype].bytes;
        if (b->kind == BUF_in) row->data += bytes * (double)elements_read(f->nest, i);
        if (b->kind == BUF_out) row->data += bytes * (double)elements_written(f->nest, i);
        if (b->kind != BUF_const) continue;
        /* The same few rows of a table in every run of the measurement are as near as other data. */
        int64_t n = elements_read(f->nest, i);
        *(n < buffer_elements(b) ? &row->data : &row->weights) += bytes * (double)n;
    }
}

/* Products that an instruction computes in a lane: bytes, by the step `dot`; by twos they are two of twice as many bytes. */
static int products_of(const Target *t, const Function *f) {
    if (strstr(f->schedule, "mmla(")) return 8;
    if (!t->dot || !strstr(f->schedule, "dot(")) return 1;
    return t->twos ? 2 : t->dot;
}

/* Weights lie where all that a run touches fits; a step's other bytes were just made. */
static void find_bound(const Profile *p, int products, ProfileRow *row) {
    const Machine *m = &p->machine;
    double bytes = row->weights / m->read[p->weights_in] + machine_seconds(m, row->data);
    row->arithmetic = 1e6 * row->flop / (m->flops * products);
    row->bound = row->arithmetic > 1e6 * bytes ? row->arithmetic : 1e6 * bytes;
}

/* Bytes of a run beside the weights. */
static int64_t run_bytes(const Program *p) {
    const Graph *g = p->graph;
    int64_t sum = p->arena_bytes;
    for (uint32_t i = 0; i < g->input.n; i++)
        sum += shape_count(value_shape(g, g->input.at[i])) * dtype_info[g->value.at[g->input.at[i]].dtype].bytes;
    for (uint32_t i = 0; i < g->output.n; i++)
        sum += shape_count(value_shape(g, g->output.at[i])) * dtype_info[g->value.at[g->output.at[i]].dtype].bytes;
    return sum;
}

/* ---- the profile ---- */

/* Lines `number best median` behind the first; number 0 is the whole run. */
static bool take_times(Profile *p, const char *log) {
    int steps, number;
    if (sscanf(log, "profile: %d steps, %ld runs", &steps, &p->runs) != 2 || (uint32_t)steps != p->nstep) return false;
    for (uint32_t i = 0; i <= p->nstep; i++) {
        double best, median;
        log = strchr(log, '\n');
        if (!log || sscanf(++log, "%d %lf %lf", &number, &best, &median) != 3 || (uint32_t)number != i) return false;
        *(i ? &p->step[i - 1].best : &p->best) = best;
        *(i ? &p->step[i - 1].median : &p->median) = median;
    }
    return true;
}

static void add_row(ProfileRow *to, const ProfileRow *row) {
    to->calls += row->calls;
    to->best += row->best;
    to->median += row->median;
    to->flop += row->flop;
    to->weights += row->weights;
    to->data += row->data;
    to->arithmetic += row->arithmetic;
    to->bound += row->bound;
}

int profile_by_time(const void *a, const void *b) {
    const ProfileRow *x = a, *y = b;
    if (x->best != y->best) return x->best < y->best ? 1 : -1;
    return (x->step > y->step) - (x->step < y->step);
}

static void add_up(Arena *a, Profile *p) {
    p->kind = arena_array_of(a, p->nstep + 1, ProfileRow);
    for (uint32_t i = 0; i < p->nstep; i++) {
        uint32_t k = 0;
        while (k < p->nkind && strcmp(p->kind[k].kind, p->step[i].kind)) k++;
        if (k == p->nkind) p->kind[p->nkind++] = (ProfileRow){.kind = p->step[i].kind, .step = i + 1};
        add_row(&p->kind[k], &p->step[i]);
        add_row(&p->all, &p->step[i]);
    }
    qsort(p->kind, p->nkind, sizeof *p->kind, profile_by_time);
}

ProfileRow *profile_steps(const Runner *r) {
    const Program *program = r->built;
    ProfileRow *rows = arena_array_of(r->arena, program->step.n + 1, ProfileRow);
    Source from = {.model = r->graph, .names = names_of(r->arena, r->graph)};
    for (uint32_t i = 0; i < program->step.n; i++) {
        const ProgramStep *s = &program->step.at[i];
        const Function *f = &program->function.at[s->function];
        ProfileRow *row = &rows[i];
        if (s->kind != CALL_call) { /* the beginning or end of a block, or a copy */
            *row = (ProfileRow){.step = i + 1, .calls = 1, .function = s->nodes, .nodes = "", .shapes = "", .kind = s->nodes};
            row->brief = "";
            continue;
        }
        *row = (ProfileRow){.step = i + 1, .calls = 1, .function = f->name, .nodes = s->nodes, .shapes = s->shapes};
        from.macs = 0;
        describe(r->arena, program->graph, s, &from, row);
        row->flop = 2 * (double)(from.macs > 0 && from.macs < f->macs ? from.macs : f->macs);
    }
    return rows;
}

Profile *profile_make(const Runner *r, const Machine *m, int threads, const char *log) {
    Arena *a = r->arena;
    const Program *program = r->built;
    Profile *p = arena_new_of(a, Profile);
    *p = (Profile){.model = r->graph->file, .target = r->target->name, .threads = threads, .machine = *m};
    p->weight_bytes = program->weight_bytes;
    p->data_bytes = run_bytes(program);
    p->weights_in = machine_level(m, p->weight_bytes + p->data_bytes);
    p->nstep = program->step.n;
    p->step = profile_steps(r);
    for (uint32_t i = 0; i < p->nstep; i++) {
        const ProgramStep *s = &program->step.at[i];
        const Function *f = &program->function.at[s->function];
        if (s->kind != CALL_call) continue;
        count_bytes(f, &p->step[i]);
        find_bound(p, products_of(r->target, f), &p->step[i]);
    }
    if (!take_times(p, log)) {
        diag_error(r->diag, (Loc){.file = p->model}, NULL, "the compiled model told no times of its steps");
        return NULL;
    }
    add_up(a, p);
    return p;
}
