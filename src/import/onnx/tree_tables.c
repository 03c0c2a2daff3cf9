/* Forests -> tables. */
#include "import/onnx/tree.h"

enum { MOST_WEIGHTS = 1 << 28 };

/* The most nodes on a way from a root; -1 when nodes follow each other in a circle. */
static int64_t depth_of(OnnxNode *n, const Forest *f) {
    uint32_t count = f->node.n, done = 0, last = 0;
    Arena *tmp = n->r->tmp;
    uint32_t *waits = arena_array_of(tmp, count + 1, uint32_t), *order = arena_array_of(tmp, count + 1, uint32_t);
    int64_t *depth = arena_array_of(tmp, count + 1, int64_t), most = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (f->node.at[i].yes >= 0) waits[f->node.at[i].yes]++;
        if (f->node.at[i].no >= 0) waits[f->node.at[i].no]++;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!waits[i]) order[last++] = i;
    for (; done < last; done++) {
        const TreeNode *x = &f->node.at[order[done]];
        int64_t here = ++depth[order[done]], next[2] = {x->yes, x->no};
        if (here > most) most = here;
        for (int k = 0; k < 2; k++) {
            if (next[k] < 0) continue;
            if (depth[next[k]] < here) depth[next[k]] = here;
            if (!--waits[next[k]]) order[last++] = (uint32_t)next[k];
        }
    }
    return done == count ? most : -1;
}

static DType int_type(int64_t most) {
    return most <= UINT8_MAX ? DT_u8 : most <= UINT16_MAX ? DT_u16 : DT_i32;
}

/* One column of the nodes as a table. */
typedef int64_t Column(const Forest *f, uint32_t i);
static int64_t place(const Forest *f, int64_t p) {
    return p < 0 ? (int64_t)f->node.n + ~p : p;
}
static int64_t column_feature(const Forest *f, uint32_t i) {
    return f->node.at[i].feature;
}
static int64_t column_yes(const Forest *f, uint32_t i) {
    return place(f, f->node.at[i].yes);
}
static int64_t column_no(const Forest *f, uint32_t i) {
    return place(f, f->node.at[i].no);
}
static int64_t column_mode(const Forest *f, uint32_t i) {
    return f->node.at[i].mode;
}
static int64_t column_missing(const Forest *f, uint32_t i) {
    return f->node.at[i].missing;
}
static int64_t column_root(const Forest *f, uint32_t i) {
    return place(f, f->root.at[i]);
}

static ValueId column(OnnxNode *n, const Forest *f, uint32_t count, Column *get) {
    int64_t dim = count, most = 0;
    for (uint32_t i = 0; i < count; i++)
        if (get(f, i) > most) most = get(f, i);
    Tensor *t = ox_tensor(n, int_type(most), 1, &dim);
    for (uint32_t i = 0; t->data && i < count; i++) tensor_set_int(t, i, get(f, i));
    return ox_constant(n, t);
}

/* Doubles only where floats would not do. */
static DType float_type(DType x, int64_t count, const double *at) {
    for (int64_t i = 0; x == DT_f64 && i < count; i++)
        if (at[i] == at[i] && (double)(float)at[i] != at[i]) return DT_f64;
    return DT_f32;
}

static ValueId thresholds(OnnxNode *n, const Forest *f, DType x) {
    double *at = arena_array_of(n->r->tmp, f->node.n, double);
    for (uint32_t i = 0; i < f->node.n; i++) at[i] = f->node.at[i].value;
    return ml_list(n, float_type(x, f->node.n, at), f->node.n, at);
}

static double joined(const Forest *f, double a, double b) {
    if (!strcmp(f->aggregate, "MIN")) return a < b ? a : b;
    if (!strcmp(f->aggregate, "MAX")) return a > b ? a : b;
    return a + b;
}

