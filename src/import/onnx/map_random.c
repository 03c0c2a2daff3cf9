/* Random numbers and Dropout. The standard leaves the generator open; ours (op/build_random.c) depends on the seed and
 * an element's position alone, so that the same model gives the same numbers each time it runs, everywhere. */
#include "import/onnx/maps.h"
#include <math.h>

static ValueId along(OnnxNode *n, Op op, ValueId v, int64_t axis) {
    Attr_Axis *a = ox_new(n, op);
    a->axis = axis;
    return ox_make1(n, op, v, a);
}

static Dims dims_of(OnnxNode *n, const Shape *s) {
    int rank = s->rank < 0 ? 0 : s->rank;
    Dim *at = arena_array_of(n->r->arena, rank + 1, Dim);
    memcpy(at, s->dim, (size_t)rank * sizeof *at);
    return (Dims){(uint32_t)rank, at};
}

/* The seed as a constant: attribute `seed`, which is an integer or a float; without one a number that is the node's
 * own. Floats that are whole numbers stand for these, others for their bits. */
static ValueId seed_of(OnnxNode *n, bool is_float) {
    uint32_t bits;
    int64_t seed;
    if (!ox_find(n, "seed")) {
        const char *own = n->nout ? n->out[0] : n->label;
        seed = (int64_t)(hash_bytes(own, strlen(own), 0) & UINT32_MAX);
    } else if (is_float) {
        float f = (float)ox_float(n, "seed", 0);
        memcpy(&bits, &f, sizeof bits);
        seed = f >= 0 && f <= 0x1p32f && f == truncf(f) ? (int64_t)f : (int64_t)bits;
    } else {
        seed = ox_int(n, "seed", 0);
    }
    Tensor *t = ox_tensor(n, DT_i64, 0, NULL);
    tensor_set_int(t, 0, seed);
    return ox_constant(n, t);
}

/* Attribute dtype, or `otherwise` where it is absent. */
static DType type_of(OnnxNode *n, DType otherwise) {
    int64_t number = ox_int(n, "dtype", 0);
    if (!ox_find(n, "dtype") || !number) return otherwise;
    DType t = onnx_dtype(number);
    if (t == DT_none)
        ox_error(n, "dtype", NULL, "element type %s (%lld) is not supported",
                 onnx_dtype_name(number > 0 && number < 64 ? (int)number : -1), (long long)number);
    return t;
}

/* RandomUniform and RandomNormal, and both with the shape (and type) of an operand. */
bool map_random(OnnxNode *n) {
    bool uniform = n->row->op == OP_RandomUniform, like = strstr(n->row->name, "Like") != NULL;
    Shape s = {.rank = 0};
    Ints given;
    if (like) {
        s.rank = (int8_t)ox_rank(n, 0);
        if (!n->bad) s = ox_shape(n, n->in[0]);
    } else if (!ox_ints(n, "shape", &given)) {
        return n->bad ? false : ox_error(n, "shape", NULL, "the attribute is missing");
    } else if (given.n > MAX_RANK) {
        return ox_error(n, "shape", NULL, "%u dimensions, at most %d are supported", given.n, MAX_RANK);
    } else {
        for (uint32_t i = 0; i < given.n; i++) s.dim[s.rank++] = ox_dim(n, "shape", dimx_number(given.at[i]));
    }
    DType t = type_of(n, like ? ox_dtype(n, n->in[0]) : DT_f32);
    if (n->bad) return false;
    if (!dtype_is_float(t))
        return ox_error(n, "dtype", NULL, "%s is not a floating-point type", dtype_info[t].name);
    void *attr = ox_new(n, n->row->op);
    if (uniform) {
        Attr_RandomUniform *a = attr;
        a->shape = dims_of(n, &s), a->dtype = t;
        a->low = ox_float(n, "low", 0), a->high = ox_float(n, "high", 1);
    } else {
        Attr_RandomNormal *a = attr;
        a->shape = dims_of(n, &s), a->dtype = t;
        a->mean = ox_float(n, "mean", 0), a->scale = ox_float(n, "scale", 1);
    }
    return ox_emit1(n, n->row->op, seed_of(n, true), attr);
}

