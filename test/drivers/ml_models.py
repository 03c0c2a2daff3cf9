#!/usr/bin/env python3
"""Operators of ai.onnx.ml: trees, linear models and support vectors made from a seed, judged by onnxruntime. Where it
leaves the standard (NaN scores of PROBIT, labels 1 and 0 instead of the model's own, TreeEnsemble's numbers 1 and 2 of
post_transform turned round, no base value where no leaf has a weight) the models stay out of the way.

    ml_models.py [KIND|all [FIRST [COUNT]]]
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "judge"))
from judge import Case, TensorProto, helper, main, np, of  # noqa: E402

POSTS = ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT")
MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ")


def data(rng, rows, features, kinds=(np.float32, np.float64, np.int32, np.int64), missing=False):
    x = np.round(rng.standard_normal((rows, features)) * 4) / 2
    if missing:
        x[rng.random(x.shape) < 0.2] = np.nan
    return x.astype(of(rng, *kinds))


class Trees:
    """Attributes of random trees; `ids` gives the targets of a leaf's weights, which are chosen by `weight`."""

    def __init__(self, rng, features, prefix, ids, weight, trees=None, modes=None):
        self.rng, self.features, self.prefix, self.ids, self.weight = rng, features, prefix, ids, weight
        self.modes = modes or of(rng, MODES, MODES[:1], MODES[1:2])
        self.nodes = []  # tree, node, feature, value, mode, true, false, missing
        self.weights = []  # tree, node, target, weight
        for tree in range(trees or int(rng.integers(1, 7))):
            self.count = 0
            self.grow(3 * tree + 1, int(rng.integers(0, 6)))

    def grow(self, tree, depth):
        me, at = self.count, len(self.nodes)
        self.count += 1
        self.nodes.append(None)
        if depth == 0 or self.rng.random() < 0.15:
            self.nodes[at] = (tree, me, 0, 0.0, "LEAF", 0, 0, 0)
            self.weights += [(tree, me, t, self.weight()) for t in self.ids()]
            return me
        value = float(np.float32(np.round(self.rng.standard_normal() * 4) / 2))
        feature, mode, missing = int(self.rng.integers(self.features)), of(self.rng, *self.modes), int(self.rng.integers(2))
        yes, no = self.grow(tree, depth - 1), self.grow(tree, depth - 1)
        self.nodes[at] = (tree, me, feature, value, mode, yes, no, missing)
        return me

    def attributes(self, doubles=False):
        names = ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids", "missing_value_tracks_true")
        a = {"nodes_" + n: list(c) for n, c in zip(names, zip(*self.nodes))}
        a.update({f"{self.prefix}_{n}": list(c) for n, c in zip(("treeids", "nodeids", "ids", "weights"), zip(*self.weights))})
        if doubles:
            for n in ("nodes_values", f"{self.prefix}_weights"):
                a[n + "_as_tensor"] = helper.make_tensor(n, TensorProto.DOUBLE, [len(a[n])], a[n])
                del a[n]
        return a


def weights(rng, low):
    return lambda: float(np.float32(rng.uniform(low, 1)))


def base(rng, count):
    return {"base_values": [float(v) for v in rng.uniform(0.05, 0.2, count).astype(np.float32)]} if rng.random() < 0.5 else {}


