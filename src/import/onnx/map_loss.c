/* Losses of classification and the steps of optimisers: composed of smaller operators. */
#include "import/onnx/maps.h"

/* v * number, v itself for 1 */
/* ---- NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss ---- */

/* The sum of v's elements, or their mean. */
static ValueId whole(OnnxNode *n, Op op, ValueId v) {
    Shape s = ox_shape(n, v);
    if (n->bad) return NO_VALUE;
    int64_t all[MAX_RANK];
    for (int i = 0; i < s.rank; i++) all[i] = i;
    Attr_Reduce *a = ox_new(n, op);
    a->axes = ox_list_of(n, (uint32_t)s.rank, all);
    a->keepdims = 0;
    return ox_make1(n, op, v, a);
}

/* Samples are [N,C,d1..], their classes [N,d1..], weights [C]. */
static bool loss_shapes(OnnxNode *n, Shape *x, Shape *samples) {
    int rank = ox_rank(n, 0), classes = ox_rank(n, 1);
    if (n->bad) return false;
    *x = ox_shape(n, n->in[0]), *samples = ox_shape(n, n->in[1]);
    if (rank < 2) return ox_error(n, NULL, NULL, "operand 0 has rank %d, 2 or more are needed", rank);
    if (classes != rank - 1)
        return ox_error(n, NULL, NULL, "the classes have rank %d, %d is needed: that of operand 0 without axis 1",
                        classes, rank - 1);
    for (int i = 0; i < classes; i++) {
        Dim want = x->dim[i ? i + 1 : 0];
        if (dim_known(want) && dim_known(samples->dim[i]) && want != samples->dim[i])
            return ox_error(n, NULL, NULL, "dimension %d of the classes is %lld, operand 0 has %lld there", i,
                            (long long)samples->dim[i], (long long)want);
    }
    if (!dtype_is_int(ox_dtype(n, n->in[1])))
        return ox_error(n, NULL, NULL, "the classes have element type %s, integers are needed",
                        dtype_info[ox_dtype(n, n->in[1])].name);
    if (!ox_has(n, 2)) return true;
    Shape w = ox_shape(n, n->in[2]);
    if (w.rank != 1 || (dim_known(w.dim[0]) && dim_known(x->dim[1]) && w.dim[0] != x->dim[1]))
        return ox_error(n, "weight", NULL, "must have one element a class");
    return true;
}

/* Which samples have the class to ignore, or NO_VALUE: none can. */
static ValueId ignored_samples(OnnxNode *n, ValueId target) {
    if (n->bad || !ox_find(n, "ignore_index")) return NO_VALUE;
    DType t = ox_dtype(n, target);
    int64_t index = ox_int(n, "ignore_index", 0);
    Tensor *number = ox_tensor(n, t, 0, NULL);
    tensor_set_int(number, 0, index);
    if (tensor_int(number, 0) != index) return NO_VALUE; /* no class of this type */
    return ox_make2(n, OP_Equal, target, ox_constant(n, number));
}

/* -x at each sample's class times the class's weight, reduced. x is of type t, the result of the operands' type.
 * Ignored samples may have a class that does not exist: they look at class 0 instead, with weight 0. */
static bool emit_loss(OnnxNode *n, ValueId x, DType t) {
    Shape xs, samples, column;
    const char *reduction = ox_string(n, "reduction", "mean");
    if (n->bad || !loss_shapes(n, &xs, &samples) ||
        !ox_one_of(n, "reduction", reduction, (const char *const[]){"none", "sum", "mean", NULL}))
        return false;
    column = xs;
    column.dim[1] = 1;
    ValueId target = ox_reshape(n, n->in[1], &column), ignored = ignored_samples(n, target), weight = NO_VALUE;
    if (ignored != NO_VALUE) target = ox_where(n, ignored, ox_scalar(n, ox_dtype(n, target), 0), target);
    Attr_Axis *channel = ox_new(n, OP_GatherElements);
    channel->axis = 1;
    ValueId loss = ox_make1(n, OP_Neg, ox_make(n, OP_GatherElements, 2, (ValueId[]){x, target}, channel), NULL);
    if (ox_has(n, 2)) {
        ValueId of_classes = ox_cast(n, n->in[2], t);
        weight = ox_make(n, OP_Gather, 2, (ValueId[]){of_classes, target}, ox_new(n, OP_Gather));
        loss = ox_make2(n, OP_Mul, loss, weight);
    }
    if (ignored != NO_VALUE) {
        ValueId zero = ox_scalar(n, t, 0);
        loss = ox_where(n, ignored, zero, loss);
        weight = ox_where(n, ignored, zero, weight == NO_VALUE ? ox_scalar(n, t, 1) : weight);
    }
    DType outer = ox_dtype(n, n->in[0]);
    if (!strcmp(reduction, "none")) return ox_emit_reshape(n, ox_cast(n, loss, outer), &samples);
    if (!strcmp(reduction, "sum")) return ox_emit_value(n, 0, ox_cast(n, whole(n, OP_ReduceSum, loss), outer));
    loss = weight == NO_VALUE ? whole(n, OP_ReduceMean, loss)
                              : ox_make2(n, OP_Div, whole(n, OP_ReduceSum, loss), whole(n, OP_ReduceSum, weight));
    return ox_emit_value(n, 0, ox_cast(n, loss, outer));
}

