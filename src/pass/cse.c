/* Equal nodes on equal operands, and equal constants. */
#include "pass/rewrite.h"
#include <string.h>

/* How many of one hash are compared: hashes of constants see a sample of the contents only. */
#define CHAIN 8

typedef struct {
    IdMap first;    /* hash -> id */
    uint32_t *next; /* id -> older id of the same hash */
} Table;

static uint64_t mix(uint64_t h, uint64_t x) { return hash_bytes(&x, sizeof x, h); }

static uint64_t hash_constant(const Value *v) {
    const Tensor *t = v->data;
    uint64_t h = mix(mix((uint64_t)t->dtype, t->bytes), (uint64_t)t->shape.rank);
    size_t part = t->bytes < 256 ? t->bytes : 256;
    for (int i = 0; i < t->shape.rank; i++) h = mix(h, (uint64_t)t->shape.dim[i]);
    if (!part) return h;
    h = hash_bytes(t->data, part, h);
    return hash_bytes((const char *)t->data + (t->bytes - part), part, h);
}

static void constants(Rw *r) {
    Graph *g = r->g;
    Table t = {.next = arena_array_of(r->tmp, g->value.n + 1, uint32_t)};
    for (ValueId v = 0, end = g->value.n; v < end; v++) {
        const Value *value = &g->value.at[v];
        if (!value->data || value->data->dtype == DT_string || value->is_output || value->is_input || !r->uses.at[v])
            continue;
        uint64_t h = hash_constant(value);
        uint32_t head = idmap_get(&t.first, h), at = head, tries = 0;
        while (at != MAP_NONE && tries++ < CHAIN &&
               (!tensor_equal(g->value.at[at].data, value->data) || g->value.at[at].quant != value->quant))
            at = t.next[at];
        if (at == MAP_NONE || tries > CHAIN) {
            t.next[v] = head;
            idmap_set(r->tmp, &t.first, h, v);
        } else {
            rw_alias(r, v, at);
            r->c->hits++;
        }
    }
}

static bool swapped(Rw *r, NodeId n) {
    const Node *node = rw_at(r, n);
    return node->nin == 2 && op_commutes(node->op) && rw_in(r, n, 0) > rw_in(r, n, 1);
}

static uint64_t hash_node(Rw *r, NodeId n) {
    const Node *node = rw_at(r, n);
    uint64_t h = mix(mix((uint64_t)node->op, node->nin), attr_hash(op_info[node->op].attrs, node->attr));
    bool swap = swapped(r, n);
    for (unsigned i = 0; i < node->nin; i++) h = mix(h, rw_in(r, n, swap ? 1 - i : i));
    return h;
}

static bool equal_nodes(Rw *r, NodeId a, NodeId b) {
    const Node *x = rw_at(r, a), *y = rw_at(r, b);
    if (x->op != y->op || x->nin != y->nin || x->nout < y->nout) return false;
    if (!attr_equal(op_info[x->op].attrs, x->attr, y->attr)) return false;
    bool sx = swapped(r, a), sy = swapped(r, b);
    for (unsigned i = 0; i < x->nin; i++)
        if (rw_in(r, a, sx ? 1 - i : i) != rw_in(r, b, sy ? 1 - i : i)) return false;
    for (unsigned j = 0; j < y->nout; j++) {
        if (y->out[j] == NO_VALUE) continue;
        if (x->out[j] == NO_VALUE || !same_type(r->g, x->out[j], y->out[j])) return false;
        if (y->nout > 1 && r->g->value.at[y->out[j]].is_output) return false;
    }
    return true;
}

/* n goes, `twin` stays. */
static bool unite(Rw *r, NodeId twin, NodeId n) {
    if (rw_at(r, n)->nout == 1) return rw_replace(r, n, rw_out(r, twin));
    for (unsigned j = 0; rw_at(r, n)->op != OP_none && j < rw_at(r, n)->nout; j++)
        if (rw_at(r, n)->out[j] != NO_VALUE) rw_replace_output(r, n, j, rw_at(r, twin)->out[j]);
    return true;
}

bool pass_cse(Graph *g, PassContext *c) {
    Rw r = rw_begin(g, c);
    constants(&r);
    Table t = {.next = arena_array_of(c->tmp, g->node.n + 1, uint32_t)};
    for (NodeId n = 0, end = g->node.n; n < end; n++) {
        if (rw_at(&r, n)->op == OP_none || rw_at(&r, n)->nsub) continue;
        uint64_t h = hash_node(&r, n);
        uint32_t head = idmap_get(&t.first, h), at = head, tries = 0;
        while (at != MAP_NONE && tries++ < CHAIN && (rw_at(&r, at)->op == OP_none || !equal_nodes(&r, at, n)))
            at = t.next[at];
        if (at != MAP_NONE && tries <= CHAIN && unite(&r, at, n)) {
            c->hits++;
            continue;
        }
        t.next[n] = head;
        idmap_set(c->tmp, &t.first, h, n);
    }
    return rw_end(&r);
}
