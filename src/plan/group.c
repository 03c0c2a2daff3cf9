/* Fusion: which nodes share a kernel. Greedy in topological order; a group is a tree with one result. */
#include "plan/kernel.h"

#define MAX_GROUP 40

/* What a node looks like to its neighbours. */
typedef struct {
    bool plain;    /* the result is stored once a point by its own axes: can be taken into a consumer */
    bool reduces;
    bool moves;    /* data movement: its value is an operand's element, at other indices */
    bool pointwise;
} Kind;

typedef struct {
    Graph *g;
    Kind *kind;        /* one a node */
    uint32_t *group;   /* union-find over nodes: parent */
    uint32_t *size;    /* of a group, at its representative */
    bool *heavy;       /* the group holds a reduction or several stages, at its representative */
    bool *computes;    /* the group does more than move data, at its representative */
    NodeId *root;      /* result node, at the representative */
    Uses uses;
} Grouping;

static uint32_t find(uint32_t *parent, uint32_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
}

static Kind kind_of(const Graph *g, NodeId id) {
    const Node *n = &g->node.at[id];
    const OpInfo *op = &op_info[n->op];
    Kind k = {0};
    switch (op->cls) {
    case CLASS_elementwise: k.plain = k.pointwise = true; break;
    case CLASS_contract:
        k.plain = true;
        k.reduces = n->op != OP_BatchNormalization && n->op != OP_QuantizeLinear && n->op != OP_DequantizeLinear;
        k.pointwise = !k.reduces;
        break;
    case CLASS_normalise:
        k.plain = n->nout == 1 || (node_out(n, 1) == NO_VALUE && node_out(n, 2) == NO_VALUE);
        k.reduces = true;
        break;
    case CLASS_move:
        k.plain = k.moves = n->op != OP_Split && n->op != OP_Concat && n->op != OP_Pad;
        break;
    default: break;
    }
    return k;
}

static bool is_view_only(const Graph *g, NodeId n) { return g->node.at[n].op == OP_Reshape || (node_views(g, n, (View[64]){{0}}, 64) > 0); }

/* One consumer node, not a graph output. */
static bool single_use(const Grouping *c, ValueId v, NodeId user) {
    if (c->g->value.at[v].is_output) return false;
    for (uint32_t i = c->uses.first[v]; i < c->uses.first[v + 1]; i++)
        if (c->uses.user[i] != user) return false;
    return true;
}

/* Does consumer c read each element of v at most once, in its own order? */
static bool same_points(const Graph *g, NodeId c, ValueId v) {
    return shape_equal(value_shape(g, v), value_shape(g, g->node.at[c].out[0]));
}

/* Reads every element of v at most once (so that computing it there costs nothing). */
static bool reads_once(const Graph *g, NodeId c, ValueId v) {
    const Node *n = &g->node.at[c];
    switch (n->op) {
    case OP_Transpose: case OP_Slice: case OP_Pad: return true;
    case OP_ReduceSum: case OP_ReduceMean: case OP_ReduceMax: case OP_ReduceMin: case OP_ReduceProd: case OP_ReduceL1:
    case OP_ReduceL2: case OP_ReduceSumSquare: case OP_ReduceLogSum: return true;
    default: return op_info[n->op].cls == CLASS_elementwise && same_points(g, c, v);
    }
}

static bool may_join(const Grouping *c, NodeId p, NodeId user, ValueId v) {
    const Graph *g = c->g;
    Kind kp = c->kind[p], ku = c->kind[user];
    uint32_t gp = find(c->group, p), gu = find(c->group, user);
    if (!kp.plain || c->root[gp] != p || !single_use(c, v, user)) return false;
    if (c->size[gp] + c->size[gu] > MAX_GROUP || is_view_only(g, p)) return false;
    if (op_info[g->node.at[user].op].cls == CLASS_control) return false;
    if (op_info[g->node.at[user].op].cls == CLASS_general) return false;
    if (g->node.at[user].op == OP_Concat || g->node.at[user].op == OP_Split) return false;
    if (g->node.at[p].op == OP_Cast && value_data(g, g->node.at[p].in[0]) && dtype_is_coded(value_data(g, g->node.at[p].in[0])->dtype))
        return true; /* weights that are widened where they are read */
    if (c->heavy[gp]) /* its result once a point, in order: only element-wise work behind it */
        return !c->heavy[gu] && ku.pointwise && same_points(g, user, v);
    if (kp.moves && ku.reduces && value_data(g, g->node.at[p].in[0])) return false; /* a constant too large to fold: made once */
    if (kp.moves && !c->computes[gp]) /* only indices change; the tables of Gather and Expand may be read often */
        return ku.pointwise || ku.moves || g->node.at[user].op == OP_MatMul || g->node.at[user].op == OP_Gemm ||
               g->node.at[user].op == OP_Attention ||
               reads_once(g, user, v);
    return reads_once(g, user, v);
}

static void join(Grouping *c, NodeId p, NodeId user) {
    uint32_t gp = find(c->group, p), gu = find(c->group, user);
    c->group[gp] = gu;
    c->size[gu] += c->size[gp];
    c->heavy[gu] |= c->heavy[gp];
    c->computes[gu] |= c->computes[gp];
    c->root[gu] = user;
}

uint32_t group_nodes(Graph *g, Arena *tmp) {
    uint32_t n = g->node.n, groups = 0;
    Grouping c = {g, arena_array_of(tmp, n, Kind), arena_array_of(tmp, n, uint32_t), arena_array_of(tmp, n, uint32_t),
                  arena_array_of(tmp, n, bool), arena_array_of(tmp, n, bool), arena_array_of(tmp, n, NodeId), graph_uses(g, tmp)};
    for (uint32_t i = 0; i < n; i++) {
        c.kind[i] = kind_of(g, i);
        c.group[i] = i;
        c.size[i] = 1;
        c.heavy[i] = c.kind[i].reduces || op_info[g->node.at[i].op].cls == CLASS_general;
        c.computes[i] = !c.kind[i].moves;
        c.root[i] = i;
    }
    for (NodeId u = 0; u < n; u++) {
        if (is_view_only(g, u)) continue;
        /* later producers first: the residual that is ready earlier stays outside */
        for (int round = 0; round < g->node.at[u].nin; round++) {
            NodeId best = NO_NODE;
            ValueId via = NO_VALUE;
            for (unsigned i = 0; i < g->node.at[u].nin; i++) {
                ValueId v = g->node.at[u].in[i];
                NodeId p = v == NO_VALUE ? NO_NODE : g->value.at[v].producer;
                if (p == NO_NODE || find(c.group, p) == find(c.group, u) || !may_join(&c, p, u, v)) continue;
                if (best == NO_NODE || (c.heavy[find(c.group, p)] && !c.heavy[find(c.group, best)]) ||
                    (c.heavy[find(c.group, p)] == c.heavy[find(c.group, best)] && p > best)) {
                    best = p;
                    via = v;
                }
            }
            if (via == NO_VALUE) break;
            join(&c, best, u);
        }
    }
    uint32_t *number = arena_array_of(tmp, n, uint32_t);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t r = find(c.group, i);
        if (!number[r]) number[r] = ++groups;
        g->node.at[i].group = number[r];
    }
    return groups;
}