static DType loss_type(const OnnxNode *n) {
    DType t = ox_dtype(n, ox_in(n, 0));
    return t == DT_f64 ? t : DT_f32;
}

bool map_nll_loss(OnnxNode *n) { return emit_loss(n, ox_cast(n, ox_in(n, 0), loss_type(n)), loss_type(n)); }

bool map_softmax_loss(OnnxNode *n) {
    DType t = loss_type(n);
    Attr_Axis *channel = ox_new(n, OP_LogSoftmax);
    channel->axis = 1;
    if (ox_rank(n, 0) < 2) return n->bad ? false : ox_error(n, NULL, NULL, "operand 0 must have rank 2 or more");
    ValueId x = ox_make1(n, OP_LogSoftmax, ox_cast(n, n->in[0], t), channel);
    return ox_emit_value(n, 1, ox_cast(n, x, ox_dtype(n, n->in[0]))) && emit_loss(n, x, t);
}

/* ---- Momentum, Adagrad, Adam ---- */

enum { STEP_ROLES = 4 }; /* what belongs to one tensor: itself, its gradient, what is kept about it */

typedef struct {
    ValueId rate, count; /* f64 and i64, rank 0 */
    DType t;
    ValueId x, g, kept[STEP_ROLES - 2]; /* g with the gradient of the norm's penalty */
} Step;

/* A number as rank 0 of type t. */
static ValueId step_number(OnnxNode *n, unsigned in, const char *what, DType t) {
    Shape s = ox_shape(n, ox_in(n, in)), scalar = {.rank = 0};
    if (!ox_has(n, in) || shape_count(&s) != 1) return ox_error(n, what, NULL, "must be a single number"), NO_VALUE;
    return ox_cast(n, s.rank ? ox_reshape(n, n->in[in], &scalar) : n->in[in], t);
}

/* Momentum: v = alpha v + beta g, where beta is 1 in the first step. */
static bool momentum_step(OnnxNode *n, const Step *s, ValueId *result) {
    ValueId first = ox_make2(n, OP_Greater, s->count, ox_scalar(n, DT_i64, 0));
    ValueId beta = ox_where(n, first, ox_scalar(n, s->t, ox_float(n, "beta", 0)), ox_scalar(n, s->t, 1));
    double alpha = ox_float(n, "alpha", 0);
    bool nesterov = !strcmp(ox_string(n, "mode", ""), "nesterov");
    ValueId v = ox_make2(n, OP_Add, ox_times(n, s->kept[0], alpha), ox_make2(n, OP_Mul, beta, s->g));
    ValueId by = nesterov ? ox_make2(n, OP_Add, s->g, ox_times(n, v, alpha)) : v;
    result[0] = ox_make2(n, OP_Sub, s->x, ox_make2(n, OP_Mul, ox_cast(n, s->rate, s->t), by));
    result[1] = v;
    return !n->bad;
}

static bool adagrad_step(OnnxNode *n, const Step *s, ValueId *result) {
    ValueId decay = ox_times(n, ox_cast(n, s->count, DT_f64), ox_float(n, "decay_factor", 0));
    ValueId rate = ox_make2(n, OP_Div, s->rate, ox_make2(n, OP_Add, ox_scalar(n, DT_f64, 1), decay));
    ValueId h = ox_make2(n, OP_Add, s->kept[0], ox_make2(n, OP_Mul, s->g, s->g));
    ValueId epsilon = ox_scalar(n, s->t, ox_float(n, "epsilon", (double)1e-6f));
    ValueId root = ox_make2(n, OP_Add, ox_make1(n, OP_Sqrt, h, NULL), epsilon);
    ValueId by = ox_make2(n, OP_Div, ox_make2(n, OP_Mul, ox_cast(n, rate, s->t), s->g), root);
    result[0] = ox_make2(n, OP_Sub, s->x, by);
    result[1] = h;
    return !n->bad;
}