static ValueId uniform(OnnxNode *n, const Shape *s, DType t, ValueId seed) {
    Attr_RandomUniform *a = ox_new(n, OP_RandomUniform);
    a->shape = dims_of(n, s), a->dtype = t;
    return ox_make1(n, OP_RandomUniform, seed, a);
}

/* 1 with the probability that an element is. */
bool map_bernoulli(OnnxNode *n) {
    ox_rank(n, 0);
    if (n->bad) return false;
    DType outer = ox_dtype(n, n->in[0]), t = outer == DT_f64 ? outer : DT_f32;
    if (!dtype_is_float(outer))
        return ox_error(n, NULL, NULL, "operand 0 is %s, not floating-point", dtype_info[outer].name);
    Attr_Cast *a = ox_new(n, OP_Cast);
    a->to = type_of(n, outer);
    Shape s = ox_shape(n, n->in[0]);
    ValueId u = uniform(n, &s, t, seed_of(n, true));
    return ox_emit1(n, OP_Cast, ox_make2(n, OP_Less, u, ox_cast(n, n->in[0], t)), a);
}

/* Outcomes of `sample_size` draws from each row of unnormalised log-probabilities [batch, classes]: how many of the
 * running sums of probabilities a number between 0 and their total has passed. */
bool map_multinomial(OnnxNode *n) {
    int rank = ox_rank(n, 0);
    int64_t samples = ox_int(n, "sample_size", 1);
    if (n->bad) return false;
    if (rank != 2) return ox_error(n, NULL, NULL, "operand 0 has rank %d, not 2", rank);
    if (samples < 0) return ox_error(n, "sample_size", NULL, "is %lld, less than 0", (long long)samples);
    DType outer = ox_dtype(n, n->in[0]), t = outer == DT_f64 ? outer : DT_f32, to = type_of(n, DT_i32);
    if (n->bad) return false;
    if (!dtype_is_float(outer))
        return ox_error(n, NULL, NULL, "operand 0 is %s, not floating-point", dtype_info[outer].name);
    if (to != DT_i32 && to != DT_i64) return ox_error(n, "dtype", NULL, "is neither int32 nor int64");
    Shape x = ox_shape(n, n->in[0]), drawn = {.rank = 3, .dim = {x.dim[0], samples, 1}};
    Shape row = {.rank = 3, .dim = {x.dim[0], 1, x.dim[1]}};
    if (!dim_known(x.dim[1]) || x.dim[1] < 1)
        return ox_error(n, NULL, "give the shape with --input-shape", "the number of classes is 0 or not known");
    ValueId sums = ox_reshape(n, along(n, OP_CumSum, along(n, OP_Softmax, ox_cast(n, n->in[0], t), 1), 1), &row);
    Attr_Axis *last = ox_new(n, OP_Gather);
    last->axis = 2;
    int64_t one = 1;
    Tensor *at = ox_tensor(n, DT_i64, 1, &one);
    tensor_set_int(at, 0, x.dim[1] - 1);
    ValueId total = ox_make(n, OP_Gather, 2, (ValueId[]){sums, ox_constant(n, at)}, last);
    ValueId point = ox_make2(n, OP_Mul, uniform(n, &drawn, t, seed_of(n, true)), total);
    ValueId passed = ox_cast(n, ox_make2(n, OP_GreaterOrEqual, point, sums), to);
    Attr_Reduce *classes = ox_new(n, OP_ReduceSum);
    classes->axes = ox_list_of(n, 1, (const int64_t[]){2});
    classes->keepdims = 0;
    return ox_emit1(n, OP_ReduceSum, passed, classes);
}

/* ---- Dropout ---- */

