/* Shared by the files of the ONNX writer. */
#ifndef TENON_IMPORT_ONNX_WRITE_H
#define TENON_IMPORT_ONNX_WRITE_H
#include "import/onnx/internal.h"

typedef struct {
    const Graph *g;
    Diag *diag;
    Arena *arena;
    Vec(NodeProto *) node;
    Vec(TensorProto *) initialiser;
    const char *const *name; /* of each value of a sub-graph, as it is written; NULL: as the graph calls them */
    Map names;     /* taken, in all graphs of the model */
    Map called;    /* names of nodes: of what one node became only the first keeps its name */
    int64_t opset; /* raised by operators that came later */
} OnnxWriter;

/* One node being written: a NodeProto whose operands and attributes are filled in. */
typedef struct {
    OnnxWriter *w;
    NodeId id;
    const Node *node;
    const void *attr;
    NodeProto *p;
} WriteNode;

/* ---- write.c ---- */
void wn_operand(WriteNode *n, const char *name); /* "" for one that is absent */
void wn_ints(WriteNode *n, const char *what, uint32_t count, const int64_t *v, int rank); /* a constant operand */
void wn_floats(WriteNode *n, const char *what, uint32_t count, const double *v);
void wn_scalar_int(WriteNode *n, const char *what, int64_t v);
AttributeProto *wn_attribute(WriteNode *n, const char *name, int type);
const char *wn_value(const WriteNode *n, ValueId v);
const char *write_fresh(OnnxWriter *w, const char *base); /* a name that no other value has */
NodeProto *write_new_node(OnnxWriter *w, const char *op, const char *in, const char *out); /* of one operand, "" for none */
bool write_graph(OnnxWriter *w, GraphProto *p, uint32_t ninput); /* with the first of the graph's inputs */
bool wn_error(WriteNode *n, const char *field, const char *text);

/* ---- write_control.c ---- */
bool write_if(WriteNode *n);
bool write_loop(WriteNode *n);

/* ---- write_ops.c ---- */
typedef struct {
    Op op;
    int since;         /* the operator set where it exists in this form, if later than 21 */
    const char *name;  /* NULL: as ours */
    const char *skip;  /* attributes that are not written, separated by blanks, or NULL for none */
    const char *from, *to; /* an attribute that is renamed */
    bool (*write)(WriteNode *n); /* operands behind those of our node; NULL: none */
} WriteRow;
const WriteRow *write_row(Op op); /* NULL: operands and attributes as they are */
#endif