def tree_regressor(rng):
    rows, features, targets = int(rng.integers(1, 6)), int(rng.integers(1, 6)), of(rng, 1, 1, 2, 3, 9)
    some = of(rng, 1, targets, max(1, targets // 2))
    ids = lambda: [int(v) for v in rng.permutation(targets)[:some]]
    post = of(rng, *POSTS[:4])
    t = Trees(rng, features, "target", ids, weights(rng, -1))
    x = data(rng, rows, features, missing=True, kinds=(np.float32, np.float64))
    doubles = x.dtype == np.float64
    return Case("TreeEnsembleRegressor", {"x": x}, {"y": np.float32}, domain="ai.onnx.ml", n_targets=targets, post_transform=post,
                aggregate_function=of(rng, "SUM", "AVERAGE", "MIN", "MAX"), **t.attributes(doubles), **(base(rng, targets) if some == targets and not doubles else {}))


def tree_classifier(rng):
    rows, features, classes = int(rng.integers(1, 6)), int(rng.integers(1, 6)), of(rng, 3, 4, 7)
    dense = rng.random() < 0.5
    ids = lambda: list(range(classes)) if dense else [int(rng.integers(classes))]
    t = Trees(rng, features, "class", ids, weights(rng, 0.01), trees=4)
    labels = [int(v) for v in of(rng, np.arange(classes), 10 * np.arange(classes) - 20)]
    return Case("TreeEnsembleClassifier", {"x": data(rng, rows, features)}, {"y": np.int64, "z": np.float32}, domain="ai.onnx.ml",
                classlabels_int64s=labels, post_transform=of(rng, *POSTS[:4]), **t.attributes(), **(base(rng, classes) if dense else {}))


def tree_binary(rng):
    """One class of two, or one at all, has weights."""
    rows, features = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    labels = of(rng, [0, 1], [-3, 8], [1])
    one = of(rng, 0, 0, 1) if len(labels) == 2 else 0
    t = Trees(rng, features, "class", lambda: [one], weights(rng, of(rng, 0.01, -1)))
    return Case("TreeEnsembleClassifier", {"x": data(rng, rows, features)}, {"y": np.int64, "z": np.float32}, domain="ai.onnx.ml",
                classlabels_int64s=labels, post_transform=of(rng, *POSTS[:4]), **t.attributes(), **(base(rng, 1) if not one else {}))


def tree_ensemble(rng):
    rows, features, targets = int(rng.integers(1, 6)), int(rng.integers(1, 6)), of(rng, 1, 3)
    kind = of(rng, np.float32, np.float64)
    t = Trees(rng, features, "target", lambda: [int(rng.integers(targets))], weights(rng, -1), modes=MODES)
    nodes, leaves, place = [], [], {}
    for n in t.nodes:
        to = leaves if n[4] == "LEAF" else nodes
        place[n[:2]] = len(to)
        to.append(n)
    weight = {w[:2]: w[2:] for w in t.weights}
    if not nodes:  # the attributes cannot be empty
        return tree_ensemble(rng)
    leaf = lambda n, i: int((n[0], n[i]) in weight)
    member = [i for i in range(len(nodes)) if rng.random() < 0.2]
    modes = [6 if i in member else MODES.index(n[4]) for i, n in enumerate(nodes)]
    sets = [v for i in member for v in [*np.unique(rng.integers(1, 6, int(rng.integers(1, 4)))), np.nan]]
    as_kind = lambda name, v: helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), [len(v)], [float(e) for e in v])
    roots = [place[n[:2]] for n in t.nodes if n[1] == 0 and n[4] != "LEAF"]
    more = {"membership_values": as_kind("m", sets)} if member else {}
    x = data(rng, rows, features, kinds=(kind,), missing=True)
    return Case("TreeEnsemble", {"x": x}, {"y": kind}, domain="ai.onnx.ml", versions={"": 17, "ai.onnx.ml": 5}, n_targets=targets,
                aggregate_function=int(rng.integers(0, 4)), post_transform=of(rng, 0, 3), tree_roots=roots,
                nodes_featureids=[n[2] for n in nodes], nodes_splits=as_kind("s", [n[3] for n in nodes]),
                nodes_modes=helper.make_tensor("modes", TensorProto.UINT8, [len(nodes)], modes),
                nodes_truenodeids=[place[n[0], n[5]] for n in nodes], nodes_falsenodeids=[place[n[0], n[6]] for n in nodes],
                nodes_trueleafs=[leaf(n, 5) for n in nodes], nodes_falseleafs=[leaf(n, 6) for n in nodes],
                nodes_missing_value_tracks_true=[n[7] for n in nodes],
                leaf_targetids=[weight[n[:2]][0] for n in leaves], leaf_weights=as_kind("w", [weight[n[:2]][1] for n in leaves]), **more)


def floats(rng, count, low=-1):
    return [float(v) for v in rng.uniform(low, 1, count).astype(np.float32)]


