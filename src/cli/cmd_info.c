#include "cli/cmd.h"
#include "cli/model.h"
#include "op/op.h"
#include <stdlib.h>
#include <string.h>

static const CommandInfo info = {
    "info", "MODEL",
    "Tells what a model is made of: inputs and outputs, operators with their work and memory, and all that is not "
    "supported, with the reason (exit status 1 if there is any).",
    "tenon info yunet.onnx --input-shape input=1x3x320x320", CMD_info};

typedef struct {
    const char *name; /* as the model's format calls it */
    uint32_t count;
    int64_t macs, weights, activations; /* multiply-accumulates, bytes, bytes */
    bool unknown;                       /* a dimension is a symbol */
} Row;

typedef struct {
    Arena *arena;
    Vec(Row) row;
    Map by_name;
    bool *counted; /* constants whose bytes are in a row already */
} Table;

static Row *find_row(Table *t, const char *name) {
    uint32_t at = map_get(&t->by_name, name);
    if (at == MAP_NONE) {
        Row fresh = {.name = name};
        at = t->row.n;
        map_set(t->arena, &t->by_name, name, at);
        vec_push(t->arena, &t->row, fresh);
    }
    return &t->row.at[at];
}

static void add_node(Table *t, Graph *g, NodeId n) {
    const Node *node = &g->node.at[n];
    Row *r = find_row(t, node->source && *node->source ? node->source : op_info[node->op].name);
    bool known = true;
    r->count++;
    for (unsigned i = 0; i < node->nin; i++) {
        ValueId v = node->in[i];
        if (v == NO_VALUE) continue;
        const Tensor *data = value_data(g, v);
        if (data && !t->counted[v]) r->weights += (int64_t)data->bytes;
        t->counted[v] |= data != NULL;
        known &= shape_known(&g->value.at[v].shape);
    }
    for (unsigned i = 0; i < node->nout; i++) {
        if (node->out[i] == NO_VALUE) continue;
        const Value *v = &g->value.at[node->out[i]];
        int64_t n_elements = shape_count(&v->shape);
        known &= n_elements >= 0;
        if (n_elements > 0) r->activations += n_elements * dtype_info[v->dtype].bytes;
    }
    r->unknown |= !known;
    if (known) r->macs += node_macs(g, n);
}

static int by_work(const void *a, const void *b) {
    const Row *x = a, *y = b;
    if (x->macs != y->macs) return x->macs < y->macs ? 1 : -1;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return strcmp(x->name, y->name);
}

static void print_row(Arena *a, const Row *r) {
    printf("%-28s %7u %11s%s %11s %12s%s\n", r->name, (unsigned)r->count, count_words(a, (double)r->macs),
           r->unknown ? "+" : " ", bytes_words(a, (double)r->weights), bytes_words(a, (double)r->activations),
           r->unknown ? "+" : "");
}

static void print_values(Arena *a, const Graph *g, const char *kind, const ValueId *v, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        Str name = str_new(a);
        str_add_quoted(&name, g->value.at[v[i]].name);
        printf("%-7s %s %s\n", kind, name.at, type_name(a, g->sym, g->value.at[v[i]].dtype, &g->value.at[v[i]].shape));
    }
}

static void print_table(Cli *c, Graph *g) {
    Table t = {.arena = c->arena, .counted = arena_array_of(c->arena, g->value.n + 1, bool)};
    Row sum = {.name = "all"};
    for (NodeId n = 0; n < g->node.n; n++)
        if (g->node.at[n].op != OP_none) add_node(&t, g, n);
    if (t.row.n) qsort(t.row.at, t.row.n, sizeof *t.row.at, by_work);
    printf("\n%-28s %7s %11s  %11s %12s\n", "operator", "nodes", "MACs", "weights", "activations");
    for (uint32_t i = 0; i < t.row.n; i++) {
        const Row *r = &t.row.at[i];
        print_row(c->arena, r);
        sum.count += r->count;
        sum.macs += r->macs;
        sum.weights += r->weights;
        sum.activations += r->activations;
        sum.unknown |= r->unknown;
    }
    print_row(c->arena, &sum);
    if (sum.unknown) printf("+ and what depends on dynamic dimensions; --input-shape gives them numbers\n");
}

static bool tell(Cli *c) {
    const Options *o = &c->options;
    Model m;
    if (!model_open(&m, c->arena, c->diag, o->model, o) || !model_apply(&m, o)) return false;
    if (o->shape.n && !model_settle(&m, &o->picture, false)) return false;
    Graph *g = model_import(&m, c->arena, c->diag, true, NULL);
    if (!g) return false;
    print_values(c->arena, g, "input", g->input.at, g->input.n);
    print_values(c->arena, g, "output", g->output.at, g->output.n);
    print_table(c, g);
    if (diag_errors(c->diag))
        printf("\n%d problem%s, told on the error output\n", diag_errors(c->diag),
               diag_errors(c->diag) == 1 ? "" : "s");
    return diag_errors(c->diag) == 0;
}

int info_command(int argc, char **argv) {
    Cli c;
    bool ok = cli_begin(&c, &info, argc, argv) && tell(&c);
    return cli_end(&c, ok);
}