/* Weights of the leaves, `entries` each; targets stays empty where every leaf has one for every target. */
static bool leaf_tables(OnnxNode *n, const Forest *f, DType x, ValueId *weights, ValueId *targets) {
    uint32_t *used = arena_array_of(n->r->tmp, f->leaves, uint32_t);
    int64_t entries = 1;
    for (uint32_t i = 0; i < f->weight.n; i++)
        if (++used[f->weight.at[i].leaf] > entries) entries = used[f->weight.at[i].leaf];
    bool dense = f->targets <= 2 * entries;
    if (dense) entries = f->targets;
    if (f->leaves > MOST_WEIGHTS / entries)
        return ox_error(n, NULL, NULL, "%lld leaves with up to %lld weights each are too many", (long long)f->leaves,
                        (long long)entries);
    bool sum = !strcmp(f->aggregate, "SUM");
    double neutral = combine_neutral(sum ? COMBINE_sum : !strcmp(f->aggregate, "MIN") ? COMBINE_min : COMBINE_max, x);
    int64_t count = f->leaves * entries, dim[2] = {f->leaves, entries};
    double *w = arena_array_of(n->r->tmp, count, double);
    for (int64_t i = 0; i < count; i++) w[i] = neutral;
    Tensor *to = dense ? NULL : ox_tensor(n, int_type(f->targets), 2, dim);
    memset(used, 0, (size_t)f->leaves * sizeof *used);
    for (uint32_t i = 0; i < f->weight.n; i++) {
        const TreeWeight *v = &f->weight.at[i];
        int64_t at = v->leaf * entries + (dense ? v->target : used[v->leaf]++);
        w[at] = dense ? joined(f, w[at], v->weight) : v->weight;
        if (to) tensor_set_int(to, at, v->target);
    }
    *weights = ml_table(n, float_type(x, count, w), f->leaves, entries, w);
    *targets = to ? ox_constant(n, to) : NO_VALUE;
    return !n->bad;
}

static bool check(OnnxNode *n, const Forest *f, int64_t features) {
    if (!f->root.n) return ox_error(n, NULL, NULL, "there are no trees");
    if (f->targets < 1 || f->targets > INT32_MAX)
        return ox_error(n, "n_targets", NULL, "%lld is out of range", (long long)f->targets);
    for (uint32_t i = 0; i < f->node.n; i++)
        if (f->node.at[i].feature < 0 || f->node.at[i].feature >= features)
            return ox_error(n, "nodes_featureids", NULL, "%lld at entry %u: there are %lld features",
                            (long long)f->node.at[i].feature, i, (long long)features);
    for (uint32_t i = 0; i < f->weight.n; i++)
        if (f->weight.at[i].target < 0 || f->weight.at[i].target >= f->targets)
            return ox_error(n, NULL, NULL, "weight %u is for target %lld of %lld", i, (long long)f->weight.at[i].target,
                            (long long)f->targets);
    return true;
}

ValueId tree_emit(OnnxNode *n, ValueId x, Forest *f) {
    static const char *const names[] = {"LEQ", "LT", "GTE", "GT", "EQ", "NEQ"};
    int64_t features;
    Arena *tmp = n->r->tmp;
    if (!ml_features(n, x, &features)) return NO_VALUE;
    bool average = !strcmp(f->aggregate, "AVERAGE");
    if (average) f->aggregate = "SUM";
    if (!f->leaves) f->leaves = 1;
    if (!f->node.n)
        vec_push(tmp, &f->node, ((TreeNode){.yes = ~INT64_C(0), .no = ~INT64_C(0)})); /* a table has an entry */
    if (!check(n, f, features)) return NO_VALUE;
    Attr_TreeEnsemble *a = ox_new(n, OP_TreeEnsemble);
    a->n_targets = f->targets;
    a->aggregate_function = f->aggregate;
    a->depth = depth_of(n, f);
    if (a->depth < 0) {
        ox_error(n, "nodes_truenodeids", NULL, "nodes follow each other in a circle");
        return NO_VALUE;
    }
    bool same = true, missing = false;
    for (uint32_t i = 0; i < f->node.n; i++) {
        same = same && f->node.at[i].mode == f->node.at[0].mode;
        missing = missing || f->node.at[i].missing;
    }
    a->mode = names[same ? f->node.at[0].mode : 0];
    ValueId in[10] = {x,
                      column(n, f, f->root.n, column_root),
                      column(n, f, f->node.n, column_feature),
                      thresholds(n, f, ox_dtype(n, x)),
                      column(n, f, f->node.n, column_yes),
                      column(n, f, f->node.n, column_no)};
    in[8] = same ? NO_VALUE : column(n, f, f->node.n, column_mode);
    in[9] = missing ? column(n, f, f->node.n, column_missing) : NO_VALUE;
    if (!leaf_tables(n, f, ox_dtype(n, x), &in[6], &in[7])) return NO_VALUE;
    ValueId y = ox_make(n, OP_TreeEnsemble, 10, in, a);
    return average ? ox_make2(n, OP_Div, y, ml_number(n, y, f->root.n)) : y;
}
