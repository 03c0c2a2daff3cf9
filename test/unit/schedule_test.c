/* Random legal schedules: each kernel below is lowered under sequences of random steps (those that are accepted) for a
 * scalar and a vector target, all variants are compiled under ASan and UBSan with every warning an error, run once on
 * seeded inputs, and compared with the interpreter on the unscheduled nest. Parallel loops then are shared among two and
 * three threads, under TSan too: the bytes stay the same.
 *     schedule_test [SEED [VARIANTS a kernel [KERNEL]]]        KEEP=1 leaves the folder and prints its name */
#include "base/io.h"
#include "check.h"
#include "cli/process.h"
#include "cli/temp.h"
#include "emit/emit.h"
#include "emit/skel.h"
#include "nest_case.h"
#include <math.h>

typedef struct {
    const char *name, *graph;
} Kernel;

static const Kernel kernels[] = {
    {"conv", "in %x : f32[1,3,9,10]\nin %w : f32[8,3,3,3]\nin %wb : f32[8]\n%y = Conv(%x, %w, %wb) {pads=[1,1,1,1]}\n"},
    {"conv_strided", "in %x : f32[2,4,11,9]\nin %w : f32[6,2,3,2]\n"
                     "%y = Conv(%x, %w) {strides=[2,3], dilations=[2,1], pads=[1,0,2,1], group=2}\n"},
    {"conv_1d", "in %x : f32[1,5,19]\nin %w : f32[12,5,4]\n%y = Conv(%x, %w) {pads=[2,3], dilations=[2]}\n"},
    {"conv_group", "in %x : f32[1,4,8,8]\nin %w : f32[8,4,3,3]\nin %wb : f32[8]\nin %r : f32[1,8,8,8]\n"
                   "%c = Conv(%x, %w, %wb) {pads=[1,1,1,1]}\n%s = Add(%c, %r)\n%y = Relu(%s)\n"},
    {"depthwise", "in %x : f32[1,8,9,11]\nin %w : f32[8,1,3,3]\nin %wb : f32[8]\n"
                  "%c = Conv(%x, %w, %wb) {pads=[1,1,1,1], group=8}\n%y = HardSwish(%c)\n"},
    {"depthwise_2",
     "in %x : f32[1,6,10,10]\nin %w : f32[12,1,3,3]\n%y = Conv(%x, %w) {strides=[2,2], pads=[0,0,1,1], group=6}\n"},
    {"conv_transpose", "in %x : f32[1,3,5,4]\nin %w : f32[3,4,3,3]\nin %wb : f32[4]\n"
                       "%y = ConvTranspose(%x, %w, %wb) {strides=[2,2], pads=[1,1,1,1], output_padding=[1,1]}\n"},
    {"conv_transpose_2",
     "in %x : f32[1,4,6]\nin %w : f32[4,3,3]\n%y = ConvTranspose(%x, %w) {strides=[3], dilations=[2], group=2}\n"},
    {"conv_blocked_groups", "in %x : f32[1,4,5,6,4]\nin %w : f32[16,8,3,3]\nin %wb : f32[16]\n"
                            "%c = ConvBlocked(%x, %w, %wb) {pads=[1,1,1,1], group=2, block=4}\n%y = Relu(%c)\n"},
    {"conv_transpose_blocked", "in %x : f32[1,2,4,5,4]\nin %w : f32[6,8,7,1,2]\nin %wb : f32[8]\n"
                               "%c = ConvTransposeBlocked(%x, %w, %wb) {kernel_shape=[2,3], strides=[3,2], pads=[1,1], "
                               "output_shape=[12,10], block=4}\n%y = Relu(%c)\n"},
    {"max_pool", "in %x : f32[1,3,9,13]\n%y = MaxPool(%x) {kernel_shape=[3,3], strides=[2,1], pads=[1,1,1,1]}\n"},
    {"average_pool",
     "in %x : f32[1,4,8,9]\n%y = AveragePool(%x) {kernel_shape=[3,2], strides=[2,2], pads=[1,0,1,1]}\n"},
    {"matmul", "in %a : f32[2,1,5,7]\nin %w : f32[3,7,18]\n%y = MatMul(%a, %w)\n"},
    {"matmul_batch", "in %a : f32[2,3,8,6]\nin %b : f32[2,3,6,8]\n%m = MatMul(%a, %b)\n%y = Tanh(%m)\n"},
    {"matmul_turned", "in %a : f32[4,9,2]\nin %b : f32[4,16,9]\n%p = Transpose(%a) {perm=[0,2,1]}\n"
                      "%q = Transpose(%b) {perm=[0,2,1]}\n%y = MatMul(%p, %q)\n"},
    {"gemm", "in %a : f32[7,5]\nin %w : f32[12,7]\nin %wc : f32[12]\n%y = Gemm(%a, %w, %wc) {transA=1, transB=1, "
             "alpha=0.5, beta=2}\n"},
    {"gemm_relu", "in %a : f32[1,20]\nin %w : f32[20,17]\nin %wc : f32[1]\n%g = Gemm(%a, %w, %wc)\n%y = Relu(%g)\n"},
    {"softmax", "in %x : f32[3,7,5]\n%y = Softmax(%x) {axis=1}\n"},
    {"attention", "in %q : f32[2,11,8]\nin %k : f32[2,8,9]\nin %v : f32[2,9,12]\nin %b : f32[11,9]\n"
                  "%y = Attention(%q, %k, %v, %b) {scale=0.5, block=4}\n"},
    {"softmax_last", "in %x : f32[6,24]\n%y = Softmax(%x) {axis=1}\n"},
    {"layer_norm",
     "in %x : f32[2,3,16]\nin %ws : f32[16]\nin %wb : f32[16]\n%y = LayerNormalization(%x, %ws, %wb) {axis=2}\n"},
    {"instance_norm",
     "in %x : f32[1,4,3,8]\nin %ws : f32[4]\nin %wb : f32[4]\n%y = InstanceNormalization(%x, %ws, %wb)\n"},
    {"reduce", "in %x : f32[4,6,8]\n%y = ReduceMean(%x) {axes=[1], keepdims=1}\n"},
    {"reduce_2",
     "in %x : f32[4,6,8]\nin %z : f32[4,6,8]\n%p = Mul(%x, %z)\n%y = ReduceSum(%p) {axes=[0,2], keepdims=0}\n"},
    {"reduce_lse", "in %x : f32[5,8,4]\n%y = ReduceLogSumExp(%x) {axes=[0,1], keepdims=0}\n"},
    {"arg_max", "in %x : f32[5,8,4]\n%y = ArgMax(%x) {axis=1, keepdims=0}\n"},
    {"elementwise",
     "in %a : f32[2,3,1,16]\nin %b : f32[3,5,1]\nin %c : f32[2,1,5,16]\n%s = Add(%a, %b)\n%m = Mul(%s, %c)\n"
     "%k = Sub(%m, %a)\n%y = Max(%k, %b)\n"},
    {"activations", "in %a : f32[3,40]\n%p = Gelu(%a)\n%q = Mish(%p)\n%y = Selu(%q)\n"},
    {"lrn", "in %x : f32[1,7,4,8]\n%y = LRN(%x) {size=3}\n"},
    {"move", "in %x : f32[2,3,4,8]\n%t = Transpose(%x) {perm=[0,2,3,1]}\n%s = Slice(%t) {starts=[0,3,1,0], "
             "steps=[1,-1,2,1], counts=[2,4,4,3]}\n"
             "%y = Neg(%s)\n"},
    {"pad", "in %x : f32[2,5,6]\n%y = Pad(%x) {pads=[0,2,1,0,1,3], mode=\"reflect\"}\n"},
    {"pad_constant", "in %x : f32[2,5,6]\n%y = Pad(%x) {pads=[0,2,-1,0,1,3]}\n"},
    {"concat", "in %x : f32[2,3,4]\nin %z : f32[2,2,4]\n%y = Concat(%x, %z) {axis=1}\n"},
    {"resize", "in %x : f32[1,2,4,5]\n%y = Resize(%x) {sizes=[1,2,7,9], mode=\"linear\"}\n"},
    {"gather", "in %x : f32[4,6,8]\nin %i : i64[3]\n%y = Gather(%x, %i) {axis=1}\n"},
    {"scatter", "in %x : f32[4,6]\nin %i : i64[3,6]\nin %u : f32[3,6]\n%y = ScatterElements(%x, %i, %u) {axis=0}\n"},
    {"scatter_add", "in %x : f32[4,6]\nin %i : i32[3,4]\nin %u : f32[3,4]\n%y = ScatterElements(%x, %i, %u) {axis=0, "
                    "reduction=\"add\"}\n"},
    {"cumsum", "in %x : f32[3,8,4]\n%y = CumSum(%x) {axis=1, reverse=1}\n"},
    {"top_k", "in %x : f32[3,9]\n%y, %i = TopK(%x) {k=4, axis=1}\n"},
    {"lstm", "in %x : f32[3,2,4]\nin %w : f32[1,24,4]\nin %wr : f32[1,24,6]\nin %wb : f32[1,48]\n%y, %h, %c = LSTM(%x, "
             "%w, %wr, %wb) {hidden_size=6}\n"},
    {"top_k_scratch", "in %x : f32[5,700]\n%y, %i = TopK(%x) {k=4, axis=1}\n"},
    {"lstm_scratch", "in %x : f32[2,3,4]\nin %w : f32[1,800,4]\nin %wr : f32[1,800,200]\n%y, %h, %c = LSTM(%x, %w, %wr) "
                     "{hidden_size=200}\n"},
    {"lstm_one", "in %x : f32[4,1,4]\nin %w : f32[1,96,4]\nin %wr : f32[1,96,24]\n%y, %h, %c = LSTM(%x, %w, %wr) "
                 "{hidden_size=24}\n"},
    {"gru", "in %x : f32[3,2,4]\nin %w : f32[2,15,4]\nin %wr : f32[2,15,5]\n%y, %h = GRU(%x, %w, %wr) {hidden_size=5, "
            "direction=\"bidirectional\"}\n"},
    {"scalar", "in %a : f32[]\nin %b : f32[]\n%y = Div(%a, %b)\n"},
    {"empty", "in %x : f32[3,0,4]\n%y = ReduceSum(%x) {axes=[1], keepdims=0}\n"},
    {"empty_max", "in %x : i32[3,0]\n%y = ReduceMax(%x) {axes=[1], keepdims=1}\n"},
    {"nothing", "in %x : f32[0,4]\n%y = Exp(%x)\n"},
    {"min_i64", "in %x : i64[3,5]\n%y = ReduceMin(%x) {axes=[1], keepdims=0}\n"},
    {"min_u64", "in %x : u64[3,5]\n%y = ReduceMin(%x) {axes=[1], keepdims=0}\n"},
    {"max_i8", "in %x : i8[2,6,5]\n%y = MaxPool(%x) {kernel_shape=[3], pads=[1,1]}\n"},
    {"prod_u8", "in %x : u8[3,5]\n%y = ReduceProd(%x) {axes=[1], keepdims=0}\n"},
    {"all", "in %x : bool[3,5]\n%y = ReduceMin(%x) {axes=[1], keepdims=0}\n"},
    {"any", "in %x : bool[3,5]\n%y = ReduceMax(%x) {axes=[0], keepdims=0}\n"},
    {"i8", "in %a : i8[3,8]\nin %b : i8[8]\n%s = Add(%a, %b)\n%m = Mul(%s, %a)\n%n = Neg(%m)\n%d = Div(%n, %b)\n%y = "
           "Abs(%d)\n"},
    {"u8", "in %a : u8[3,8]\nin %b : u8[8]\n%s = Sub(%a, %b)\n%m = Mul(%s, %a)\n%n = Mod(%m, %b)\n%y = Max(%n, %a)\n"},
    {"i16", "in %a : i16[3,8]\nin %b : i16[8]\n%s = Sub(%a, %b)\n%c = Clip(%s)\n%m = Mod(%c, %b)\n%y = Sign(%m)\n"},
    {"u16", "in %a : u16[3,8]\nin %b : u16[8]\n%s = BitShift(%a, %b) {mode=\"LEFT\"}\n%m = BitwiseNot(%s)\n%y = "
            "BitwiseXor(%m, %b)\n"},
    {"u32",
     "in %a : u32[3,8]\nin %b : u32[8]\n%s = BitShift(%a, %b) {mode=\"RIGHT\"}\n%m = Pow(%s, %b)\n%y = Min(%m, %a)\n"},
    {"i32",
     "in %a : i32[3,8]\nin %b : i32[8]\n%s = Mul(%a, %b)\n%n = Pow(%s, %b)\n%m = BitwiseAnd(%n, %b)\n%y = Relu(%m)\n"},
    {"u64", "in %a : u64[3,8]\nin %b : u64[8]\n%s = Sub(%a, %b)\n%n = Div(%s, %b)\n%m = BitwiseOr(%n, %b)\n%y = "
            "Max(%m, %a)\n"},
    {"i64", "in %a : i64[3,8]\nin %b : i64[8]\n%s = Mod(%a, %b)\n%n = Min(%s, %b)\n%y = Cast(%n) {to=f64}\n"},
    {"logic", "in %a : f32[3,8]\nin %b : f32[8]\n%s = Less(%a, %b)\n%t = Equal(%a, %b)\n%n = Not(%t)\n%x = Xor(%s, "
              "%n)\n%o = Or(%x, %t)\n"
              "%y = Where(%o, %a, %b)\n"},
    {"compare_u8", "in %a : u8[12]\nin %wz : u8[1]\n%y = GreaterOrEqual(%a, %wz)\n"},
    {"f64", "in %a : f64[3,8]\nin %w : f64[8,5]\n%m = MatMul(%a, %w)\n%y = Sigmoid(%m)\n"},
    {"f64_max", "in %a : f64[3,8]\n%y = ReduceMax(%a) {axes=[1], keepdims=0}\n"},
    {"f16", "in %a : f16[3,8]\nin %b : f16[8]\n%s = Add(%a, %b)\n%m = Mul(%s, %a)\n%y = Relu(%m)\n"},
    {"f16_conv", "in %x : f16[1,3,6,6]\nin %w : f16[4,3,3,3]\nin %wb : f16[4]\n%c = Conv(%x, %w, %wb) "
                 "{pads=[1,1,1,1]}\n%y = LeakyRelu(%c) {alpha=0.25}\n"},
    {"f16_pool", "in %x : f16[1,3,6,6]\n%y = MaxPool(%x) {kernel_shape=[3,3], pads=[1,1,1,1]}\n"},
    {"f16_softmax", "in %x : f16[3,7]\n%y = Softmax(%x) {axis=1}\n"},
    {"bf16", "in %a : bf16[3,8]\nin %w : bf16[8,4]\n%m = MatMul(%a, %w)\n%y = Cast(%m) {to=f16}\n"},
    {"half_cast", "in %a : f32[3,8]\n%h = Cast(%a) {to=f16}\n%i = Cast(%h) {to=i32}\n%f = Cast(%i) {to=bf16}\n%y = "
                  "Cast(%f) {to=f64}\n"},
    {"half_move", "in %x : bf16[3,8]\n%y = Transpose(%x) {perm=[1,0]}\n"},
    {"half_pad", "in %x : f16[3,4]\nin %w : f16[]\n%y = Pad(%x, %w) {pads=[1,0,0,2]}\n"},
    {"half_scatter", "in %x : f16[4,6]\nin %i : i64[3,6]\nin %u : f16[3,6]\n%y = ScatterElements(%x, %i, %u) {axis=0, "
                     "reduction=\"add\"}\n"},
    {"bool_scatter", "in %x : u8[4,6]\nin %i : i64[3,6]\nin %u : u8[3,6]\n%y = ScatterElements(%x, %i, %u) {axis=0, "
                     "reduction=\"max\"}\n"},
    {"cast", "in %a : i64[3,8]\n%b = Cast(%a) {to=u8}\n%c = Cast(%b) {to=bool}\n%y = Cast(%c) {to=f32}\n"},
    {"one_hot", "in %i : i64[5]\nin %v : f32[2]\n%y = OneHot(%i, %v) {depth=6, axis=1}\n"},
    {"elu", "in %x : f32[3,8]\n%a = Elu(%x) {alpha=0.75}\n%b = Selu(%a) {alpha=1.6, beta=1.1}\n%y = LeakyRelu(%b) "
            "{alpha=0.1}\n"},
    {"gelu", "in %x : f32[5,8]\n%a = Gelu(%x) {mode=\"none\"}\n%b = Gelu(%a) {mode=\"tanh\"}\n%y = Sigmoid(%b)\n"},
    {"mish", "in %a : f32[3,8]\nin %w : f32[8,12]\nin %ws : f32[12]\n%m = MatMul(%a, %w)\n%p = Mish(%m)\n%q = "
             "PRelu(%p, %ws)\n%y = Swish(%q) {alpha=1.5}\n"},
    {"shrink", "in %x : f32[3,8]\n%s = Shrink(%x) {lambd=0.4, bias=0.2}\n%t = ThresholdedRelu(%s) {alpha=0.3}\n%h = "
               "HardSigmoid(%t) {alpha=0.2, beta=0.5}\n%n = Neg(%h)\n%m = Neg(%n)\n%y = Abs(%m)\n"},
    {"rounded", "in %x : f32[4,8]\nin %ws : f32[]\n%a = Mul(%x, %ws)\n%f = Floor(%a)\n%c = Ceil(%x)\n%r = Round(%a)\n"
                "%g = Sign(%x)\n%s = Add(%f, %c)\n%t = Add(%s, %r)\n%y = Mul(%t, %g)\n"},
    {"between", "in %x : f32[3,8]\nin %b : f32[8]\nin %c : f32[3,1]\n%l = Less(%x, %b)\n%g = Greater(%x, %c)\n%o = "
                "Or(%l, %g)\n%e = Equal(%x, %b)\n%n = Not(%e)\n%i = And(%o, %n)\n%v = Softplus(%x)\n%y = Where(%i, "
                "%v, %x)\n"},
    {"row_where", "in %x : f32[3,8]\nin %c : f32[3,1]\nin %d : f32[3,1]\n%l = Less(%c, %d)\n%e = Erf(%x)\n%y = "
                  "Where(%l, %e, %x)\n"},
    {"power",
     "in %x : f32[3,8]\nin %ws : f32[8]\n%a = Abs(%x)\n%p = Pow(%a, %ws)\n%l = LRN(%p) {size=3, alpha=0.1, beta=0.75, "
     "bias=1}\n%y = Neg(%l)\n"},
    {"log_sqrt", "in %x : f32[3,8]\n%a = Abs(%x)\n%q = Sqrt(%a)\n%l = Log(%a)\n%e = Exp(%x)\n%s = Add(%q, %l)\n%y = "
                 "Div(%s, %e)\n"},
    {"trilu", "in %x : f32[2,5,8]\n%y = Trilu(%x) {k=1, upper=0}\n"},
};
enum { KERNELS = sizeof kernels / sizeof *kernels };