/* A number that is known, or computed when the model runs, as rank 0. */
typedef struct {
    bool known;
    double number;
    ValueId value; /* NO_VALUE where it is known */
} Setting;

static Setting setting(OnnxNode *n, unsigned in, const char *what, double otherwise) {
    Setting s = {true, otherwise, NO_VALUE};
    Shape shape = ox_shape(n, ox_in(n, in)), scalar = {.rank = 0};
    if (n->bad || !ox_has(n, in)) return s;
    if (shape_count(&shape) != 1) {
        ox_error(n, what, NULL, "must be a single number");
        return s;
    }
    const Tensor *data = n->g->value.at[n->in[in]].data;
    if (data && data->dtype != DT_string) return (Setting){true, tensor_float(data, 0), NO_VALUE};
    return (Setting){false, 0, shape.rank ? ox_reshape(n, n->in[in], &scalar) : n->in[in]};
}

/* Training: kept where the uniform numbers that NumPy's RandomState gives after the seed are not below the ratio, as in
 * the standard's reference, and scaled to the same mean. */
static bool dropout_training(OnnxNode *n, const Setting *ratio, const Setting *training) {
    ValueId x = n->in[0], one = ox_scalar(n, DT_f64, 1);
    DType outer = ox_dtype(n, x), t = outer == DT_f64 ? outer : DT_f32;
    Shape s = ox_shape(n, x);
    Attr_ShapeTo *shape = ox_new(n, OP_MersenneTwister);
    shape->shape = dims_of(n, &s);
    ValueId u = ox_make1(n, OP_MersenneTwister, seed_of(n, false), shape);
    ValueId r = ratio->known ? ox_scalar(n, DT_f64, ratio->number) : ox_cast(n, ratio->value, DT_f64);
    ValueId keep = ox_make2(n, OP_GreaterOrEqual, u, r), scale = ox_make2(n, OP_Div, one, ox_make2(n, OP_Sub, one, r));
    if (!training->known) {
        ValueId on = ox_cast(n, training->value, DT_bool);
        keep = ox_make2(n, OP_Or, keep, ox_make1(n, OP_Not, on, NULL));
        scale = ox_make(n, OP_Where, 3, (ValueId[]){on, scale, one}, NULL);
    }
    ValueId y = ox_make2(n, OP_Mul, ox_cast(n, x, t), ox_cast(n, scale, t));
    y = ox_make(n, OP_Where, 3, (ValueId[]){keep, y, ox_scalar(n, t, 0)}, NULL);
    return ox_emit_value(n, 1, keep) && ox_emit_value(n, 0, ox_cast(n, y, outer));
}

/* Inference: the operand as it is, and a mask that keeps everything. */
bool map_dropout(OnnxNode *n) {
    if (n->version < 7 && !ox_int(n, "is_test", 0))
        return ox_error(n, "is_test", "export the model for inference", "training mode is not supported");
    ox_rank(n, 0);
    if (n->bad) return false;
    ValueId x = n->in[0];
    if (n->version >= 12) {
        Setting ratio = setting(n, 1, "ratio", 0.5), training = setting(n, 2, "training_mode", 0);
        if (n->bad) return false;
        if (ratio.known && !(ratio.number >= 0 && ratio.number <= 1))
            return ox_error(n, "ratio", NULL, "is %g, not between 0 and 1", ratio.number);
        bool never = (training.known && !training.number) || (ratio.known && ratio.number == 0);
        if (!never) return dropout_training(n, &ratio, &training);
    }
    if (ox_wants(n, 1)) {
        Shape s = ox_shape(n, x);
        Attr_ShapeTo *to = ox_new(n, OP_Expand);
        to->shape = dims_of(n, &s);
        ValueId one = ox_scalar(n, n->version < 10 ? ox_dtype(n, x) : DT_bool, 1);
        if (!ox_emit_output(n, 1, OP_Expand, 1, &one, to)) return false;
    }
    return ox_emit_value(n, 0, x);
}
