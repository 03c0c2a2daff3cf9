#include "ir/optable.h"
#include <stdlib.h>
#include <string.h>

const OpInfo op_info[OP_count] = {
    [OP_none] = {"none", CLASS_general, 0, 0, 0, 0, &attr_spec_None, MEANING_none, ""},
#define OP(name, cls, in_min, in_max, out_min, out_max, attrs, shape, meaning, text)                                   \
    [OP_##name] = {#name, CLASS_##cls, in_min, in_max, out_min, out_max, &attr_spec_##attrs, MEANING_##meaning, text},
#include "ir/ops.def"
#undef OP
};

static int by_name(const void *a, const void *b) {
    return strcmp(op_info[*(const uint16_t *)a].name, op_info[*(const uint16_t *)b].name);
}

Op op_find(const char *name) {
    static uint16_t sorted[OP_count]; /* [1..]: a search must not cost the table's length for every node of a file */
    if (!sorted[OP_count - 1]) {
        for (int i = 1; i < OP_count; i++) sorted[i] = (uint16_t)i;
        qsort(sorted + 1, OP_count - 1, sizeof sorted[0], by_name);
    }
    int lo = 1, hi = OP_count;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2, order = strcmp(name, op_info[sorted[mid]].name);
        if (order == 0) return (Op)sorted[mid];
        if (order < 0)
            hi = mid;
        else
            lo = mid + 1;
    }
    return OP_none;
}