/* 1 - b^count */
static ValueId bias_correction(OnnxNode *n, const Step *s, double b) {
    ValueId power = ox_make2(n, OP_Pow, ox_scalar(n, DT_f64, b), ox_cast(n, s->count, DT_f64));
    return ox_make2(n, OP_Sub, ox_scalar(n, DT_f64, 1), power);
}

static bool adam_step(OnnxNode *n, const Step *s, ValueId *result) {
    double alpha = ox_float(n, "alpha", (double)0.9f), beta = ox_float(n, "beta", (double)0.999f);
    double post = ox_float(n, "norm_coefficient_post", 0);
    ValueId v = ox_make2(n, OP_Add, ox_times(n, s->kept[0], alpha), ox_times(n, s->g, 1 - alpha));
    ValueId h = ox_make2(n, OP_Add, ox_times(n, s->kept[1], beta), ox_times(n, ox_make2(n, OP_Mul, s->g, s->g), 1 - beta));
    ValueId epsilon = ox_scalar(n, s->t, ox_float(n, "epsilon", (double)1e-6f));
    ValueId root = ox_make2(n, OP_Add, ox_make1(n, OP_Sqrt, h, NULL), epsilon);
    ValueId corrected = ox_make2(n, OP_Mul, s->rate, ox_make1(n, OP_Sqrt, bias_correction(n, s, beta), NULL));
    corrected = ox_make2(n, OP_Div, corrected, bias_correction(n, s, alpha));
    ValueId later = ox_make2(n, OP_Greater, s->count, ox_scalar(n, DT_i64, 0));
    ValueId rate = ox_cast(n, ox_where(n, later, corrected, s->rate), s->t);
    ValueId x = ox_make2(n, OP_Sub, s->x, ox_make2(n, OP_Mul, rate, ox_make2(n, OP_Div, v, root)));
    result[0] = ox_times(n, x, 1 - post);
    result[1] = v;
    result[2] = h;
    return !n->bad;
}

/* Operands: rate, count, then all tensors, all gradients, all that is kept; results: all tensors, all that is kept. */
static bool optimiser(OnnxNode *n, unsigned roles, bool (*step)(OnnxNode *, const Step *, ValueId *)) {
    Step s = {.rate = step_number(n, 0, "R", DT_f64), .count = step_number(n, 1, "T", DT_i64)};
    if (n->bad) return false;
    if (n->nin < 2 + roles || (n->nin - 2) % roles)
        return ox_error(n, NULL, NULL, "has %u operands; two and %u for each tensor are needed", n->nin, roles);
    uint32_t tensors = (n->nin - 2) / roles;
    if (n->nout > tensors * (roles - 1))
        return ox_error(n, NULL, NULL, "has %u outputs, %u are the most", n->nout, tensors * (roles - 1));
    double penalty = ox_float(n, "norm_coefficient", 0);
    for (uint32_t i = 0; i < tensors; i++) {
        ValueId role[STEP_ROLES] = {NO_VALUE, NO_VALUE, NO_VALUE, NO_VALUE}, result[STEP_ROLES];
        for (unsigned r = 0; r < roles; r++) {
            role[r] = n->in[2 + r * tensors + i];
            Shape own = ox_shape(n, role[r]), x = ox_shape(n, role[0]);
            if (role[r] == NO_VALUE || !shape_equal(&own, &x))
                return ox_error(n, NULL, NULL, "operand %u does not have the shape of its tensor, operand %u",
                                2 + r * tensors + i, 2 + i);
        }
        s.t = ox_dtype(n, role[0]), s.x = role[0];
        s.g = penalty == 0 ? role[1] : ox_make2(n, OP_Add, ox_times(n, s.x, penalty), role[1]);
        memcpy(s.kept, role + 2, sizeof s.kept);
        if (n->bad || !step(n, &s, result)) return false;
        for (unsigned r = 0; r + 1 < roles; r++)
            if (!ox_emit_value(n, r * tensors + i, result[r])) return false;
    }
    return true;
}

bool map_momentum(OnnxNode *n) {
    static const char *const needed[] = {"alpha", "beta", "mode", "norm_coefficient"};
    for (int i = 0; i < 4; i++)
        if (!ox_find(n, needed[i])) return ox_error(n, needed[i], NULL, "the attribute is missing");
    return ox_one_of(n, "mode", ox_string(n, "mode", ""), (const char *const[]){"standard", "nesterov", NULL}) &&
           optimiser(n, 3, momentum_step);
}

bool map_adagrad(OnnxNode *n) { return optimiser(n, 3, adagrad_step); }

bool map_adam(OnnxNode *n) { return optimiser(n, 4, adam_step); }
