/* Shared inside import/onnx/ only: the reader's state, one node being mapped, and the helpers of mapping functions. */
#ifndef TENON_IMPORT_ONNX_INTERNAL_H
#define TENON_IMPORT_ONNX_INTERNAL_H
#include "base/io.h"
#include "import/onnx/onnx.h"
#include "import/onnx/onnx.pb-c.h"
#include "op/op.h"

typedef TenonOnnx__ModelProto ModelProto;
typedef TenonOnnx__GraphProto GraphProto;
typedef TenonOnnx__NodeProto NodeProto;
typedef TenonOnnx__AttributeProto AttributeProto;
typedef TenonOnnx__TensorProto TensorProto;
typedef TenonOnnx__SparseTensorProto SparseTensorProto;
typedef TenonOnnx__ValueInfoProto ValueInfoProto;
typedef TenonOnnx__FunctionProto FunctionProto;
typedef TenonOnnx__OperatorSetIdProto OperatorSetIdProto;

enum { ONNX_MAX_DEPTH = 64, ONNX_MAX_NODES = 1000000 };
/* What is unrolled of one Loop or Scan, or computed of an If whose condition is not known: nodes, nested ones too. */
enum { ONNX_BODY_NODES = 50000 };

/* AttributeProto.type */
enum {
    ONNX_FLOAT = 1,
    ONNX_INT,
    ONNX_STRING,
    ONNX_TENSOR,
    ONNX_GRAPH,
    ONNX_FLOATS,
    ONNX_INTS,
    ONNX_STRINGS,
};

/* ---- wire.c ---- */
/* Maps and unpacks a file as the message type; the message lives as long as `a`, the mapping is given back at once.
 * Nesting, lengths and repeated optional messages are checked before. NULL with a diagnostic. */
ProtobufCMessage *onnx_unpack(Arena *a, Diag *d, const char *path, const ProtobufCMessageDescriptor *type);

/* ---- tensor.c ---- */
/* Where external data lie, and what has been mapped of them. */
typedef struct {
    Arena *arena; /* of the tensors */
    Diag *diag;
    const char *folder;
    Map files; /* location -> index in mapped */
    Vec(Bytes) mapped;
} TensorSource;
DType onnx_dtype(int64_t number); /* DT_none when it is not supported */
int onnx_dtype_number(DType t);
const char *onnx_dtype_name(int number); /* "FLOAT8E4M3FN" or "number 99" in words */
/* The contents point into `p` where the layouts agree, otherwise they are converted into the arena. */
Tensor *onnx_tensor(TensorSource *s, Loc loc, const TensorProto *p);
Tensor *onnx_sparse_tensor(TensorSource *s, Loc loc, const SparseTensorProto *p);

/* ---- read.c ---- */
#define ONNX_POISON (UINT32_MAX - 1) /* a value whose node could not be mapped: what reads it is skipped silently */
#define ONNX_ABSENT (UINT32_MAX - 2) /* an optional input of a function that the caller leaves out */
/* From here to ONNX_ABSENT: no value of the graph but list number id - ONNX_LISTS of the reader. */
#define ONNX_LISTS 0x80000000u

/* A sequence, whose tensors are known one by one, or an optional without an element. An optional with one is that. */
typedef struct {
    bool none;
    DType dtype; /* of an empty sequence; DT_none: not said */
    uint32_t n;
    const ValueId *at;
} OnnxList;

typedef struct OnnxScope OnnxScope;
typedef struct OnnxSub OnnxSub;
struct OnnxScope {
    OnnxSub *sub;                  /* the graph that its values are in, NULL: the model's */
    const OnnxScope *captures;     /* around a sub-graph: where other names are looked up */
    const struct OnnxNode *caller; /* of a function's body: its attributes; inherited by sub-graphs */
    const FunctionProto *function;
    Map names;                     /* ONNX name -> ValueId or ONNX_POISON */
    Map rename;                    /* name in here -> index in `renamed`: outputs that take the caller's name */
    const char *const *renamed;
    const char *prefix;            /* before names of inlined values, "" at the top */
    OperatorSetIdProto *const *opset;
    size_t nopset;
    int depth;
};