enum { THREADS = 3 };

typedef struct {
    const Kernel *kernel;
    const Target *target;
    const char *name, *schedule;
    Graph *graph;
    Nest *nest; /* scheduled: its buffers are those of `plain` */
    Function f;
    Nest *plain;
    void **data; /* what the compiled kernel gets and gives, packed */
    void **want; /* what the interpreter gave, for results */
} Variant;

static Arena *arena;
static Diag *diag;

/* ---- random steps ---- */

static const char *any_axis(const Plan *p) {
    for (int tries = 0; tries < 20 && p->nest->stage.n; tries++) {
        const StagePlan *s = &p->stage[random_below(p->nest->stage.n)];
        if (s->npiece) return s->piece[random_below((uint32_t)s->npiece)].name;
    }
    return "none";
}

static const char *any_buffer(const Plan *p) {
    return p->nest->buf.at[random_below(p->nest->buf.n)].name;
}

static bool try_step(Plan *p, Schedule *out, Step s) {
    const char *why = NULL;
    if (!plan_apply(p, &s, &why)) return CHECK(why != NULL) && false;
    vec_push(arena, &out->step, s);
    return true;
}

static void random_step(Plan *p, Schedule *out) {
    static const int64_t numbers[] = {2, 3, 4, 5, 6, 7, 8, 16};
    static const StepKind kinds[] = {STEP_split,   STEP_split,  STEP_tile,     STEP_tile,     STEP_reorder,
                                     STEP_reorder, STEP_fuse,   STEP_fuse,     STEP_interior, STEP_pack,
                                     STEP_inline,  STEP_unroll, STEP_parallel, STEP_vector,
                                     STEP_block,   STEP_apart,  STEP_turn};
    Step s = {.kind = kinds[random_below(sizeof kinds / sizeof *kinds)],
              .naxis = 1,
              .axis = {any_axis(p)},
              .buffer = any_buffer(p),
              .number = numbers[random_below(8)]};
    if (s.kind == STEP_fuse || s.kind == STEP_reorder || s.kind == STEP_turn) s.axis[s.naxis++] = any_axis(p);
    if (s.kind == STEP_reorder && random_below(2)) s.axis[s.naxis++] = any_axis(p);
    if (s.kind == STEP_inline) s.naxis = 0;
    try_step(p, out, s);
}

