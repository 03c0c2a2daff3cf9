/* ONNX models, and tensors stored as ONNX TensorProto files (.pb). */
#ifndef TENON_IMPORT_ONNX_ONNX_H
#define TENON_IMPORT_ONNX_ONNX_H
#include "import/import.h"

bool onnx_probe(const uint8_t *data, size_t n, const char *path);
Graph *onnx_read(Arena *a, Diag *d, const char *path, const ImportOptions *o);
/* A data set's input_0.pb: one TensorProto; *name receives its name ("" if none). NULL with a diagnostic. */
Tensor *onnx_read_tensor(Arena *a, Diag *d, const char *path, const char **name);
/* What a model's inputs and outputs stand for, in the model's order; inputs that are initialisers too are left out. */
typedef enum { ONNX_tensor, ONNX_sequence, ONNX_optional, ONNX_optional_sequence } OnnxKind;
typedef struct {
    const char *name;
    OnnxKind kind;
} OnnxPort;
typedef struct {
    OnnxPort *in, *out;
    uint32_t nin, nout;
} OnnxPorts;
bool onnx_ports(Arena *a, Diag *d, const char *path, OnnxPorts *ports);
/* The tensors in a data set's file of that kind; *n is -1 for an optional without element. NULL with a diagnostic. */
const Tensor **onnx_read_list(Arena *a, Diag *d, const char *path, OnnxKind kind, int64_t *n);
/* tenon convert M -o M.onnx: the graph as ONNX (IR 10, opset 21). */
bool onnx_write(const Graph *g, Diag *d, const char *path);

/* One row of operators.def: which of its operators maps to ours, in which versions, by which function. */
typedef struct OnnxNode OnnxNode; /* import/onnx/internal.h */
#endif
