"""Quantised operators and those of ai.onnx.ml with bad attributes and operands."""
from make import *

DOMAIN = "ai.onnx.ml"
BYTES = ([1, 4], TensorProto.UINT8)


def ml(op, inputs=None, outs="y", **attributes):
    inputs = {"x": [2, 3]} if inputs is None else inputs
    return model([node(op, list(inputs), outs, domain=DOMAIN, **attributes)], inputs, outs.split(), domains=(DOMAIN,))


def stump(**changes):
    """Feature 0 at most 1: leaf 1, else leaf 2."""
    attributes = dict(nodes_treeids=[0, 0, 0], nodes_nodeids=[0, 1, 2], nodes_featureids=[0, 0, 0], nodes_values=[1.0, 0.0, 0.0],
                      nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0],
                      target_treeids=[0, 0], target_nodeids=[1, 2], target_ids=[0, 0], target_weights=[1.0, 2.0], n_targets=1)
    return ml("TreeEnsembleRegressor", **{k: v for k, v in {**attributes, **changes}.items() if v is not None})


CASES = [
    Case("tree in a circle", stump(nodes_falsenodeids=[0, 0, 0]),
         "node 'n' (TreeEnsembleRegressor): nodes_truenodeids: nodes follow each other in a circle"),
    Case("tree without a node", stump(nodes_truenodeids=[7, 0, 0]),
         "node 'n' (TreeEnsembleRegressor): nodes_truenodeids: tree 0 has no node 7"),
    Case("tree feature", stump(nodes_featureids=[3, 0, 0]),
         "node 'n' (TreeEnsembleRegressor): nodes_featureids: 3 at entry 0: there are 3 features"),
    Case("tree list too short", stump(nodes_values=[1.0]),
         "node 'n' (TreeEnsembleRegressor): nodes_values: has 1 entries, 3 are needed"),
    Case("tree mode", stump(nodes_modes=["BRANCH_XOR", "LEAF", "LEAF"]),
         "node 'n' (TreeEnsembleRegressor): nodes_modes: \"BRANCH_XOR\" is no mode"),
    Case("tree node twice", stump(nodes_nodeids=[0, 1, 1]),
         "node 'n' (TreeEnsembleRegressor): nodes_nodeids: tree 0 has two nodes 1"),
    Case("tree target", stump(target_ids=[0, 1]), "node 'n' (TreeEnsembleRegressor): weight 1 is for target 1 of 1"),
    Case("tree without trees", stump(nodes_treeids=None),
         "node 'n' (TreeEnsembleRegressor): nodes_treeids: the attribute is missing"),
    Case("linear coefficients", ml("LinearRegressor", coefficients=[1.0, 2.0]),
         "node 'n' (LinearRegressor): coefficients: has 2 entries, intercepts has 0: they do not go with 3 features"),
    Case("labels that are too few strings",
         ml("LinearClassifier", outs="y z", coefficients=[1.0, 2.0, 3.0], intercepts=[0.0], classlabels_strings=["a"]),
         "node 'n' (LinearClassifier): classlabels_ints: has 1 entries for two classes"),
    Case("keys that are strings for numbers",
         ml("LabelEncoder", keys_strings=["a", "b"], values_int64s=[1, 2]),
         "node 'n' (LabelEncoder): operand 0 is f32, the keys are string"),
    Case("maps of scores", ml("ZipMap", classlabels_int64s=[0, 1, 2]),
         "node 'n' (ZipMap): is not supported: its result is a list of maps; export the model without it and take the "
         "scores as a tensor"),
    Case("MatMulInteger of floats", one("MatMulInteger", {"x": [1, 4]}, {"w": f32(4, 2)}),
         "node 'n' (MatMulInteger): operand 0 'x' is f32, want int8 or uint8"),
    Case("QLinearMatMul with few operands", one("QLinearMatMul", {"x": BYTES}, {"s": f32(1)}),
         "node 'n' (QLinearMatMul): operand 2 is missing"),
]