/* Along a reduced axis, where there is one: lanes and accumulators that meet at the end. */
static void fold_steps(Plan *p, Schedule *out) {
    const char *axis = any_axis(p);
    try_step(p, out, (Step){.kind = STEP_split, .naxis = 1, .axis = {axis}, .number = 4});
    const char *inner = arena_printf(arena, "%s.i", axis);
    if (random_below(2) && try_step(p, out, (Step){.kind = STEP_apart, .naxis = 1, .axis = {inner}})) return;
    try_step(p, out, (Step){.kind = STEP_vector, .naxis = 1, .axis = {inner}});
    if (random_below(2))
        try_step(p, out, (Step){.kind = STEP_apart, .naxis = 1, .axis = {arena_printf(arena, "%s.o", axis)}});
}

/* The steps of a vector kernel, each left out where it is refused. */
static void vector_steps(Plan *p, Schedule *out) {
    const char *axis = any_axis(p), *lanes = axis;
    int64_t points = 4;
    if (random_below(2)) try_step(p, out, (Step){.kind = STEP_interior, .naxis = 1, .axis = {axis}});
    if (random_below(2))
        try_step(p, out, (Step){.kind = STEP_tile, .naxis = 1, .axis = {any_axis(p)}, .number = 2 + random_below(4)});
    if (try_step(p, out, (Step){.kind = STEP_tile, .naxis = 1, .axis = {axis}, .number = points})) {
        const char *inner = arena_printf(arena, "%s.i", axis);
        for (uint32_t s = 0; s < p->nest->stage.n; s++)
            for (int i = 0; i < p->stage[s].npiece; i++)
                if (!strcmp(p->stage[s].piece[i].name, inner)) lanes = inner;
    }
    try_step(p, out, (Step){.kind = STEP_vector, .naxis = 1, .axis = {lanes}});
    const char *along = any_axis(p);
    try_step(p, out, (Step){.kind = STEP_split, .naxis = 1, .axis = {along}, .number = 4});
    try_step(p, out, (Step){.kind = STEP_elements, .naxis = 1, .axis = {arena_printf(arena, "%s.i", along)}});
    for (uint32_t b = 0; b < p->nest->buf.n; b++)
        if (p->nest->buf.at[b].kind == BUF_const && random_below(4))
            try_step(p, out,
                     (Step){.kind = STEP_pack,
                            .naxis = 1,
                            .axis = {lanes},
                            .buffer = p->nest->buf.at[b].name,
                            .number = points});
    if (random_below(3) == 0) random_step(p, out);
}

