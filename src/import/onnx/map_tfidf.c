/* TfIdfVectorizer: how often each n-gram of a pool occurs in a row, as sums of comparisons. */
#include "import/onnx/ml.h"

typedef struct {
    OnnxNode *n;
    ValueId x; /* [rows, items] */
    Dim rows, items;
    int64_t least, most, skips; /* lengths of n-grams, items left out between two of them */
    Ints first, place;          /* where the n-grams of a length begin in the pool, their coordinates */
    const Tensor *pool;         /* their items, i64 or strings as x */
    int64_t pooled;
    int64_t width;              /* of the result */
} Grams;

enum { MOST_LENGTH = 64, MOST_SKIPS = 1024, MOST_WIDTH = 1 << 24 };

static bool grams_attributes(Grams *g) {
    OnnxNode *n = g->n;
    Ints ints;
    g->least = ox_int(n, "min_gram_length", 0);
    g->most = ox_int(n, "max_gram_length", 0);
    g->skips = ox_int(n, "max_skip_count", 0);
    if (n->bad) return false;
    if (g->least < 1 || g->most < g->least || g->most > MOST_LENGTH)
        return ox_error(n, "max_gram_length", NULL, "n-grams of %lld to %lld items are out of range",
                        (long long)g->least, (long long)g->most);
    if (g->skips < 0 || g->skips > MOST_SKIPS) return ox_error(n, "max_skip_count", NULL, "is out of range");
    const char *pool = ox_dtype(n, g->x) == DT_string ? "pool_strings" : "pool_int64s";
    if (pool[5] == 's')
        g->pool = ox_strings(n, pool);
    else if (ox_ints(n, pool, &ints))
        g->pool = ml_ints(n, &ints);
    if (n->bad || !g->pool || !ox_ints(n, "ngram_counts", &g->first) || !ox_ints(n, "ngram_indexes", &g->place))
        return n->bad ? false : ox_error(n, pool, NULL, "%s, ngram_counts and ngram_indexes are needed", pool);
    g->pooled = g->pool->shape.dim[0];
    for (uint32_t i = 0; i < g->first.n; i++) {
        int64_t end = i + 1 < g->first.n ? g->first.at[i + 1] : g->pooled, from = g->first.at[i];
        if (from < 0 || from > end || end > g->pooled || (end - from) % (i + 1))
            return ox_error(n, "ngram_counts", NULL, "entry %u does not fit a pool of %lld items", i, (long long)g->pooled);
    }
    for (uint32_t i = 0; i < g->place.n; i++) {
        if (g->place.at[i] < 0 || g->place.at[i] >= MOST_WIDTH)
            return ox_error(n, "ngram_indexes", NULL, "%lld is out of range", (long long)g->place.at[i]);
        if (g->place.at[i] >= g->width) g->width = g->place.at[i] + 1;
    }
    return g->width > 0 || ox_error(n, "ngram_indexes", NULL, "is empty");
}

static int64_t group_end(const Grams *g, int64_t length) {
    return length < g->first.n ? g->first.at[length] : g->pooled;
}

/* Item j of each n-gram of a length, as [count, 1]. */
static ValueId items_of(Grams *g, int64_t length, int64_t count, int64_t j) {
    int64_t dims[2] = {count, 1}, from = g->first.at[length - 1];
    Tensor *t = ox_tensor(g->n, ox_dtype(g->n, g->x), 2, dims);
    for (int64_t i = 0; i < count; i++)
        memcpy((int64_t *)(uintptr_t)t->data + i, (const int64_t *)g->pool->data + from + i * length + j, sizeof(int64_t));
    return ox_constant(g->n, t);
}

/* [rows, count]: how often each n-gram of the length occurs with its items `apart` from each other. */
static ValueId occurrences(Grams *g, int64_t length, int64_t count, int64_t apart, int64_t windows) {
    OnnxNode *n = g->n;
    ValueId all = NO_VALUE;
    Shape window = {.rank = 3, .dim = {g->rows, 1, windows}};
    for (int64_t j = 0; j < length && !n->bad; j++) {
        ValueId x = ox_reshape(n, ox_part(n, g->x, 1, j * apart, windows), &window);
        ValueId same = ox_make2(n, OP_Equal, x, items_of(g, length, count, j));
        all = all == NO_VALUE ? same : ox_make2(n, OP_And, all, same);
    }
    Attr_Reduce *last = ox_new(n, OP_ReduceSum);
    last->axes = ox_list_of(n, 1, (const int64_t[]){2});
    last->keepdims = 0;
    return ox_make1(n, OP_ReduceSum, ox_cast(n, all, DT_f32), last);
}

static ValueId count_length(Grams *g, int64_t length, int64_t count) {
    OnnxNode *n = g->n;
    ValueId sum = NO_VALUE;
    int64_t most = length == 1 ? 1 : g->skips + 1; /* single items have nothing between them */
    for (int64_t apart = 1; apart <= most && !n->bad; apart++) {
        int64_t windows = g->items - (length - 1) * apart;
        if (windows < 1) break;
        ValueId v = occurrences(g, length, count, apart, windows);
        sum = sum == NO_VALUE ? v : ox_make2(n, OP_Add, sum, v);
    }
    Shape none = {.rank = 2, .dim = {g->rows, count}};
    return sum == NO_VALUE ? ox_zeros(n, DT_f32, &none) : sum;
}

