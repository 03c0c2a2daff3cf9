/* Control flow: only what is decided at compile time. */
#include "import/onnx/maps.h"

bool map_if(OnnxNode *n) {
    const AttributeProto *branch;
    int64_t taken;
    if (!ox_number(n, 0, "cond", &taken)) return false;
    const char *name = taken ? "then_branch" : "else_branch";
    branch = ox_find(n, name);
    if (!branch || !branch->g) return ox_error(n, name, NULL, "the attribute is missing");
    return onnx_inline_graph(n, branch->g);
}