/* ---- data ---- */

static size_t stored_bytes(const Buffer *b) {
    return (size_t)buffer_elements(b) * (size_t)dtype_info[b->dtype].bytes;
}

static bool put_bytes(void *ctx, const void *data, size_t n) {
    uint8_t **at = ctx;
    memcpy(*at, data, n);
    *at += n;
    return true;
}

static void make_data(Variant *v) {
    Nest *n = v->nest;
    void **plain = arena_array_of(arena, n->buf.n + 1, void *);
    v->data = arena_array_of(arena, n->buf.n + 1, void *);
    v->want = arena_array_of(arena, n->buf.n + 1, void *);
    for (uint32_t i = 0; i < n->buf.n; i++) {
        const Buffer *b = &n->buf.at[i], *p = &v->plain->buf.at[i];
        v->data[i] = arena_alloc(arena, stored_bytes(b) + 1);
        plain[i] = arena_alloc(arena, stored_bytes(p) + 1);
        if (b->kind == BUF_table) plain[i] = (void *)(uintptr_t)p->table;
        if (b->kind == BUF_out) v->want[i] = plain[i];
        if (b->kind != BUF_in && b->kind != BUF_const) continue;
        const Value *x = &v->graph->value.at[b->value];
        const Tensor *t = x->data ? x->data : random_tensor(arena, x->dtype, x->shape);
        memcpy(plain[i], t->data, t->bytes);
        Weight w = {.dtype = t->dtype,
                    .shape = t->shape,
                    .tensor = t,
                    .layout = b->nphys ? b : NULL,
                    .elements = buffer_elements(b)};
        Program one = {0};
        vec_push(arena, &one.weight, w);
        uint8_t *at = v->data[i];
        program_weights(&one, put_bytes, &at);
    }
    if (!nest_eval(v->plain, plain, arena)) fprintf(stderr, "%s: the interpreter failed\n", v->name), failed++;
}