typedef struct {
    Graph *g;     /* that nodes are added to */
    OnnxSub *sub; /* which that is, NULL: the model's */
    Diag *diag;
    Arena *arena, *tmp;
    const ImportOptions *options;
    const ModelProto *model;
    TensorSource source;
    Map reserved; /* names of the model's own graph, which helpers must not take */
    Map symbols;  /* dim_param -> index in symbol */
    Vec(Dim) symbol;
    Map symbol_names; /* identifiers in use */
    Vec(OnnxList) list;
    Map functions; /* domain, name and overload -> index in the model's functions, once one was looked for */
    uint32_t fresh;
    uint32_t nodes;      /* visited, functions inlined */
    bool stopped;        /* there are too many: nothing more is mapped or reported */
    int64_t walked;      /* nodes that gradients have looked at: there is a limit */
    int64_t fold_budget; /* bytes that folding may still make freely */
} OnnxReader;

typedef struct OnnxRow OnnxRow;

/* One node being mapped. Mapping functions make the nodes and call ox_emit*; after an error `bad` is set and every
 * further helper does nothing, so that chains need no checks in between. */
struct OnnxNode {
    OnnxReader *r;
    Graph *g;
    const NodeProto *p;
    const OnnxRow *row;
    OnnxScope *scope;
    const char *name; /* with the scope's prefix */
    const char *label; /* for messages */
    int64_t version;  /* of the operator set */
    uint32_t nin, nout;
    const ValueId *in;
    const char *const *out; /* names of the new values, "" where absent */
    ValueId *result;
    bool bad;
};

struct OnnxRow {
    const char *domain, *name;
    int since; /* the lowest operator set version accepted */
    Op op;
    bool (*map)(OnnxNode *n);
};
const OnnxRow *onnx_row(const char *domain, const char *name);

/* Walks nodes of a graph or function body. Errors are in the diagnostics. */
void onnx_walk(OnnxReader *r, OnnxScope *s, NodeProto *const *nodes, size_t n);
void onnx_add_initialisers(OnnxReader *r, OnnxScope *s, const GraphProto *p);
/* NO_VALUE when unknown; what lies around the sub-graph that is being made is taken into it. */
ValueId onnx_lookup(OnnxReader *r, const OnnxScope *s, const char *name);
void onnx_drop_unused(Graph *g, Arena *tmp);
int64_t onnx_version(const OnnxScope *s, const char *domain); /* -1 when the domain is not imported */
/* A name that neither the graph nor the model has. */
const char *onnx_fresh(OnnxReader *r, const char *base);

/* ---- input.c ---- */
/* Binds the symbols of inputs whose shapes or contents are given, then adds the inputs that are not constants. */
bool onnx_add_inputs(OnnxReader *r, OnnxScope *s, const GraphProto *p);
/* False, and told, when an output says that it is no tensor or of a type that is not supported. */
bool onnx_check_outputs(OnnxReader *r, const GraphProto *p);
/* *element: the type of one tensor. */
OnnxKind onnx_kind(const ValueInfoProto *v, const TenonOnnx__TypeProto **element);
const Tensor *onnx_bound(const OnnxReader *r, const char *name); /* contents given with --bind, or NULL */

/* ---- order.c ---- */
/* The order in which nodes can be walked (indices), NULL with a diagnostic that names a cycle. */
uint32_t *onnx_order(OnnxReader *r, const OnnxScope *s, NodeProto *const *nodes, size_t n);

/* ---- function.c ---- */
const FunctionProto *onnx_function(OnnxReader *r, const NodeProto *p);
bool onnx_inline(OnnxNode *n, const FunctionProto *f);
bool onnx_inline_graph(OnnxNode *n, const GraphProto *p); /* a branch of If that is known to be taken */

/* A sub-graph that is walked once or several times in place of its node; its initialisers are added once. */
typedef struct {
    OnnxNode *n;
    const GraphProto *p;
    OnnxScope constants;
    uint32_t first; /* nodes visited before */
} OnnxBody;
int64_t onnx_unroll(const OnnxReader *r, bool rather); /* iterations that are unrolled, rather than looped over */
bool onnx_body_open(OnnxBody *b, OnnxNode *n, const char *attr);
/* `part` is for names: which branch or iteration. in: one an input, NO_VALUE where absent; out: one an output. */
bool onnx_body_walk(OnnxBody *b, const char *part, uint32_t nin, const ValueId *in, ValueId *out);