def linear_regressor(rng):
    rows, features, targets = int(rng.integers(1, 6)), int(rng.integers(1, 6)), of(rng, 1, 2, 3)
    return Case("LinearRegressor", {"x": data(rng, rows, features, kinds=(np.float32,))}, {"y": np.float32}, domain="ai.onnx.ml", targets=targets,
                coefficients=floats(rng, targets * features), post_transform=of(rng, *POSTS[:4]),
                **({"intercepts": floats(rng, targets)} if rng.random() < 0.7 else {}))


def linear_classifier(rng):
    rows, features, classes = int(rng.integers(1, 6)), int(rng.integers(1, 6)), of(rng, 2, 2, 3, 5)
    scores = 1 if classes == 2 and rng.random() < 0.6 else classes
    return Case("LinearClassifier", {"x": data(rng, rows, features)}, {"y": np.int64, "z": np.float32}, domain="ai.onnx.ml",
                coefficients=floats(rng, scores * features), intercepts=floats(rng, scores), post_transform=of(rng, *POSTS[:4]),
                classlabels_ints=[int(v) for v in of(rng, np.arange(classes), 5 - np.arange(classes))])


def kernel(rng):
    return {"kernel_type": of(rng, "LINEAR", "POLY", "RBF", "SIGMOID"), "kernel_params": [float(np.float32(rng.uniform(0.05, 0.3))), 0.5, float(of(rng, 2, 3))]}


def svm_regressor(rng):
    rows, features, vectors = int(rng.integers(1, 6)), int(rng.integers(1, 6)), of(rng, 0, 1, 5)
    return Case("SVMRegressor", {"x": data(rng, rows, features, kinds=(np.float32,))}, {"y": np.float32}, domain="ai.onnx.ml", n_supports=vectors,
                coefficients=floats(rng, vectors or features), support_vectors=floats(rng, vectors * features) or [0.0], rho=floats(rng, 1),
                one_class=of(rng, 0, 0, 1), **kernel(rng))


def svm_linear(rng):
    rows, features, classes = int(rng.integers(1, 6)), int(rng.integers(1, 6)), of(rng, 1, 2, 3)
    return Case("SVMClassifier", {"x": data(rng, rows, features)}, {"y": np.int64, "z": np.float32}, domain="ai.onnx.ml",
                coefficients=floats(rng, classes * features, of(rng, -1, 0)), rho=floats(rng, 1), classlabels_ints=[3 * v - 1 for v in range(classes)],
                post_transform=of(rng, *POSTS[:4]), **kernel(rng))


def svm_classifier(rng):
    rows, features, classes = int(rng.integers(1, 6)), int(rng.integers(1, 6)), of(rng, 2, 2, 3, 4, 6)
    each = [int(v) for v in rng.integers(1, 5, classes)]
    pairs = classes * (classes - 1) // 2
    probability = {"prob_a": floats(rng, pairs), "prob_b": floats(rng, pairs)} if rng.random() < 0.5 else {}
    return Case("SVMClassifier", {"x": data(rng, rows, features)}, {"y": np.int64, "z": np.float32}, domain="ai.onnx.ml", rtol=1e-3, vectors_per_class=each,
                coefficients=floats(rng, (classes - 1) * sum(each)), support_vectors=floats(rng, sum(each) * features), rho=floats(rng, pairs),
                classlabels_ints=[3 * v - 1 for v in range(classes)], post_transform=of(rng, *POSTS[:4]), **kernel(rng), **probability)


def probit(rng):
    x = rng.uniform(0.05, 0.95, (4, 3)).astype(np.float32)
    return Case("LinearRegressor", {"x": x}, {"y": np.float32}, domain="ai.onnx.ml", coefficients=[0.2, 0.5, 0.3], post_transform="PROBIT")


def scaler(rng):
    rows, features = int(rng.integers(1, 6)), int(rng.integers(1, 6))
    each = of(rng, 1, features)
    return Case("Scaler", {"x": data(rng, rows, features)}, {"y": np.float32}, domain="ai.onnx.ml", offset=floats(rng, each), scale=floats(rng, each))


def normalizer(rng):
    x = data(rng, 4, int(rng.integers(1, 6)))
    x[0] = 0
    return Case("Normalizer", {"x": x}, {"y": np.float32}, domain="ai.onnx.ml", norm=of(rng, "MAX", "L1", "L2"))


