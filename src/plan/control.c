#include "plan/control.h"
#include "base/size.h"
#include "plan/storage.h"

enum { ALIGN = 64 };

Nest *control_nest(Arena *a, const Graph *g, NodeId n) {
    const Node *node = &g->node.at[n];
    Nest *nest = nest_new(a, "control");
    for (unsigned i = 0; i < (unsigned)node->nin + node->nout; i++) {
        bool operand = i < node->nin, again = false;
        ValueId v = operand ? node->in[i] : node->out[i - node->nin];
        for (BufId b = 0; b < nest->buf.n; b++) again |= nest->buf.at[b].value == v;
        if (v == NO_VALUE || again) continue;
        const Value *x = &g->value.at[v];
        BufKind kind = !operand ? BUF_out : x->data ? BUF_const : BUF_in;
        nest_buffer(nest, "x", kind, x->dtype, x->shape.rank, x->shape.dim, v);
    }
    return nest;
}

/* Where a loop's own values lie in its scratch: the counter first, then the condition, then results of the body. */
typedef struct {
    int64_t *result; /* of the body's outputs */
    int64_t body;    /* the body's arena */
} Places;

enum { COUNTER = 0, CONDITION = ALIGN, FIRST = 2 * ALIGN };

static bool place(int64_t *at, int64_t bytes) {
    return size_add(*at, bytes, at) && size_add(*at, ALIGN - 1, at) && ((*at = *at / ALIGN * ALIGN), true);
}

static bool loop_places(Arena *a, const Block *body, Places *p) {
    const Graph *g = body->g;
    int64_t at = FIRST;
    p->result = arena_array_of(a, g->output.n + 1, int64_t);
    for (uint32_t i = 0; i < g->output.n; i++) {
        p->result[i] = at;
        if (!place(&at, value_bytes(g, g->output.at[i]))) return false;
    }
    p->body = at;
    return true;
}

int64_t control_scratch(Arena *tmp, const Graph *g, NodeId n, const Block *sub) {
    const Node *node = &g->node.at[n];
    int64_t most = 0, total;
    Places p;
    for (unsigned s = 0; s < node->nsub; s++)
        if (sub[s].arena_bytes > most) most = sub[s].arena_bytes;
    if (node->op == OP_If) return most;
    return loop_places(tmp, &sub[0], &p) && size_add(p.body, most, &total) ? total : -1;
}

/* ---- steps ---- */

typedef struct {
    Arena *a;
    NodeId node;
    Steps *to;
} Writer;

static ProgramStep *add_step(Writer *w, CallKind kind, uint32_t narg) {
    static const char *const names[] = {"", "if", "else", "loop", "end", "copy", "clear"};
    ProgramStep s = {.kind = kind, .narg = narg, .nodes = names[kind], .shapes = "", .first = w->node, .last = w->node};
    s.arg = arena_array_of(w->a, narg + 1, Arg);
    vec_push(w->a, w->to, s);
    return &vec_last(w->to);
}

static void clear_step(Writer *w, Arg to, int64_t bytes) {
    if (!bytes) return;
    ProgramStep *s = add_step(w, CALL_clear, 1);
    s->arg[0] = to;
    s->bytes = bytes;
}

static Arg in_arena(int64_t offset) {
    return (Arg){ARG_arena, 0, offset, NO_VALUE};
}

static void copy_step(Writer *w, Arg to, Arg from, int64_t bytes, bool turning) {
    if (!bytes) return;
    ProgramStep *s = add_step(w, CALL_copy, 2);
    s->arg[0] = to;
    s->arg[1] = from;
    s->bytes = bytes;
    s->turning = turning;
}

/* The sub-graph's steps with the arguments of this graph. */
static void add_block(Writer *w, const Block *b, const Arg *in, const Arg *out, int64_t arena_at) {
    for (uint32_t i = 0; i < b->step.n; i++) {
        ProgramStep s = b->step.at[i];
        s.first = s.last = w->node;
        s.arg = arena_copy(w->a, s.arg, (s.narg + 1) * sizeof *s.arg);
        for (uint32_t k = 0; k < s.narg; k++) {
            Arg *x = &s.arg[k];
            int64_t offset = x->offset;
            if (x->kind == ARG_input || x->kind == ARG_output) {
                *x = x->kind == ARG_input ? in[x->index] : out[x->index];
                x->offset += offset;
            } else {
                if (x->kind == ARG_arena) x->offset += arena_at;
                x->value = NO_VALUE; /* the sub-graph's own */
            }
        }
        vec_push(w->a, w->to, s);
    }
}

static void if_steps(Writer *w, const Block *sub, const Arg *in, const Arg *out, int64_t at) {
    add_step(w, CALL_if, 1)->arg[0] = in[0];
    add_block(w, &sub[0], in + 1, out, at);
    add_step(w, CALL_else, 0);
    add_block(w, &sub[1], in + 1, out, at);
    add_step(w, CALL_end, 0);
}

static void loop_steps(Writer *w, const Node *node, const Block *body, const Arg *in, const Arg *out, int64_t at) {
    const Attr_Loop *attr = node->attr;
    const Graph *g = body->g;
    uint32_t carried = (uint32_t)attr->carried, nin = g->input.n, nout = g->output.n;
    Places p;
    loop_places(w->a, body, &p); /* fits: control_scratch said so */
    Arg *inner = arena_array_of(w->a, nin + 1, Arg), *result = arena_array_of(w->a, nout + 1, Arg);
    Arg condition = in_arena(at + CONDITION);
    inner[0] = in_arena(at + COUNTER);
    inner[1] = condition;
    for (uint32_t i = 2; i < nin; i++) inner[i] = i < 2 + carried ? out[i - 2] : in[i];
    for (uint32_t i = 0; i < nout; i++) result[i] = in_arena(at + p.result[i]);
    copy_step(w, condition, in[1], 1, false);
    for (uint32_t i = 0; i < carried; i++) copy_step(w, out[i], in[2 + i], value_bytes(g, g->output.at[1 + i]), false);
    for (uint32_t i = carried; !attr->whole && i < node->nout; i++)
        clear_step(w, out[i], value_bytes(g, g->output.at[1 + i]) * attr->trips);
    bool given = node_in(node, 0) != NO_VALUE;
    ProgramStep *loop = add_step(w, CALL_loop, given ? 3 : 2);
    loop->arg[0] = inner[0];
    loop->arg[1] = condition;
    if (given) loop->arg[2] = in[0];
    loop->trips = attr->trips;
    loop->limited = attr->limited;
    add_block(w, body, inner, result, at + p.body);
    copy_step(w, condition, result[0], 1, false);
    for (uint32_t i = 1; i < nout; i++)
        copy_step(w, out[i - 1], result[i], value_bytes(g, g->output.at[i]), i > carried);
    add_step(w, CALL_end, 0);
}

void control_steps(Arena *a, const Graph *g, NodeId n, const Block *sub, const Arg *in, const Arg *out, int64_t at,
                   Steps *to) {
    Writer w = {a, n, to};
    if (g->node.at[n].op == OP_If)
        if_steps(&w, sub, in, out, at);
    else
        loop_steps(&w, &g->node.at[n], &sub[0], in, out, at);
}