/* ---- subgraph.c: sub-graphs that stay in the graph ---- */
typedef Vec(ValueId) OnnxValues;
struct OnnxSub {
    OnnxNode *n;
    Graph *around, *g;
    OnnxSub *outer;
    IdMap here;       /* value of `around` -> the one here */
    OnnxValues taken; /* those that are no constants */
};
void onnx_sub_open(OnnxSub *s, OnnxNode *n, const char *name); /* nodes are added to it until it is closed */
void onnx_sub_close(OnnxSub *s);
/* The value in s for one of the graph `from` around it. */
ValueId onnx_bring(OnnxReader *r, OnnxSub *s, const OnnxSub *from, ValueId v);
bool onnx_sub_output(OnnxSub *s, ValueId v);
void onnx_sub_inputs(OnnxReader *r, OnnxSub *const *sub, int n, OnnxValues *operands);
bool onnx_sub_node(OnnxNode *n, Op op, const OnnxValues *in, void *attr, OnnxSub *const *sub, int nsub, uint32_t nout,
                   const char *const *names, ValueId *out);

/* ---- turns.c: what is decided while running ---- */
typedef struct {
    OnnxNode *n;
    OnnxSub sub;
    uint32_t ncarried;
    const ValueId *first; /* carried values before the loop */
    ValueId turn, *state; /* inside the body */
} OnnxTurns;
typedef struct {
    ValueId most;  /* i64[] outside: the number of turns, NO_VALUE: no limit beside `trips` */
    int64_t trips; /* -1: no limit that is known, and no parts */
    bool whole, limited; /* there are as many turns; the user says how many at most */
    ValueId cond;  /* bool[] outside: whether there is a first turn */
    ValueId again; /* bool[] inside */
    const ValueId *next, *part; /* inside: carried values, and what is stacked */
    uint32_t nparts;
} OnnxTurnsEnd;
/* Between the two nodes are added to the body; result: carried values, then stacks. */
bool onnx_turns_open(OnnxTurns *t, OnnxNode *n, uint32_t ncarried, const ValueId *first);
void onnx_turns_drop(OnnxTurns *t); /* the last carried value, which nothing reads */
bool onnx_turns_close(OnnxTurns *t, const OnnxTurnsEnd *end, const char *const *names, ValueId *result);
bool onnx_branches(OnnxNode *n, ValueId condition); /* an If node of ours */

/* ---- list.c: sequences and optionals, which exist while importing only ---- */
static inline bool onnx_is_list(ValueId v) { return v >= ONNX_LISTS && v < ONNX_ABSENT; }
static inline const OnnxList *onnx_list(const OnnxReader *r, ValueId v) {
    return onnx_is_list(v) ? &r->list.at[v - ONNX_LISTS] : NULL;
}
ValueId onnx_new_list(OnnxReader *r, OnnxList list);
bool onnx_add_list_output(OnnxReader *r, const char *name, ValueId v);
bool onnx_takes_lists(const OnnxRow *row); /* the others are refused before they are mapped */