/* ---- the program ---- */

static void unit(Variant *const *v, uint32_t n, const char *head, Str *out) {
    Str body = str_new(arena);
    EmitUses uses = {0};
    for (uint32_t i = 0; i < n; i++) {
        Program p = {.graph = v[i]->graph, .target = v[i]->target, .name = "fuzz", .threads = THREADS};
        str_addf(&body, "\n/* %s: %s */\n", v[i]->kernel->name, v[i]->schedule);
        emit_function(&p, &v[i]->f, &uses, &body);
    }
    str_addf(out, "#include \"tenon_pool.h\"\n#include <math.h>\n#include <stdbool.h>\n#include <stdint.h>\n"
                  "#include <string.h>\nextern tenon_pool *all_threads;\n%s", head);
    for (uint32_t i = 0; i < uses.snippet.n; i++) {
        const char *text = skeleton(uses.snippet.at[i]);
        if (!text) fprintf(stderr, "no snippet %s\n", uses.snippet.at[i]), failed++;
        str_addf(out, "\n%s", text ? text : "");
    }
    str_add(out, body.at);
    for (uint32_t i = 0; i < n; i++) {
        const Nest *x = v[i]->nest;
        str_addf(out,
                 "void call_%s(void *const *b, unsigned char *s);\nvoid call_%s(void *const *b, unsigned char *s) {\n  "
                 "  (void)s;\n    fuzz_%s(",
                 v[i]->name, v[i]->name, v[i]->name);
        bool first = true;
        for (uint32_t k = 0; k < x->buf.n; k++) {
            if (x->buf.at[k].kind == BUF_local || x->buf.at[k].kind == BUF_table) continue;
            str_addf(out, "%sb[%u]", first ? "" : ", ", k);
            first = false;
        }
        str_addf(out, "%s%s);\n}\n", v[i]->f.scratch_bytes ? ", s" : "", v[i]->f.parallel ? ", all_threads" : "");
    }
}

