/* Shared by the two files of the ONNX writer. */
#ifndef TENON_IMPORT_ONNX_WRITE_H
#define TENON_IMPORT_ONNX_WRITE_H
#include "import/onnx/internal.h"

typedef struct {
    const Graph *g;
    Diag *diag;
    Arena *arena;
    Vec(NodeProto *) node;
    Vec(TensorProto *) initialiser;
    Map names;     /* taken by constants that are made here */
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
bool wn_error(WriteNode *n, const char *field, const char *text);

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
