/* Forests on their way from attributes to the tables of OP_TreeEnsemble. */
#ifndef TENON_IMPORT_ONNX_TREE_H
#define TENON_IMPORT_ONNX_TREE_H
#include "import/onnx/ml.h"

enum { MODE_leq, MODE_lt, MODE_gte, MODE_gt, MODE_eq, MODE_neq, MODE_member };

/* A place is a node, or ~leaf. */
typedef struct {
    int64_t feature, yes, no;
    double value;
    uint8_t mode, missing;
} TreeNode;

typedef struct {
    int64_t leaf, target;
    double weight;
} TreeWeight;

typedef struct {
    Vec(TreeNode) node;
    Vec(int64_t) root;
    Vec(TreeWeight) weight;
    int64_t leaves;
    int64_t targets;
    const char *aggregate; /* SUM MIN MAX; AVERAGE is a sum that is divided */
} Forest;

/* Sums (or extremes) of the leaves' weights, [rows, targets], in the type of x. */
ValueId tree_emit(OnnxNode *n, ValueId x, Forest *f);
#endif
