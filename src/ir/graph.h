/* The graph: typed SSA over arrays of nodes and values with 32-bit ids. */
#ifndef TENON_IR_GRAPH_H
#define TENON_IR_GRAPH_H
#include "base/diag.h"
#include "base/map.h"
#include "base/vec.h"
#include "ir/attr.h"
#include "ir/dim.h"
#include "ir/optable.h"
#include "ir/types.h"

typedef uint32_t ValueId;
typedef uint32_t NodeId;
#define NO_VALUE UINT32_MAX /* an optional operand that is absent */
#define NO_NODE UINT32_MAX

/* Constant contents, row-major, little endian as on the host, `bytes` long (strings: an array of const char *). Shared
 * between graphs and never written after it was attached to a value. Alignment of data: that of the element type is NOT
 * promised (it may point into a mapped file): read with memcpy, tensor_float or tensor_int. */
typedef struct Tensor {
    DType dtype;
    Shape shape; /* all numbers */
    size_t bytes;
    bool exact; /* floats that stand for integers: sums of products with them are exact, so no pass scales or transforms them */
    const void *data;
    const struct TensorRule *rule; /* data is NULL: contents that are made when they are needed (tensor_contents) */
} Tensor;

/* Contents larger than what they are made of: nobody keeps them. */
typedef struct TensorRule {
    void (*fill)(const struct TensorRule *rule, void *to); /* all elements, zeroed before */
    const Tensor *from;
    int64_t number;
} TensorRule;

/* A quantised tensor is a type with parameters on the value (later stages fill it). */
typedef struct Quant Quant;

typedef struct {
    const char *name; /* as the model names it; unique in the graph, never NULL */
    DType dtype;
    Shape shape;
    NodeId producer;      /* NO_NODE: graph input or constant */
    uint16_t out_index;   /* which output of the producer */
    bool is_input;        /* of the graph */
    bool is_output;       /* of the graph, kept in step by graph_set_outputs */
    const Tensor *data;   /* constant contents, or NULL */
    const DimX *elements; /* symbolic contents of a small integer tensor (a shape that flows), row-major, or NULL */
    const Quant *quant;
    bool half;            /* of f32: in memory it lies as f16 (plan/half.h) */
    ValueId captured;     /* in a sub-graph: the value of `outer` that this one stands for; NO_VALUE otherwise */
} Value;

typedef struct {
    Op op;                /* OP_none: deleted */
    uint16_t nin, nout, nsub;
    ValueId *in, *out;    /* in may hold NO_VALUE; out too (an output nobody asked for) */
    void *attr;           /* the operator's struct, see op_info[op].attrs; immutable once shared, copy to change */
    struct Graph **sub;   /* sub-graphs of If/Loop/Scan */
    const char *name;     /* of the source node; "" when it had none: use node_label */
    const char *source;   /* operator as the model's format calls it, e.g. "Gemm"; for messages */
    uint32_t group;       /* fused group (kernel) it belongs to, 0: none yet */
} Node;

/* A value with room for the most there can be: how many there are along `axis`, from the first on, is the content of
 * `count`, a number, which is an output of the graph. fixed: the model says how many, and is taken at its word. Names,
 * since these stay with the outputs. */
typedef struct {
    const char *value, *count;
    int axis;
    bool fixed;
} Sized;

typedef struct Graph {
    Arena *arena;         /* lives as long as the graph */
    Diag *diag;
    const char *file;     /* model file, for messages */
    const char *name;
    struct Graph *outer;  /* of a sub-graph: where captured values live */
    SymTable *sym;
    Vec(Value) value;
    Vec(Node) node;       /* in a topological order; ids are positions */
    Vec(ValueId) input, output;
    Vec(Sized) sized;
    Map by_name;          /* value name -> id */
    Map suffix;           /* value name -> last index tried behind it, so that many equal names stay linear */
    IdMap captures;       /* value of `outer` -> the value here that was made for it */
    uint32_t fresh;       /* counter for names */
    int64_t fold_work;    /* terms that constant folding has computed so far: it has a budget */
} Graph;

Graph *graph_new(Arena *a, Diag *d, const char *file, const char *name);
/* A deep copy except for tensor contents, which are shared. */
Graph *graph_copy(Arena *a, const Graph *g);

/* A sub-graph shares the symbols of `outer` and refers to its values by graph_capture. */
Graph *graph_new_sub(Graph *outer, const char *name);
/* The value of sub-graph g that stands for `outer` of g->outer: made on the first call. */
ValueId graph_capture(Graph *g, ValueId outer);

/* The name must be new: otherwise an indexed variant "name.1" is taken. Returned ids stay valid; pointers to Value and
 * Node do not survive the next add. */