static const char main_text[] =
    "static void *read_some(size_t n, int align) {\n"
    "    void *p = align ? aligned_alloc(64, (n + 63) / 64 * 64 + 64) : malloc(n ? n : 1);\n"
    "    if (n && !align && fread(p, 1, n, stdin) != n) exit(9);\n    return p;\n}\n"
    "int main(int argc, char **argv) {\n    all_threads = argc > 1 ? tenon_pool_create(atoi(argv[1])) : NULL;\n"
    "    for (size_t v = 0; v < sizeof calls / sizeof *calls; v++) {\n"
    "        size_t head[2], size[64];\n        void *b[64];\n"
    "        if (fread(head, sizeof *head, 2, stdin) != 2 || head[0] > 64) return 8;\n"
    "        for (size_t i = 0; i < head[0]; i++) {\n"
    "            if (fread(&size[i], sizeof *size, 1, stdin) != 1) return 8;\n            b[i] = read_some(size[i], "
    "0);\n        }\n"
    "        void *s = read_some(head[1], 1);\n        fprintf(stderr, \"%s\\n\", names[v]);\n        calls[v](b, s);\n"
    "        for (size_t i = 0; i < head[0]; i++) {\n            fwrite(b[i], 1, size[i], stdout);\n            "
    "free(b[i]);\n        }\n"
    "        free(s);\n    }\n    tenon_pool_destroy(all_threads);\n    return 0;\n}\n";

