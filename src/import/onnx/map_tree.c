/* Forests: TreeEnsemble, and the older TreeEnsembleRegressor and TreeEnsembleClassifier, whose nodes are named by their
 * tree and a number in it. */
#include "import/onnx/tree.h"
#include <math.h>
#include <stdlib.h>

/* ---- nodes by tree and number ---- */

typedef struct {
    int64_t tree, number;
    uint32_t at; /* entry of the lists */
} Key;

typedef struct {
    OnnxNode *n;
    uint32_t count;
    Ints tree, number, feature, yes, no, missing;
    MlFloats value;
    Key *key;       /* sorted */
    int64_t *place; /* of each entry */
} Lists;

static int by_key(const void *a, const void *b) {
    const Key *x = a, *y = b;
    if (x->tree != y->tree) return x->tree < y->tree ? -1 : 1;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

/* The entry of a node, or -1. */
static int64_t find(const Lists *l, int64_t tree, int64_t number) {
    uint32_t lo = 0, hi = l->count;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const Key *k = &l->key[mid];
        if (k->tree < tree || (k->tree == tree && k->number < number))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < l->count && l->key[lo].tree == tree && l->key[lo].number == number ? (int64_t)l->key[lo].at : -1;
}

static bool ints_of(OnnxNode *n, const char *attr, uint32_t count, bool needed, Ints *out) {
    if (!ox_ints(n, attr, out) || (!needed && !out->n))
        return !n->bad && (!needed || ox_error(n, attr, NULL, "the attribute is missing"));
    return out->n == count || ox_error(n, attr, NULL, "has %u entries, %u are needed", out->n, count);
}

static bool read_lists(Lists *l) {
    OnnxNode *n = l->n;
    if (!ox_ints(n, "nodes_treeids", &l->tree) || !l->tree.n)
        return !n->bad && ox_error(n, "nodes_treeids", NULL, "the attribute is missing");
    uint32_t count = l->count = l->tree.n;
    if (count >= INT32_MAX) return ox_error(n, "nodes_treeids", NULL, "is too long");
    if (!ints_of(n, "nodes_nodeids", count, true, &l->number) ||
        !ints_of(n, "nodes_featureids", count, true, &l->feature) ||
        !ints_of(n, "nodes_truenodeids", count, true, &l->yes) ||
        !ints_of(n, "nodes_falsenodeids", count, true, &l->no) ||
        !ints_of(n, "nodes_missing_value_tracks_true", count, false, &l->missing))
        return false;
    if (!ml_floats(n, "nodes_values", "nodes_values_as_tensor", &l->value) || l->value.n != count)
        return !n->bad && ox_error(n, "nodes_values", NULL, "has %u entries, %u are needed", l->value.n, count);
    l->key = arena_array_of(n->r->tmp, count, Key);
    l->place = arena_array_of(n->r->tmp, count, int64_t);
    for (uint32_t i = 0; i < count; i++) l->key[i] = (Key){l->tree.at[i], l->number.at[i], i};
    qsort(l->key, count, sizeof *l->key, by_key);
    for (uint32_t i = 1; i < count; i++)
        if (l->key[i].tree == l->key[i - 1].tree && l->key[i].number == l->key[i - 1].number)
            return ox_error(n, "nodes_nodeids", NULL, "tree %lld has two nodes %lld", (long long)l->key[i].tree,
                            (long long)l->key[i].number);
    return true;
}

/* Places of all entries; nodes of the forest without their successors. */
static bool read_modes(Lists *l, Forest *f) {
    static const char *const names[] = {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                                        "BRANCH_GT",  "BRANCH_EQ", "BRANCH_NEQ"};
    OnnxNode *n = l->n;
    const AttributeProto *modes = ml_strings(n, "nodes_modes");
    if (!modes || modes->n_strings != l->count)
        return ox_error(n, "nodes_modes", NULL, "has %zu entries, %u are needed", modes ? modes->n_strings : 0,
                        l->count);
    for (uint32_t i = 0; i < l->count; i++) {
        const ProtobufCBinaryData *s = &modes->strings[i];
        int m = 0;
        if (s->len == 4 && !memcmp(s->data, "LEAF", 4)) {
            l->place[i] = ~f->leaves++;
            continue;
        }
        while (m < 6 && (s->len != strlen(names[m]) || memcmp(s->data, names[m], s->len))) m++;
        if (m == 6)
            return ox_error(n, "nodes_modes", NULL, "\"%.*s\" is no mode", (int)(s->len > 40 ? 40 : s->len),
                            (const char *)s->data);
        l->place[i] = f->node.n;
        TreeNode x = {.feature = l->feature.at[i],
                      .value = l->value.at[i],
                      .mode = (uint8_t)m,
                      .missing = l->missing.n && l->missing.at[i]};
        vec_push(n->r->tmp, &f->node, x);
    }
    return true;
}

/* The entry listed first is a tree's root. */
static void read_roots(const Lists *l, Forest *f) {
    bool *root = arena_array_of(l->n->r->tmp, l->count, bool);
    for (uint32_t i = 0, first; i < l->count;) {
        int64_t tree = l->key[i].tree;
        for (first = l->key[i].at; i < l->count && l->key[i].tree == tree; i++)
            if (l->key[i].at < first) first = l->key[i].at;
        root[first] = true;
    }
    for (uint32_t i = 0; i < l->count; i++)
        if (root[i]) vec_push(l->n->r->tmp, &f->root, l->place[i]);
}

static bool read_nodes(Lists *l, Forest *f) {
    OnnxNode *n = l->n;
    if (!read_lists(l) || !read_modes(l, f)) return false;
    for (uint32_t i = 0; i < l->count; i++) {
        if (l->place[i] < 0) continue;
        int64_t next[2] = {l->yes.at[i], l->no.at[i]};
        for (int k = 0; k < 2; k++) {
            int64_t to = find(l, l->tree.at[i], next[k]);
            if (to < 0)
                return ox_error(n, k ? "nodes_falsenodeids" : "nodes_truenodeids", NULL, "tree %lld has no node %lld",
                                (long long)l->tree.at[i], (long long)next[k]);
            next[k] = l->place[to];
        }
        f->node.at[l->place[i]].yes = next[0];
        f->node.at[l->place[i]].no = next[1];
    }
    read_roots(l, f);
    return true;
}

/* Attributes PREFIX_treeids, _nodeids, _ids and _weights. */
static bool read_weights(const Lists *l, Forest *f, const char *prefix) {
    OnnxNode *n = l->n;
    Arena *a = n->r->tmp;
    const char *ids = arena_printf(a, "%s_ids", prefix), *weights = arena_printf(a, "%s_weights", prefix);
    Ints tree, number, target;
    MlFloats w;
    if (!ox_ints(n, ids, &target)) return !n->bad && ox_error(n, ids, NULL, "the attribute is missing");
    if (!ints_of(n, arena_printf(a, "%s_treeids", prefix), target.n, true, &tree) ||
        !ints_of(n, arena_printf(a, "%s_nodeids", prefix), target.n, true, &number))
        return false;
    if (!ml_floats(n, weights, arena_printf(a, "%s_as_tensor", weights), &w) || w.n != target.n)
        return !n->bad && ox_error(n, weights, NULL, "has %u entries, %u are needed", w.n, target.n);
    for (uint32_t i = 0; i < target.n; i++) {
        int64_t at = find(l, tree.at[i], number.at[i]);
        if (at < 0)
            return ox_error(n, ids, NULL, "tree %lld has no node %lld", (long long)tree.at[i], (long long)number.at[i]);
        if (l->place[at] < 0) vec_push(a, &f->weight, ((TreeWeight){~l->place[at], target.at[i], w.at[i]}));
    }
    return true;
}

/* ---- base values ---- */

static ValueId add_base(OnnxNode *n, ValueId y, int64_t columns) {
    MlFloats base;
    if (n->bad || !ml_floats(n, "base_values", "base_values_as_tensor", &base) || !base.n) return y;
    if (base.n != 1 && base.n != columns) {
        ox_error(n, "base_values", NULL, "has %u entries for %lld targets", base.n, (long long)columns);
        return NO_VALUE;
    }
    return ox_make2(n, OP_Add, y, ml_list(n, ox_dtype(n, y), base.n, base.at));
}

bool map_tree_regressor(OnnxNode *n) {
    Post post;
    Forest f = {.aggregate = ox_string(n, "aggregate_function", "SUM"), .targets = ox_int(n, "n_targets", 1)};
    Lists l = {.n = n};
    if (!ml_post(n, &post) || !read_nodes(&l, &f) || !read_weights(&l, &f, "target")) return false;
    if (!ox_one_of(n, "aggregate_function", f.aggregate, (const char *const[]){"SUM", "AVERAGE", "MIN", "MAX", NULL}))
        return false;
    ValueId y = add_base(n, tree_emit(n, ml_matrix(n), &f), f.targets);
    return ml_emit_float(n, 0, ml_transform(n, ox_cast(n, y, DT_f32), post));
}

/* ---- classifier ---- */

/* Weights of a single class of two, or one class: a score is that of the positive class, which wins above a half where
 * all weights are positive, and above 0 otherwise. */
static bool emit_binary(OnnxNode *n, ValueId s, const MlLabels *labels, Post post, bool mixed) {
    static const MlLabels truth = {0, NULL};
    bool two = labels->n == 2;
    ValueId index = ml_above(n, s, two && !mixed ? 0.5 : 0);
    return ml_emit_label(n, index, two ? labels : &truth) &&
           ml_emit_float(n, 1, two ? ml_two_columns(n, s, post, mixed) : ml_transform(n, s, post));
}

bool map_tree_classifier(OnnxNode *n) {
    Post post;
    MlLabels labels;
    Forest f = {.aggregate = "SUM"};
    Lists l = {.n = n};
    if (!ml_post(n, &post) || !ml_labels(n, "classlabels_int64s", &labels)) return false;
    if (!labels.n) return ox_error(n, "classlabels_int64s", NULL, "the attribute is missing");
    if (!read_nodes(&l, &f) || !read_weights(&l, &f, "class")) return false;
    bool mixed = false, single = f.weight.n > 0;
    for (uint32_t i = 0; i < f.weight.n; i++) {
        mixed = mixed || f.weight.at[i].weight < 0;
        single = single && f.weight.at[i].target == f.weight.at[0].target;
    }
    f.targets = labels.n;
    bool binary = labels.n == 1 || (labels.n == 2 && single && f.weight.at[0].target == 0);
    if (binary) f.targets = 1;
    ValueId s = ox_cast(n, add_base(n, tree_emit(n, ml_matrix(n), &f), f.targets), DT_f32);
    if (n->bad) return false;
    if (binary) return emit_binary(n, s, &labels, post, mixed);
    ValueId index;
    if (labels.n == 2 && single) /* the second class alone has a score */
        index = ml_above(n, ox_part(n, s, 1, 1, 1), mixed ? 0 : 0.5);
    else
        index = ml_largest(n, s);
    return ml_emit_label(n, index, &labels) && ml_emit_float(n, 1, ml_transform(n, s, post));
}

/* ---- TreeEnsemble: nodes by their positions ---- */

typedef struct {
    OnnxNode *n;
    uint32_t count;
    Ints root, feature, yes, no, yes_leaf, no_leaf, missing, target;
    const Tensor *mode, *split, *weight, *member;
    int64_t next_member;
} Arrays;

static const Tensor *tensor_of(OnnxNode *n, const char *attr, int64_t count) {
    const Tensor *t = ml_tensor(n, attr);
    if (n->bad) return NULL;
    if (!t || shape_count(&t->shape) != count) {
        ox_error(n, attr, NULL, "has %lld entries, %lld are needed", t ? (long long)shape_count(&t->shape) : 0,
                 (long long)count);
        return NULL;
    }
    return t;
}

static bool read_arrays(Arrays *r) {
    OnnxNode *n = r->n;
    if (!ox_ints(n, "nodes_featureids", &r->feature) || !r->feature.n)
        return !n->bad && ox_error(n, "nodes_featureids", NULL, "the attribute is missing");
    uint32_t count = r->count = r->feature.n;
    if (!ox_ints(n, "tree_roots", &r->root) || !ox_ints(n, "leaf_targetids", &r->target) || !r->target.n)
        return !n->bad && ox_error(n, r->root.n ? "leaf_targetids" : "tree_roots", NULL, "the attribute is missing");
    if (count >= INT32_MAX || r->target.n >= INT32_MAX) return ox_error(n, "nodes_featureids", NULL, "is too long");
    r->mode = tensor_of(n, "nodes_modes", count);
    r->split = tensor_of(n, "nodes_splits", count);
    r->weight = tensor_of(n, "leaf_weights", r->target.n);
    r->member = ox_find(n, "membership_values") ? ml_tensor(n, "membership_values") : NULL;
    return !n->bad && ints_of(n, "nodes_truenodeids", count, true, &r->yes) &&
           ints_of(n, "nodes_falsenodeids", count, true, &r->no) &&
           ints_of(n, "nodes_trueleafs", count, true, &r->yes_leaf) &&
           ints_of(n, "nodes_falseleafs", count, true, &r->no_leaf) &&
           ints_of(n, "nodes_missing_value_tracks_true", count, false, &r->missing);
}

static bool successor(const Arrays *r, const char *attr, int64_t id, bool leaf, int64_t *place) {
    if (id < 0 || id >= (leaf ? (int64_t)r->target.n : (int64_t)r->count))
        return ox_error(r->n, attr, NULL, "there is no %s %lld", leaf ? "leaf" : "node", (long long)id);
    *place = leaf ? ~id : id;
    return true;
}

/* Membership of a list that ends with NaN: a chain of comparisons, the first in the node itself. */
static bool read_members(Arrays *r, Forest *f, uint32_t at) {
    int64_t count = r->member ? shape_count(&r->member->shape) : 0, k = 0;
    TreeNode x = f->node.at[at];
    int64_t outside = x.no;
    x.mode = MODE_eq;
    x.value = NAN;
    f->node.at[at] = x;
    uint32_t last = at;
    for (;; k++) {
        if (r->next_member >= count)
            return ox_error(r->n, "membership_values", NULL, "has too few lists that end with NaN");
        x.value = tensor_float(r->member, r->next_member++);
        if (x.value != x.value) break;
        if (k) {
            f->node.at[last].no = f->node.n;
            last = f->node.n;
            vec_push(r->n->r->tmp, &f->node, x);
        } else {
            f->node.at[at].value = x.value;
        }
    }
    f->node.at[last].no = outside;
    return true;
}

static bool read_forest(Arrays *r, Forest *f) {
    OnnxNode *n = r->n;
    if (!read_arrays(r)) return false;
    for (uint32_t i = 0; i < r->count; i++) {
        int64_t mode = tensor_int(r->mode, i);
        TreeNode x = {.feature = r->feature.at[i],
                      .value = tensor_float(r->split, i),
                      .mode = (uint8_t)mode,
                      .missing = r->missing.n && r->missing.at[i]};
        if (mode < 0 || mode > MODE_member) return ox_error(n, "nodes_modes", NULL, "%lld is no mode", (long long)mode);
        if (!successor(r, "nodes_truenodeids", r->yes.at[i], r->yes_leaf.at[i] != 0, &x.yes) ||
            !successor(r, "nodes_falsenodeids", r->no.at[i], r->no_leaf.at[i] != 0, &x.no))
            return false;
        vec_push(n->r->tmp, &f->node, x);
    }
    for (uint32_t i = 0; i < r->count; i++)
        if (f->node.at[i].mode == MODE_member && !read_members(r, f, i)) return false;
    for (uint32_t i = 0; i < r->root.n; i++) {
        int64_t root = r->root.at[i];
        if (root < 0 || root >= r->count)
            return ox_error(n, "tree_roots", NULL, "there is no node %lld", (long long)root);
        const TreeNode *x = &f->node.at[root]; /* a tree that is a leaf is a node with that leaf on both sides */
        vec_push(n->r->tmp, &f->root, x->yes < 0 && x->yes == x->no ? x->yes : root);
    }
    f->leaves = r->target.n;
    for (uint32_t i = 0; i < r->target.n; i++)
        vec_push(n->r->tmp, &f->weight, ((TreeWeight){i, r->target.at[i], tensor_float(r->weight, i)}));
    return true;
}

bool map_tree_ensemble(OnnxNode *n) {
    static const char *const aggregates[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    int64_t aggregate = ox_int(n, "aggregate_function", 1), post = ox_int(n, "post_transform", 0);
    if (n->bad) return false;
    if (aggregate < 0 || aggregate > 3)
        return ox_error(n, "aggregate_function", NULL, "%lld is none of 0 to 3", (long long)aggregate);
    if (post < 0 || post >= POST_count)
        return ox_error(n, "post_transform", NULL, "%lld is none of 0 to 4", (long long)post);
    Forest f = {.aggregate = aggregates[aggregate], .targets = ox_int(n, "n_targets", 1)};
    Arrays r = {.n = n};
    if (!read_forest(&r, &f)) return false;
    ValueId y = ml_transform(n, tree_emit(n, ml_matrix(n), &f), (Post)post);
    return ox_emit_value(n, 0, ox_cast(n, y, ox_dtype(n, ox_in(n, 0))));
}