/* ---- node.c: helpers of the mapping functions ---- */
bool ox_error(OnnxNode *n, const char *field, const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool ox_refuse(OnnxNode *n, const char *reason); /* "is not supported: reason" */

const AttributeProto *ox_find(const OnnxNode *n, const char *attr); /* references of function bodies resolved */
int64_t ox_int(OnnxNode *n, const char *attr, int64_t def);
double ox_float(OnnxNode *n, const char *attr, double def);
const char *ox_string(OnnxNode *n, const char *attr, const char *def);
bool ox_ints(OnnxNode *n, const char *attr, Ints *out);     /* false when absent */
Tensor *ox_strings(OnnxNode *n, const char *attr);          /* of rank 1; NULL when absent or wrong */
bool ox_floats(OnnxNode *n, const char *attr, Floats *out);
bool ox_one_of(OnnxNode *n, const char *attr, const char *value, const char *const *allowed); /* NULL-terminated */

bool ox_has(const OnnxNode *n, unsigned in); /* operand is present */
static inline ValueId ox_in(const OnnxNode *n, unsigned i) { return i < n->nin ? n->in[i] : NO_VALUE; }
static inline bool ox_wants(const OnnxNode *n, unsigned i) { return i < n->nout && n->out[i][0]; }
DType ox_dtype(const OnnxNode *n, ValueId v);
Shape ox_shape(const OnnxNode *n, ValueId v);
int ox_rank(OnnxNode *n, unsigned in); /* of the operand; an error when absent or unknown, then 0 */

/* Contents of an integer operand at compile time, symbols allowed; NULL with a diagnostic that says how to give it. */
const DimX *ox_contents(OnnxNode *n, unsigned in, const char *what, int64_t *count);
/* The same where only numbers will do. */
bool ox_numbers(OnnxNode *n, unsigned in, const char *what, Ints *out);
bool ox_number(OnnxNode *n, unsigned in, const char *what, int64_t *out);
bool ox_reals(OnnxNode *n, unsigned in, const char *what, Floats *out);
/* Attribute `attr` before operator set `input_since`, operand `in` from then on. found: false when absent. */
bool ox_list(OnnxNode *n, const char *attr, int input_since, unsigned in, Ints *out, bool *found);
bool ox_axis(OnnxNode *n, const char *field, int64_t *axis, int rank); /* into [0, rank) */
bool ox_axes(OnnxNode *n, Ints *axes, int rank);                       /* non-negative, sorted, distinct */
Dim ox_dim(OnnxNode *n, const char *what, DimX x); /* a dimension >= 0 */
int ox_known(const OnnxNode *n, ValueId v); /* a condition at compile time: 0, 1, or -1 when it is not known */
/* Always false: v should be known at compile time, because of `reason` if it is not NULL. */
bool ox_unknown(OnnxNode *n, ValueId v, const char *what, const char *reason);

void *ox_new(OnnxNode *n, Op op); /* the operator's attributes with defaults */
Ints ox_list_of(OnnxNode *n, uint32_t count, const int64_t *from); /* copy; from NULL: zeros */
/* Adds a node (shape inferred, folded if constant) with one fresh output. NO_VALUE after an error. */
ValueId ox_make(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, void *attr);
/* The same with several outputs, named already; "": absent. */
bool ox_make_outputs(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, void *attr, uint32_t nout,
                     const char *const *names, ValueId *out);
ValueId ox_make1(OnnxNode *n, Op op, ValueId a, void *attr);
ValueId ox_make2(OnnxNode *n, Op op, ValueId a, ValueId b);
ValueId ox_reshape(OnnxNode *n, ValueId v, const Shape *s);
ValueId ox_constant(OnnxNode *n, const Tensor *t);
ValueId ox_scalar(OnnxNode *n, DType t, double v); /* rank 0 */
Tensor *ox_tensor(OnnxNode *n, DType t, int rank, const int64_t *dims);
/* The node that makes the ONNX node's outputs under their own names. */
bool ox_emit(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, void *attr);
bool ox_emit1(OnnxNode *n, Op op, ValueId a, void *attr);
bool ox_emit2(OnnxNode *n, Op op, ValueId a, ValueId b);
bool ox_emit_output(OnnxNode *n, unsigned output, Op op, uint32_t nin, const ValueId *in, void *attr);
bool ox_emit_reshape(OnnxNode *n, ValueId v, const Shape *s);
bool ox_emit_constant(OnnxNode *n, unsigned output, const Tensor *t);
bool ox_emit_value(OnnxNode *n, unsigned output, ValueId v); /* an Identity under the output's name; lists as they are */

/* ---- pieces.c ---- */
/* v[.., index, ..] along an axis, which goes away. */
ValueId ox_take(OnnxNode *n, ValueId v, int64_t axis, Dim index);
/* `count` elements of v along an axis from `start` on, `step` apart (negative: backwards), or (ox_part) side by side. */
ValueId ox_slice(OnnxNode *n, ValueId v, int64_t axis, Dim start, Dim count, int64_t step);
ValueId ox_part(OnnxNode *n, ValueId v, int64_t axis, Dim start, Dim count);
/* Operands one behind the other along an axis, or (ox_stack) along a new one at `axis` of the result. */
ValueId ox_join(OnnxNode *n, uint32_t count, const ValueId *v, int64_t axis);
ValueId ox_stack(OnnxNode *n, uint32_t count, const ValueId *v, int64_t axis);
ValueId ox_reversed(OnnxNode *n, ValueId v, int64_t size); /* along the first axis */
ValueId ox_cast(OnnxNode *n, ValueId v, DType t); /* v itself where it has the type; NO_VALUE stays */
ValueId ox_transpose(OnnxNode *n, ValueId v, int rank, const int64_t *perm);
/* [n, c, ..] -> [n, .., c] (last), or back. */
ValueId ox_channels(OnnxNode *n, ValueId v, bool last);
/* For operators whose attributes mean channels first: operand 0 is turned so; the caller turns the result. */
bool ox_channels_first(OnnxNode *n);
ValueId ox_times(OnnxNode *n, ValueId v, double number); /* v itself for 1 */
ValueId ox_where(OnnxNode *n, ValueId condition, ValueId yes, ValueId no);
ValueId ox_zeros(OnnxNode *n, DType t, const Shape *s); /* of a known shape, 0 elements allowed */
ValueId ox_as_scalar(OnnxNode *n, ValueId v, const char *what); /* one element as rank 0 */
/* condition ? yes : no, for lists element by element; an error that `what` may not depend on data otherwise. */
ValueId ox_select(OnnxNode *n, ValueId condition, ValueId yes, ValueId no, const char *what);

/* ---- map_conv.c, map_quant.c ---- */
Attr_Conv *ox_conv_attr(OnnxNode *n, ValueId w); /* of operand 0 and weights w; NULL after an error */
bool ox_pool_attr(OnnxNode *n, Attr_Pool *a);
Attr_Gemm *ox_gemm_attr(OnnxNode *n);
/* A real that was divided by its scale: rounded half to even, zero point (may be NO_VALUE) added, saturated. */
bool ox_emit_quantised(OnnxNode *n, unsigned output, ValueId v, ValueId zero, DType t);
bool ox_want_present(OnnxNode *n, unsigned first, unsigned last); /* operands that must be there */
ValueId ox_centred(OnnxNode *n, ValueId v, ValueId zero); /* v - zero as f32, exact for bytes; zero may be NO_VALUE */
/* (v - zero) * scale as f32: numbers that stand for reals. */
ValueId ox_real(OnnxNode *n, ValueId v, ValueId scale, ValueId zero);

/* ---- sized.c, map_select.c: sizes that depend on data ---- */
bool ox_whole(OnnxNode *n, ValueId v); /* false, and told, when how much of it counts depends on data */
/* ox_emit for an operator whose last output counts: axis[i] is where output i has as many elements as that, -1: it has its
 * shape. fixed: the model says how many there are. */
bool ox_emit_sized(OnnxNode *n, Op op, uint32_t nin, const ValueId *in, void *attr, bool fixed, const int *axis);
/* The same for an output that is there: `count` says how many, or is known, and then it is cut. */
bool ox_settle_sized(OnnxNode *n, unsigned output, ValueId count, int axis, bool fixed);
/* v has as many elements along an axis as `count` says. */
void onnx_counted(Graph *g, ValueId v, ValueId count, int axis, bool fixed);
/* Operators whose mapping may see such an operand, since it asks for no sizes. */
bool onnx_takes_sizes(const OnnxRow *row);
/* The results of a node just made have the counts of its operands; false, and told, where that cannot be said. */
bool onnx_follow_sizes(OnnxNode *n, NodeId id);
/* Counts of what is no output of the graph go. */
void onnx_keep_sizes(Graph *g);
int64_t onnx_declared(const OnnxNode *n, unsigned output, int axis); /* a dimension in the model's words, or -1 */
#endif