ValueId graph_value(Graph *g, const char *name, DType t, Shape s);
ValueId graph_find(const Graph *g, const char *name); /* NO_VALUE when unknown */
ValueId graph_constant(Graph *g, const char *name, const Tensor *t);
/* Convenience constants with a fresh name derived from `hint`. */
ValueId graph_const_float(Graph *g, const char *hint, DType t, double v);          /* rank 0, any float or int type */
ValueId graph_const_ints(Graph *g, const char *hint, int64_t n, const int64_t *v); /* i64[n] */
/* The first `count` elements along `axis`, copied. */
Tensor *tensor_first(Arena *a, const Tensor *t, int axis, int64_t count);
Tensor *tensor_new(Arena *a, DType t, Shape s); /* zeroed contents; NULL data only on overflow: check ->data */
/* t itself, or its contents made from its rule, in arena a. */
const Tensor *tensor_contents(const Tensor *t, Arena *a);
/* `exact`, also of what a rule made of such contents: moved, or filled up with zeros. */
bool tensor_is_exact(const Tensor *t);
static inline const char *tensor_string(const Tensor *t, int64_t i) { /* element i of strings; NULL is the empty one */
    const char *s = ((const char *const *)t->data)[i];
    return s ? s : "";
}
double tensor_float(const Tensor *t, int64_t i); /* element i as double, any numeric type */
int64_t tensor_int(const Tensor *t, int64_t i);
void tensor_set_float(Tensor *t, int64_t i, double v); /* rounds to the type; only on tensors made by tensor_new */
void tensor_set_int(Tensor *t, int64_t i, int64_t v);
bool tensor_equal(const Tensor *a, const Tensor *b); /* bitwise */

/* Appends a node with `nout` new values named out_names[i] (NULL: fresh name from the node's; "" : absent output);
 * shapes and types of the outputs are inferred (op/shape.h calls it `op_infer`), not here.
 * attr may be NULL for operators without attributes or to get the defaults. */
NodeId graph_node(Graph *g, Op op, const char *name, int nin, const ValueId *in, int nout, const char *const *out_names,
                  void *attr);
void graph_add_input(Graph *g, ValueId v);
void graph_add_output(Graph *g, ValueId v);

/* Surgery. Users are found by scanning or by a Uses table built once a pass. */
/* In all nodes' inputs, in what sub-graphs capture and, if `from` is one, in the outputs. An output keeps its name: the
 * two values swap names, unless `to` is an input or an output already, which keep theirs (put an Identity between). */
void graph_replace_uses(Graph *g, ValueId from, ValueId to);
void graph_remove_node(Graph *g, NodeId n);                  /* marks OP_none; outputs must be unused */
/* Drops deleted nodes, sorts topologically (stable), renumbers nodes, fixes producer ids; values keep their ids. False
 * with a diagnostic naming a node of the cycle if there is one. No recursion. */
bool graph_sort(Graph *g);
bool graph_is_output(const Graph *g, ValueId v);
/* What is known of a value's size, by its name; NULL: it has its shape. */
const Sized *graph_sized(const Graph *g, const char *name);
bool graph_counts(const Graph *g, ValueId v); /* v says how large others are: no output of the model itself */

typedef struct {
    uint32_t *first; /* nvalue + 1 */
    NodeId *user;    /* user[first[v]..first[v+1]): nodes that read v, one entry an operand or a sub-graph's capture */
} Uses;
Uses graph_uses(const Graph *g, Arena *tmp);
static inline uint32_t uses_count(const Uses *u, ValueId v) { return u->first[v + 1] - u->first[v]; }

const char *node_label(const Graph *g, NodeId n, Arena *a); /* its name, or "Op -> output" where it has none */
Loc node_loc(const Graph *g, NodeId n, const char *field);  /* for diag_error; strings live in the graph's arena */
static inline const Tensor *value_data(const Graph *g, ValueId v) {
    return v == NO_VALUE ? NULL : g->value.at[v].data;
}
static inline const Shape *value_shape(const Graph *g, ValueId v) { return &g->value.at[v].shape; }
/* The type of its elements in memory. */
static inline DType value_stored(const Graph *g, ValueId v) { return g->value.at[v].half ? DT_f16 : g->value.at[v].dtype; }
/* 0-based operand that is present, with node pointer; NO_VALUE when absent or beyond nin. */
static inline ValueId node_in(const Node *n, unsigned i) { return i < n->nin ? n->in[i] : NO_VALUE; }
static inline ValueId node_out(const Node *n, unsigned i) { return i < n->nout ? n->out[i] : NO_VALUE; }

/* The verifier: arity, operand ids, one producer a value, types known, names unique, order and cycles. Everything wrong
 * is reported; false if anything was. */
bool graph_verify(const Graph *g);

/* Text form, exact both ways (floats included); values are called by their names, attributes that are not given have
 * their defaults, # starts a comment:
 *   graph "name" file "m.onnx"
 *   in %image : f32[1,3,H,2*W+1]
 *   const %conv1.weight : f32[8,3,1,1] = [1.5, -inf, ...]       (shortest decimal that reads back; large: base64 "...")
 *   %conv1 : f32[1,8,H,2*W+1], _ = Op(%image, %conv1.weight, _) {strides=[1,1]} "node name" from "Gemm" group 2
 *     graph "then" {                                            (sub-graphs of the node above)
 *       capture %c : f32[2] of %image
 *       out %c
 *     }
 *   out %conv1
 *   sized %rows by %count axis 0 fixed
 * Names with other characters than letters, digits and _./-$@ are quoted: %"a b". A node's output types may be left
 * out: they are then unknown. Values that lost their producer are not written, and ids are given anew in the order of
 * the text. JSON holds the same (what its numbers cannot hold exactly are strings; one value or node a line).
 * The readers answer NULL with a diagnostic; what they give is well formed, but types are for graph_verify to judge. */
void graph_print(const Graph *g, Str *out);
Graph *graph_parse(Arena *a, Diag *d, const char *file, const char *text, size_t n);
bool graph_write_json(const Graph *g, Str *out);
Graph *graph_parse_json(Arena *a, Diag *d, const char *file, const char *text, size_t n);
#endif