static void driver(Variant *const *v, uint32_t n, Str *out) {
    str_add(out, "#include \"tenon_pool.h\"\n#include <stdio.h>\n#include <stdlib.h>\n"
                 "extern tenon_pool *all_threads;\ntenon_pool *all_threads;\n");
    for (uint32_t i = 0; i < n; i++) str_addf(out, "void call_%s(void *const *, unsigned char *);\n", v[i]->name);
    str_add(out, "static void (*const calls[])(void *const *, unsigned char *) = {");
    for (uint32_t i = 0; i < n; i++) str_addf(out, "call_%s,", v[i]->name);
    str_add(out, "};\nstatic const char *const names[] = {");
    for (uint32_t i = 0; i < n; i++) str_addf(out, "\"%s\",", v[i]->name);
    str_addf(out, "};\n%s", main_text);
}

static void input_file(Variant *const *v, uint32_t n, Str *out) {
    for (uint32_t i = 0; i < n; i++) {
        const Nest *x = v[i]->nest;
        size_t head[2] = {x->buf.n, (size_t)v[i]->f.scratch_bytes};
        str_addn(out, (const char *)head, sizeof head);
        for (uint32_t k = 0; k < x->buf.n; k++) {
            size_t bytes = x->buf.at[k].kind == BUF_local ? 0 : stored_bytes(&x->buf.at[k]);
            str_addn(out, (const char *)&bytes, sizeof bytes);
            str_addn(out, v[i]->data[k], bytes);
        }
    }
}

static bool same(DType t, const void *got, const void *want, int64_t i) {
    Tensor a = {.dtype = t, .data = got}, b = {.dtype = t, .data = want};
    if (!dtype_is_float(t)) return tensor_int(&a, i) == tensor_int(&b, i);
    double x = tensor_float(&a, i), y = tensor_float(&b, i);
    double tolerance = t == DT_bf16 ? 0.05 : t == DT_f16 ? 0.01 : 1e-4;
    return x == y || (isnan(x) && isnan(y)) || fabs(x - y) <= tolerance * (1 + fabs(y));
}

static void compare(const Variant *v, const uint8_t **at, const uint8_t *end) {
    for (uint32_t k = 0; k < v->nest->buf.n; k++) {
        const Buffer *b = &v->nest->buf.at[k];
        if (b->kind == BUF_local) continue;
        size_t bytes = stored_bytes(b);
        if ((size_t)(end - *at) < bytes) {
            fprintf(stderr, "failed: %s: %s [%s] %s: no result\n", v->name, v->kernel->name, v->target->name,
                    v->schedule);
            failed++;
            return;
        }
        int64_t bad = -1, count = buffer_elements(b);
        if (b->kind == BUF_out)
            for (int64_t i = 0; i < count && bad < 0; i++)
                if (!same(b->dtype, *at, v->want[k], i)) bad = i;
        if (bad >= 0) {
            Tensor g = {.dtype = b->dtype, .data = *at}, w = {.dtype = b->dtype, .data = v->want[k]};
            bool real = dtype_is_float(b->dtype);
            fprintf(stderr, "failed: %s: %s [%s] %s: %s[%lld] is %g, want %g\n", v->name, v->kernel->name,
                    v->target->name, v->schedule, b->name, (long long)bad,
                    real ? tensor_float(&g, bad) : (double)tensor_int(&g, bad),
                    real ? tensor_float(&w, bad) : (double)tensor_int(&w, bad));
            failed++;
        } else if (b->kind == BUF_out) {
            passed++;
        }
        *at += bytes;
    }
}

/* ---- building and running ---- */

static bool tool(const char *folder, const char *log, const char *text) {
    Command c = command_new(arena);
    command_add_words(&c, text);
    int status = -1;
    if (command_run(&c, diag, folder, log, &status) && status == 0) return true;
    Bytes b = {0};
    fprintf(stderr, "failed: %s: status %d\n", text, status);
    diag_print(diag, stderr);
    if (io_map(arena, diag, path_join(arena, folder, log), &b))
        fprintf(stderr, "%.*s\n", (int)(b.n < 6000 ? b.n : 6000), (const char *)b.data);
    failed++;
    return false;
}

static void save(const char *folder, const char *name, const Str *text) {
    if (!io_write_file(arena, diag, path_join(arena, folder, name), text->at, text->n))
        diag_print(diag, stderr), failed++;
}

static void save_pool(const char *folder) {
    static const char *const file[] = {"tenon_pool.h", "tenon_pool.c"};
    for (int i = 0; i < 2; i++) {
        Str text = str_new(arena);
        str_add(&text, skeleton(file[i]));
        save(folder, file[i], &text);
    }
}

#define WARN " -Wall -Wextra -Wconversion -Wshadow -Werror"
#define SAN " -O1 -fsanitize=undefined,address -fno-sanitize-recover=all -c"

