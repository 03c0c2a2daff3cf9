/* Shapes of trees, label encoders and distances. The tables of trees are constants: they are checked here, so that no
 * walk leaves them. */
#include "op/shape.h"
#include <inttypes.h>

/* Operand i is a constant of this rank; NULL with a diagnostic. */
static const Tensor *table(Graph *g, NodeId n, unsigned i, int rank, bool ints) {
    ValueId v = node_in(&g->node.at[n], i);
    const Tensor *t = value_data(g, v);
    if (!t || !t->data || t->shape.rank != rank || (ints ? !dtype_is_int(t->dtype) : !dtype_is_float(t->dtype))) {
        SHAPE_ERROR(NULL, "%s: want a constant of %s, rank %d", operand_text(g, n, i), ints ? "integers" : "floats",
                    rank);
        return NULL;
    }
    return t;
}

static bool length(Graph *g, NodeId n, unsigned i, int64_t want, const Tensor *t) {
    return t->shape.dim[0] == want ||
           SHAPE_ERROR(NULL, "%s: want %" PRId64 " entries, one a node", operand_text(g, n, i), want);
}

/* Every entry lies in [0, end). */
static bool inside(Graph *g, NodeId n, unsigned i, const Tensor *t, int64_t end) {
    int64_t count = shape_count(&t->shape);
    for (int64_t k = 0; k < count; k++) {
        int64_t v = tensor_int(t, k);
        if (v < 0 || v >= end)
            return SHAPE_ERROR(NULL, "%s: entry %" PRId64 " is %" PRId64 ", want 0 to %" PRId64, operand_text(g, n, i),
                               k, v, end - 1);
    }
    return true;
}

SHAPE_FN(tree_ensemble) {
    Operand x;
    const Attr_TreeEnsemble *a = SHAPE_ATTR(TreeEnsemble);
    if (!shape_operand(g, n, 0, &x)) return false;
    if ((x.type != DT_f32 && x.type != DT_f64) || x.shape.rank != 2 || !dim_known(x.shape.dim[1]))
        return SHAPE_ERROR(NULL, "%s: want f32 or f64 of rank 2 with a known number of features",
                           operand_text(g, n, 0));
    if (!shape_within(g, n, "n_targets", a->n_targets, 1, INT32_MAX) ||
        !shape_within(g, n, "depth", a->depth, 0, INT32_MAX) ||
        !shape_choice(g, n, "mode", a->mode, "LEQ|LT|GTE|GT|EQ|NEQ") ||
        !shape_choice(g, n, "aggregate_function", a->aggregate_function, "SUM|MIN|MAX"))
        return false;
    const Tensor *roots = table(g, n, 1, 1, true), *features = table(g, n, 2, 1, true),
                 *values = table(g, n, 3, 1, false), *yes = table(g, n, 4, 1, true), *no = table(g, n, 5, 1, true),
                 *weights = table(g, n, 6, 2, false);
    if (!roots || !features || !values || !yes || !no || !weights) return false;
    int64_t nodes = features->shape.dim[0], leaves = weights->shape.dim[0], places = nodes + leaves;
    if (roots->shape.dim[0] < 1 || nodes < 1 || leaves < 1 || weights->shape.dim[1] < 1 || places > INT32_MAX)
        return SHAPE_ERROR(
            NULL, "there are %" PRId64 " trees, %" PRId64 " nodes, %" PRId64 " leaves, want at least one of each",
            roots->shape.dim[0], nodes, leaves);
    if (!length(g, n, 3, nodes, values) || !length(g, n, 4, nodes, yes) || !length(g, n, 5, nodes, no) ||
        !inside(g, n, 1, roots, places) || !inside(g, n, 2, features, x.shape.dim[1]) ||
        !inside(g, n, 4, yes, places) || !inside(g, n, 5, no, places))
        return false;
    if (node_in(&g->node.at[n], 7) != NO_VALUE) {
        const Tensor *targets = table(g, n, 7, 2, true);
        if (!targets || !inside(g, n, 7, targets, a->n_targets)) return false;
        if (!shape_equal(&targets->shape, &weights->shape))
            return SHAPE_ERROR(NULL, "%s: want a target for each weight", operand_text(g, n, 7));
    } else if (weights->shape.dim[1] != a->n_targets) {
        return SHAPE_ERROR("n_targets", "got %" PRId64 ", a leaf has %" PRId64 " weights", a->n_targets,
                           weights->shape.dim[1]);
    }
    for (unsigned i = 8; i < 10; i++) {
        if (node_in(&g->node.at[n], i) == NO_VALUE) continue;
        const Tensor *t = table(g, n, i, 1, true);
        if (!t || !length(g, n, i, nodes, t) || !inside(g, n, i, t, i == 8 ? 6 : 2)) return false;
    }
    return shape_set(g, n, 0, x.type, &(Shape){.rank = 2, .dim = {x.shape.dim[0], a->n_targets}});
}

SHAPE_FN(label_encoder) {
    Operand x, keys, values;
    if (!shape_operand(g, n, 0, &x) || !shape_operand(g, n, 1, &keys) || !shape_operand(g, n, 2, &values)) return false;
    if (!shape_same_types(g, n, 0, 1)) return false;
    if (keys.shape.rank != 1 || values.shape.rank != 1 || !shape_known(&keys.shape) || !shape_known(&values.shape) ||
        keys.shape.dim[0] < 1 || keys.shape.dim[0] >= INT32_MAX || values.shape.dim[0] != keys.shape.dim[0] + 1)
        return SHAPE_ERROR(NULL, "%s: want one entry more than %s", operand_text(g, n, 2), operand_text(g, n, 1));
    return shape_set(g, n, 0, values.type, &x.shape);
}

SHAPE_FN(squared_distance) {
    Operand a, b;
    if (!shape_operand(g, n, 0, &a) || !shape_operand(g, n, 1, &b) || !shape_same_types(g, n, 0, 1)) return false;
    if (a.shape.rank != 2 || b.shape.rank != 2 || dims_clash(g, a.shape.dim[1], b.shape.dim[1]))
        return SHAPE_ERROR(NULL, "%s and %s: want matrices with rows of one length", operand_text(g, n, 0),
                           operand_text(g, n, 1));
    return shape_set(g, n, 0, a.type, &(Shape){.rank = 2, .dim = {a.shape.dim[0], b.shape.dim[0]}});
}

SHAPE_FN(pairwise_coupling) {
    Operand r;
    if (!shape_operand(g, n, 0, &r)) return false;
    if (!dtype_is_float(r.type) || r.shape.rank != 3 || !dim_known(r.shape.dim[1]) || r.shape.dim[1] < 2 ||
        r.shape.dim[1] > 10000 || r.shape.dim[2] != r.shape.dim[1])
        return SHAPE_ERROR(NULL, "%s: want floats [rows, classes, classes], 2 classes or more", operand_text(g, n, 0));
    return shape_set(g, n, 0, r.type, &(Shape){.rank = 2, .dim = {r.shape.dim[0], r.shape.dim[1]}});
}
