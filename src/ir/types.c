#include "ir/types.h"
#include <string.h>

const DTypeInfo dtype_info[DT_count] = {[DT_none] = {"none", 0, "void", 'x', ""},
#define X(name, bytes, c, cls, npy) [DT_##name] = {#name, bytes, c, cls, npy},
                                        DTYPE_TABLE(X)
#undef X
};

DType dtype_parse(const char *name) {
    for (int t = DT_none + 1; t < DT_count; t++)
        if (strcmp(dtype_info[t].name, name) == 0) return (DType)t;
    return DT_none;
}
