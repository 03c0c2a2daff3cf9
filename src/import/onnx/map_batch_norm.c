/* BatchNormalization in all its versions: inference, training, and statistics an element (spatial 0, before 9). */
#include "import/onnx/maps.h"

typedef struct {
    DType t; /* computed in */
    Shape x; /* [N,C,d1..] */
    bool spatial;
    ValueId in[5]; /* x, scale, b, mean, var in type t */
    double epsilon, momentum;
} Batch;

/* Whether the node is in training mode: since 14 an attribute says it, before that the outputs that are asked for. */
static bool training(OnnxNode *n, bool *yes) {
    bool more = false;
    for (uint32_t i = 1; i < n->nout; i++) more = more || ox_wants(n, i);
    *yes = n->version >= 14 ? ox_int(n, "training_mode", 0) != 0 : more;
    if (more && !*yes) return ox_error(n, "training_mode", NULL, "is 0, but outputs of training are asked for");
    if (more && n->version < 7 && ox_int(n, "is_test", 0))
        return ox_error(n, "is_test", NULL, "is not 0, but outputs of training are asked for");
    if (n->nout > (n->version >= 14 ? 3u : 5u)) return ox_error(n, NULL, NULL, "has %u outputs", n->nout);
    return !n->bad;
}

/* What one channel (or element) has, so that it broadcasts to x. */
static ValueId beside(OnnxNode *n, const Batch *b, ValueId v) {
    Shape s = ox_shape(n, v);
    if (n->bad || !b->spatial) return v;
    if (s.rank != 1) return ox_error(n, NULL, NULL, "scale, B, mean and variance must have rank 1"), NO_VALUE;
    for (s.rank = 1; s.rank < b->x.rank - 1; s.rank++) s.dim[s.rank] = 1;
    return ox_reshape(n, v, &s);
}

static ValueId average(OnnxNode *n, const Batch *b, ValueId v) {
    int64_t axes[MAX_RANK];
    uint32_t count = 0;
    for (int i = 0; i < b->x.rank; i++)
        if (i == 0 || (b->spatial && i != 1)) axes[count++] = i;
    Attr_Reduce *a = ox_new(n, OP_ReduceMean);
    a->axes = ox_list_of(n, count, axes);
    return ox_make1(n, OP_ReduceMean, v, a);
}

static ValueId normalised(OnnxNode *n, const Batch *b, ValueId mean, ValueId var) {
    ValueId deviation = ox_make1(n, OP_Sqrt, ox_make2(n, OP_Add, var, ox_scalar(n, b->t, b->epsilon)), NULL);
    ValueId y = ox_make2(n, OP_Div, ox_make2(n, OP_Sub, b->in[0], mean), deviation);
    return ox_make2(n, OP_Add, ox_make2(n, OP_Mul, y, beside(n, b, b->in[1])), beside(n, b, b->in[2]));
}

/* Statistic `now` of this batch, and what it makes of the running one; before 14 both are outputs. */
static bool emit_statistic(OnnxNode *n, const Batch *b, unsigned which, ValueId now) {
    ValueId old = b->in[3 + which];
    Shape s = ox_shape(n, old);
    if (n->bad) return false;
    now = ox_reshape(n, now, &s);
    DType t = ox_dtype(n, n->in[3 + which]);
    ValueId running = ox_make2(n, OP_Add, ox_times(n, old, b->momentum), ox_times(n, now, 1 - b->momentum));
    return ox_emit_value(n, 1 + which, ox_cast(n, running, t)) &&
           (n->version >= 14 || ox_emit_value(n, 3 + which, ox_cast(n, now, t)));
}

static ValueId train(OnnxNode *n, const Batch *b) {
    ValueId mean = average(n, b, b->in[0]), off = ox_make2(n, OP_Sub, b->in[0], mean);
    ValueId var = average(n, b, ox_make2(n, OP_Mul, off, off));
    if (!emit_statistic(n, b, 0, mean) || !emit_statistic(n, b, 1, var)) return NO_VALUE;
    return normalised(n, b, mean, var);
}

static bool batch_operands(OnnxNode *n, Batch *b) {
    if (n->nin != 5) return ox_error(n, NULL, NULL, "has %u operands, not 5", n->nin);
    for (unsigned i = 0; i < 5; i++) {
        if (!ox_has(n, i)) return ox_error(n, NULL, NULL, "operand %u is missing", i);
        DType t = ox_dtype(n, n->in[i]);
        if (!dtype_is_float(t)) return ox_error(n, NULL, NULL, "operand %u is %s, not floating-point", i,
                                                dtype_info[t].name);
    }
    DType t = ox_dtype(n, n->in[0]);
    b->t = t == DT_f64 ? t : DT_f32;
    for (unsigned i = 0; i < 5; i++) b->in[i] = ox_cast(n, n->in[i], b->t);
    int rank = ox_rank(n, 0);
    if (n->bad) return false;
    if (rank < 1) return ox_error(n, NULL, NULL, "operand 0 has rank 0, 1 or more are needed");
    b->x = ox_shape(n, n->in[0]);
    if (rank == 1) { /* a list of samples of one channel */
        b->x.rank = 2, b->x.dim[1] = 1;
        b->in[0] = ox_reshape(n, b->in[0], &b->x);
    }
    Shape want = {.rank = 1, .dim = {b->x.dim[1]}};
    if (!b->spatial) {
        want.rank = (int8_t)(b->x.rank - 1);
        for (int i = 0; i < want.rank; i++) want.dim[i] = b->x.dim[i + 1];
    }
    for (unsigned i = 1; i < 5; i++) {
        Shape s = ox_shape(n, n->in[i]);
        bool same = s.rank == want.rank;
        for (int d = 0; same && d < s.rank; d++)
            same = !dim_known(s.dim[d]) || !dim_known(want.dim[d]) || s.dim[d] == want.dim[d];
        if (!same) return ox_error(n, NULL, NULL, "operand %u does not have one number for each %s", i,
                                   b->spatial ? "channel" : "element of a sample");
    }
    return !n->bad;
}

bool map_batch_norm(OnnxNode *n) {
    Batch b = {.spatial = n->version >= 9 || ox_int(n, "spatial", 1), .epsilon = ox_float(n, "epsilon", (double)1e-5f),
               .momentum = ox_float(n, "momentum", (double)0.9f)};
    bool by_batch, plain = n->nin == 5 && ox_rank(n, 0) > 1;
    if (n->bad || !training(n, &by_batch)) return false;
    for (unsigned i = 1; plain && i < 5; i++) plain = ox_dtype(n, ox_in(n, i)) == ox_dtype(n, n->in[0]);
    Attr_Epsilon *a = ox_new(n, OP_BatchNormalization);
    a->epsilon = b.epsilon;
    if (plain && !by_batch && b.spatial) return ox_emit_output(n, 0, OP_BatchNormalization, 5, n->in, a);
    if (!batch_operands(n, &b)) return false;
    ValueId y = by_batch    ? train(n, &b)
                : b.spatial ? ox_make(n, OP_BatchNormalization, 5, b.in, a)
                            : normalised(n, &b, b.in[3], b.in[4]);
    Shape x = ox_shape(n, n->in[0]);
    return !n->bad && ox_emit_reshape(n, ox_cast(n, y, ox_dtype(n, n->in[0])), &x);
}