def binarizer(rng):
    x = data(rng, 3, 4, kinds=(np.float32,))
    return Case("Binarizer", {"x": x}, {"y": x.dtype}, domain="ai.onnx.ml", threshold=of(rng, 0.0, 0.5, -1.0))


def imputer(rng):
    x = data(rng, 4, 3, kinds=(np.float32, np.int64))
    each = of(rng, 1, 3)
    if x.dtype == np.int64:
        return Case("Imputer", {"x": x}, {"y": x.dtype}, domain="ai.onnx.ml", imputed_value_int64s=[int(v) for v in rng.integers(5, 9, each)],
                    replaced_value_int64=of(rng, 0, 1))
    nan = rng.random() < 0.5
    if nan:
        x[rng.random(x.shape) < 0.4] = np.nan
    return Case("Imputer", {"x": x}, {"y": x.dtype}, domain="ai.onnx.ml", imputed_value_floats=floats(rng, each),
                replaced_value_float=float("nan") if nan else of(rng, 0.5, -1.0))


def array_feature_extractor(rng):
    shape = of(rng, (5,), (3, 5), (2, 3, 5))
    index = rng.integers(0, 5, of(rng, (1,), (4,), (1, 3)))
    kind = of(rng, np.float32, np.float64, np.int32, np.int64)
    return Case("ArrayFeatureExtractor", {"x": (rng.standard_normal(shape) * 9).astype(kind), "i": index}, {"y": kind}, domain="ai.onnx.ml")


def feature_vectorizer(rng):
    parts = {f"x{i}": rng.standard_normal((3, int(rng.integers(1, 4)))).astype(np.float32) for i in range(int(rng.integers(1, 4)))}
    return Case("FeatureVectorizer", parts, {"y": np.float32}, domain="ai.onnx.ml", inputdimensions=[v.shape[1] for v in parts.values()])


def one_hot_encoder(rng):
    x = rng.integers(-2, 6, of(rng, (4,), (3, 2))).astype(of(rng, np.int64, np.float32, np.float64))
    return Case("OneHotEncoder", {"x": x}, {"y": np.float32}, domain="ai.onnx.ml", cats_int64s=[int(v) for v in rng.permutation(np.arange(-1, 4))], zeros=1)


def label_encoder(rng):
    kind, to = of(rng, np.int64, np.float32), of(rng, np.int64, np.float32)
    name = {np.int64: "int64s", np.float32: "floats"}
    keys = [kind(v) for v in rng.permutation(np.arange(-3, 4))] + ([kind(np.nan)] if kind == np.float32 else [])
    x = rng.integers(-5, 6, (3, 4)).astype(kind)
    if kind == np.float32:
        x[0, 0] = np.nan
    other = of(rng, {}, {"default_int64": 77} if to == np.int64 else {"default_float": 7.5})
    return Case("LabelEncoder", {"x": x}, {"y": to}, domain="ai.onnx.ml", versions={"": 17, "ai.onnx.ml": 4 if kind == np.float32 else 2}, **other,
                **{"keys_" + name[kind]: [v.item() for v in keys], "values_" + name[to]: [to(v).item() for v in rng.integers(0, 99, len(keys))]})


def label_encoder_tensors(rng):
    kind = to = of(rng, np.float64, np.float32, np.int64)
    keys, values = rng.permutation(np.arange(-3, 4)).astype(kind), rng.integers(0, 99, 7).astype(to)
    tensor = lambda name, v: helper.make_tensor(name, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape, v)
    return Case("LabelEncoder", {"x": rng.integers(-5, 6, (3, 4)).astype(kind)}, {"y": to}, domain="ai.onnx.ml", versions={"": 17, "ai.onnx.ml": 4},
                keys_tensor=tensor("k", keys), values_tensor=tensor("v", values), default_tensor=tensor("d", np.array([5], to)))


KINDS = [tree_regressor, tree_classifier, tree_binary, tree_ensemble, linear_regressor, linear_classifier, svm_regressor, svm_linear, svm_classifier, probit, scaler, normalizer,
         binarizer, imputer, array_feature_extractor, feature_vectorizer, one_hot_encoder, label_encoder, label_encoder_tensors]


if __name__ == "__main__":
    main(KINDS)