/* Columns in the order of the pool -> at their coordinates; what no n-gram has is 0. */
static ValueId at_coordinates(Grams *g, ValueId counts, const int64_t *place, int64_t have) {
    OnnxNode *n = g->n;
    Shape column = {.rank = 2, .dim = {g->rows, 1}};
    Tensor *from = ox_tensor(n, DT_i64, 1, &g->width);
    bool same = have == g->width;
    for (int64_t i = 0; i < g->width; i++) tensor_set_int(from, i, have);
    for (int64_t i = 0; i < have; i++) {
        if (tensor_int(from, place[i]) != have)
            return ox_error(n, "ngram_indexes", NULL, "two n-grams have the coordinate %lld", (long long)place[i]),
                   NO_VALUE;
        tensor_set_int(from, place[i], i);
        same = same && place[i] == i;
    }
    if (same) return counts;
    Attr_Axis *a = ox_new(n, OP_Gather);
    a->axis = 1;
    counts = ox_join(n, 2, (ValueId[]){counts, ox_zeros(n, DT_f32, &column)}, 1);
    return ox_make(n, OP_Gather, 2, (ValueId[]){counts, ox_constant(n, from)}, a);
}

/* A weight for each n-gram of the pool, at its coordinate. */
static ValueId weighted(Grams *g, ValueId counts) {
    OnnxNode *n = g->n;
    Floats w;
    const char *mode = ox_string(n, "mode", "TF");
    if (n->bad || !ox_one_of(n, "mode", mode, (const char *const[]){"TF", "IDF", "TFIDF", NULL})) return NO_VALUE;
    if (!strcmp(mode, "TF")) return counts;
    if (!strcmp(mode, "IDF"))
        counts = ox_cast(n, ox_make2(n, OP_Greater, counts, ox_scalar(n, DT_f32, 0)), DT_f32);
    if (!ox_floats(n, "weights", &w) || !w.n) return counts;
    if (w.n != g->place.n)
        return ox_error(n, "weights", NULL, "has %u entries, ngram_indexes has %u", w.n, g->place.n), NO_VALUE;
    Tensor *t = ox_tensor(n, DT_f32, 1, &g->width);
    for (uint32_t i = 0; i < w.n; i++) tensor_set_float(t, g->place.at[i], w.at[i]);
    return ox_make2(n, OP_Mul, counts, ox_constant(n, t));
}

static ValueId count_all(Grams *g) {
    OnnxNode *n = g->n;
    ValueId part[MOST_LENGTH];
    int64_t *place = arena_array_of(n->r->tmp, (size_t)g->place.n + 1, int64_t), have = 0, id = 0;
    uint32_t parts = 0;
    for (int64_t length = 1; length <= g->first.n && length <= g->most; length++) {
        int64_t count = (group_end(g, length) - g->first.at[length - 1]) / length;
        if (id + count > g->place.n)
            return ox_error(n, "ngram_indexes", NULL, "has %u entries for more n-grams", g->place.n), NO_VALUE;
        if (length >= g->least && count) {
            memcpy(place + have, g->place.at + id, (size_t)count * sizeof *place);
            have += count;
            part[parts++] = count_length(g, length, count);
        }
        id += count;
    }
    Shape none = {.rank = 2, .dim = {g->rows, g->width}};
    if (!parts) return ox_zeros(n, DT_f32, &none);
    return at_coordinates(g, ox_join(n, parts, part, 1), place, have);
}

bool map_tfidf(OnnxNode *n) {
    Grams g = {.n = n};
    int rank = ox_rank(n, 0);
    Shape x = ox_shape(n, ox_in(n, 0));
    if (n->bad) return false;
    if (rank != 1 && rank != 2) return ox_error(n, "X", NULL, "must have rank 1 or 2");
    DType t = ox_dtype(n, n->in[0]);
    if (!dtype_is_int(t) && t != DT_string) return ox_error(n, "X", NULL, "must hold integers or strings");
    Shape wide = {.rank = 2, .dim = {rank == 2 ? x.dim[0] : 1, x.dim[rank - 1]}};
    if (!shape_known(&wide)) return ox_error(n, "X", "give the shape with --input-shape", "its shape is not known");
    g.rows = wide.dim[0], g.items = wide.dim[1];
    g.x = rank == 2 ? n->in[0] : ox_reshape(n, n->in[0], &wide);
    if (t != DT_string) g.x = ox_cast(n, g.x, DT_i64);
    if (!grams_attributes(&g)) return false;
    ValueId y = weighted(&g, count_all(&g));
    Shape flat = {.rank = 1, .dim = {g.width}};
    return !n->bad && (rank == 2 ? ox_emit_value(n, 0, y) : ox_emit_reshape(n, y, &flat));
}