static void build_and_run(Variant *const *all, uint32_t n) {
    const char *folder = temp_folder(arena, diag, NULL);
    if (!CHECK(folder != NULL)) return;
    if (getenv("KEEP")) {
        temp_keep(folder);
        printf("%s\n", folder);
    }
    Variant **part = arena_array_of(arena, n + 1, Variant *);
    for (int dialect = 0; dialect < 2; dialect++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < n; i++)
            if ((all[i]->target->dialect != DIALECT_c99) == dialect) part[count++] = all[i];
        Str text = str_new(arena);
        unit(part, count, "", &text);
        save(folder, dialect ? "gnu.c" : "c99.c", &text);
    }
    Str text = str_new(arena), in = str_new(arena);
    driver(all, n, &text);
    save(folder, "main.c", &text);
    input_file(all, n, &in);
    save(folder, "in", &in);
    save_pool(folder);
    if (program_find(arena, "clang")) {
        tool(folder, "clang.log", "clang -std=c99 -Wpedantic" WARN " -fsyntax-only c99.c");
        tool(folder, "clang.log", "clang -std=gnu11" WARN " -fsyntax-only gnu.c");
    }
    if (tool(folder, "cc.log", "cc -std=c99 -Wpedantic" WARN SAN " c99.c -o c99.o") &&
        tool(folder, "cc.log", "cc -std=gnu11" WARN SAN " gnu.c -o gnu.o") &&
        tool(folder, "cc.log", "cc -std=gnu11 -fsanitize=undefined,address main.c tenon_pool.c c99.o gnu.o -o run -pthread -lm")) {
        tool(folder, "run.log", "sh -c './run <in >out'");
        if (tool(folder, "run.log", "sh -c './run 2 <in >out2 && ./run 3 <in >out3'"))
            passed += tool(folder, "run.log", "cmp out out2") + tool(folder, "run.log", "cmp out out3");
        Bytes out = {0};
        if (io_map(arena, diag, path_join(arena, folder, "out"), &out)) {
            const uint8_t *at = out.data, *end = at + out.n;
            for (uint32_t i = 0; i < n; i++) compare(all[i], &at, end);
        } else {
            failed++;
        }
    }
    /* TSan of gcc 12 dies of high-entropy address layouts. */
    if (tool(folder, "cc.log", "cc -std=gnu11 -w -O1 -g1 -fsanitize=thread main.c tenon_pool.c c99.c gnu.c -o races "
                               "-pthread -lm"))
        passed += tool(folder, "run.log", "sh -c 'setarch -R ./races 3 <in >out4 && cmp out out4'");
}

/* The loops that threads share, as the package names them. */
static void share_loops(Variant *v) {
    v->f.parallel = parallel_loops(v->f.tree);
    if (v->f.parallel && v->f.tree->scratch_each) v->f.scratch_bytes *= THREADS;
    const char **part = arena_array_of(arena, v->f.parallel + 1, const char *);
    for (uint32_t i = 0; i < v->f.parallel; i++) part[i] = arena_printf(arena, "%s_part%u", v->name, i);
    v->f.part = part;
}

static Variant *variant(const Kernel *k, uint32_t number, uint64_t seed) {
    Variant *v = arena_new_of(arena, Variant);
    Str graph = str_new(arena);
    str_addf(&graph, "graph \"t\"\n%sout %%y\n", k->graph);
    v->kernel = k;
    v->name = arena_printf(arena, "%s_%u", k->name, number);
    v->target = target_find(number % 3 == 0 ? "c99" : "x86-64-v1");
    random_state = hash_bytes(v->name, strlen(v->name), seed);
    v->graph = case_graph(arena, diag, k->name, graph.at, graph.n);
    if (v->graph) v->plain = case_nest(arena, v->graph, diag);
    if (!v->plain) {
        fprintf(stderr, "failed: %s has no nest\n", v->name);
        diag_print(diag, stderr);
        failed++;
        return NULL;
    }
    v->nest = case_nest(arena, v->graph, diag);
    Plan *p = plan_new(arena, v->nest, v->target);
    Schedule s = {0};
    if (number < 2) {
        s = schedule_default(arena, p);
    } else {
        if (number % 4 == 1) fold_steps(p, &s);
        if (number % 3) vector_steps(p, &s);
        for (uint32_t i = 0, n = random_below(number % 3 ? 4 : 12); i < n; i++) random_step(p, &s);
    }
    if (number < 2 || random_below(2)) schedule_parallel(arena, p, THREADS, 1, &s);
    Str text = str_new(arena);
    schedule_print(&s, &text);
    v->schedule = text.at;
    v->f = (Function){.name = v->name, .nest = v->nest, .tree = lower(arena, p)};
    v->f.scratch_bytes = v->f.tree->scratch_bytes;
    share_loops(v);
    make_data(v);
    return v;
}

int main(int argc, char **argv) {
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint32_t each = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 3;
    arena = arena_new("schedules");
    diag = diag_new(arena);
    Vec(Variant *) all = {0};
    for (int k = 0; k < KERNELS; k++)
        for (uint32_t i = 0; i < each && (argc < 4 || !strcmp(argv[3], kernels[k].name)); i++) {
            Variant *v = variant(&kernels[k], i, seed);
            if (v) vec_push(arena, &all, v);
        }
    build_and_run(all.at, all.n);
    if (failed) printf("seed %llu\n", (unsigned long long)seed);
    printf("%d passed, %d failed\n", passed, failed);
    arena_free(arena);
    return failed != 0;
}
