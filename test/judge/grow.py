"""Graphs that grow node by node, each tried on onnxruntime, which judges them as well."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import helper, numpy_helper
    from onnx.reference import ReferenceEvaluator
    from batch import Chooser
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)

OPSETS = (21, 21, 21, 21, 26, 25, 24, 23, 20, 18, 17, 13, 12, 11, 10, 9, 8, 7)
LATEST = 26
OFTEN = {"op_unary": 5, "op_binary": 3, "op_reduce": 2, "op_norm": 2, "op_state": 2, "op_other": 2, "op_learned": 2, "op_contributed": 2}
RENAMED = {"constant_value": "value"}  # operands that were attributes of another name
DOUBTFUL = ("Resize", "GridSample", "ConvTranspose")  # where onnxruntime departs from the standard: only what the reference confirms counts
FLOATS, DOUBLES = ["float32"], ["float32", "float64"]
INTS = ["int32", "int64", "int8", "uint8"]
NUMBERS = DOUBLES + INTS
WIDE = NUMBERS + ["float16", "int16", "uint16", "uint32", "uint64"]
ANY = NUMBERS + ["bool", "float16", "int16", "uint16", "uint32", "uint64"]
onnxruntime.set_default_logger_severity(4)


class Maker(Chooser):
    """Concrete values by name, and one method a family of operators that tries to add a node."""

    def __init__(self, seed, only=None):
        super().__init__(seed)
        self.nodes, self.weights, self.value, self.inputs = [], {}, {}, []
        self.bound, self.steps, self.sized = set(), {}, set()  # constants of a run; results that may be steps apart, or end a graph
        self.opset, self.ml = self.of(*OPSETS), self.of(3, 3, 5)
        for _ in range(self.one(1, 4)):
            self.add_input(self.of("float32", "float32", "float32", *ANY), self.shape())
        families = [getattr(self, n) for n in dir(self) if n.startswith("op_") for _ in range(OFTEN.get(n, 1))]
        wanted, tries = self.one(3, 12), 0
        while len(self.nodes) < wanted and tries < 60:
            tries += 1
            before = len(self.nodes)
            self.of(*families)()
            if only and not any(n.op_type in only for n in self.nodes[before:]):
                self.drop(before)
        if not self.nodes:
            self.try_node("Relu", [self.add_input("float32", self.shape())])

    # ---- choices ----

    def shape(self, rank=None):
        rank = self.of(0, 1, 1, 2, 2, 3, 3, 4, 4, 5) if rank is None else rank
        return tuple(0 if self.chance(0.03) else self.of(1, 2, 3, 4, 5, 7, 8, 16, 17) for _ in range(rank))

    def fill(self, dtype, shape):
        if dtype == "bool":
            return self.rng.random(shape) < 0.5
        if np.issubdtype(np.dtype(dtype), np.integer):
            low = 0 if dtype.startswith("u") else -9
            return self.rng.integers(low, 10, shape).astype(dtype)
        return self.rng.standard_normal(shape).astype(dtype)

    # ---- values ----

    def add_input(self, dtype, shape):
        name = f"x{len(self.inputs)}"
        self.inputs.append(name)
        self.value[name] = np.asarray(self.fill(dtype, shape), dtype)
        return name

    def given(self, array):
        """An input that holds this."""
        name = self.add_input(array.dtype.name, array.shape)
        self.value[name] = array
        return name

    def const(self, array):
        name = f"c{len(self.weights)}"
        self.weights[name] = self.value[name] = np.asarray(array)
        return name

    def ints(self, *values):
        """A parameter: a constant of the model or, rarely, an input that is bound to its value."""
        if not self.chance(0.1):
            return self.const(np.array(values, np.int64))
        name = self.given(np.array(values, np.int64))
        self.bound.add(name)
        return name

    def open(self, name):
        """More nodes may read it."""
        return name not in self.weights and name not in self.steps and name not in self.sized and name not in self.bound

    def pick(self, types=ANY, fits=lambda v: True):
        """A value of one of the types that fits, rather a late one; a new input where there is none."""
        names = [n for n, v in self.value.items() if self.open(n) and v.dtype.name in types and fits(v)]
        if names:
            return names[min(len(names) - 1, int(self.rng.triangular(0, len(names), len(names))))]
        for _ in range(20):
            v = np.asarray(self.fill(self.of(*types), self.shape()))
            if fits(v):
                name = self.add_input(v.dtype.name, v.shape)
                self.value[name] = v
                return name
        return None

    def like(self, name, broadcast=True):
        """Another operand for `name`: the same type, a shape that it broadcasts with."""
        v = self.value[name]
        same = [n for n, w in self.value.items() if w.dtype == v.dtype and w.shape == v.shape and (self.open(n) or n in self.weights)]
        if self.chance(0.4):
            return self.of(*same)
        shape = list(v.shape)
        if broadcast and self.chance(0.6):
            shape = [1 if self.chance(0.5) else d for d in shape][self.one(0, len(shape) + 1):]
        elif broadcast and len(shape) < 5 and self.chance(0.2):
            shape = [self.of(1, 2, 3)] + shape
        array = np.asarray(self.fill(v.dtype.name, tuple(shape)))
        if self.chance(0.7):
            return self.const(array)
        n = self.add_input(v.dtype.name, array.shape)
        self.value[n] = array
        return n

    def try_node(self, op, inputs, outputs=1, domain="", steps=0, sized=False, **attributes):
        """Adds the node where onnxruntime runs it and the numbers are tame. The name of its first result, or None."""
        attributes = {k: a for k, a in attributes.items() if a is not None}
        inputs = list(inputs) if any(i is None for i in inputs) else self.older(op, inputs, domain, attributes)
        if inputs is None or any(i is None for i in inputs):
            return None
        names = [f"v{len(self.nodes)}_{k}" for k in range(outputs)]
        node = helper.make_node(op, inputs, names, name=f"n{len(self.nodes)}", domain=domain, **attributes)
        return names[0] if self.try_nodes([node], names, steps, sized) else None

    def try_nodes(self, nodes, names, steps=0, sized=False):
        """Several that go together; `names` are those of their results that other nodes may read."""
        inputs = [i for i in reads(nodes)]
        if any(i not in self.value for i in inputs):
            return False
        runs = judge(nodes, {n: self.value[n] for n in inputs}, names, self)
        got = runs[0] if runs else None
        if not runs or not all(tame(g) for g in got) or sum(g.size for g in got) > 20000:
            return False
        if any(difference(a, b, 0.1) for other in runs[1:] for a, b in zip(other, got)):  # a rounding error of what it reads would show
            return False
        if nodes[0].op_type in DOUBTFUL and not self.agrees(nodes[0], inputs, got):
            return False
        self.nodes += nodes
        self.value.update(zip(names, got))
        self.steps.update({n: steps for n in names if steps})
        self.sized.update(names if sized else ())
        return True

    def older(self, op, inputs, domain, attributes):
        """The operands in this graph's version of the standard: some were attributes once, some attributes did not exist."""
        if domain or self.opset >= 21:
            return inputs
        try:
            now, then = onnx.defs.get_schema(op, LATEST, domain), onnx.defs.get_schema(op, self.opset, domain)
        except onnx.defs.SchemaError:
            return None
        for a in [a for a in attributes if a not in then.attributes]:
            del attributes[a]
        if now.since_version == then.since_version or len(then.inputs) == len(now.inputs):
            return inputs
        kept = [i for k, i in enumerate(inputs) if k >= len(now.inputs) or k < len(then.inputs)]
        for name, operand in [(i, o.name) for i, o in zip(inputs, now.inputs)][len(then.inputs):]:
            attribute = RENAMED.get(operand, operand)
            if name and attribute in then.attributes:
                v = self.value[name].tolist()
                attributes[attribute] = v[0] if attribute == "k" else v
        return kept

    def agrees(self, node, inputs, got):
        """The standard's own reference says the same."""
        info = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(self.value[n].dtype), self.value[n].shape) for n in inputs]
        graph = helper.make_graph([node], "g", info, [helper.make_empty_tensor_value_info(n) for n in node.output])
        try:
            want = ReferenceEvaluator(whole(graph, self)).run(None, {n: self.value[n] for n in inputs})
        except Exception:  # it cannot do this one
            return False
        return all(difference(np.asarray(g), np.asarray(w)) is None for g, w in zip(got, want))

    def drop(self, before):
        for n in self.nodes[before:]:
            for o in n.output:
                self.value.pop(o, None)
        del self.nodes[before:]

    # ---- the model ----

    def outputs(self):
        read = set(reads(self.nodes, inner=True))
        made = [o for n in self.nodes for o in n.output if o in self.value]
        ends = [o for o in made if o not in read or not self.open(o)]
        return list(dict.fromkeys(ends + [o for o in made[:2] if o in read and self.rng.random() < 0.3]))

    def model(self, nodes, outputs, open_dims=()):
        """The model of those nodes, and what feeds it: results of nodes that are left out become inputs."""
        read = reads(nodes)
        feeds = {n: self.value[n] for n in read if n not in self.weights}
        info = lambda n, s: helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(self.value[n].dtype), s)
        shape = lambda n: [f"{n}_{d}" if n in open_dims else e for d, e in enumerate(self.value[n].shape)]
        room = lambda n: [None] * self.value[n].ndim if n in self.sized and self.opset % 2 else self.value[n].shape
        graph = helper.make_graph(nodes, "g", [info(n, shape(n)) for n in feeds], [info(n, room(n)) for n in outputs],
                                  [numpy_helper.from_array(self.weights[n], n) for n in read if n in self.weights])
        return whole(graph, self), feeds


def reads(nodes, inner=False):
    """What nodes and their sub-graphs read of what lies around them; with `inner` also of each other."""
    made, out = {o for n in nodes for o in n.output} if not inner else set(), {}
    for n in nodes:
        out.update(dict.fromkeys(i for i in n.input if i and i not in made))
        for a in n.attribute:
            if a.type == a.GRAPH:
                own = {i.name for i in a.g.input} | {i.name for i in a.g.initializer}
                ends = {o.name for o in a.g.output} - {o for k in a.g.node for o in k.output}
                out.update(dict.fromkeys(i for i in [*reads(a.g.node), *sorted(ends)] if i not in own and i not in made))
    return list(out)


def tame(a):
    """Numbers that two right programs agree on."""
    return a.dtype.kind not in "fiu" or a.size == 0 or bool(np.isfinite(a).all() and (np.abs(a.astype(np.float64)) < 3e4).all())


def whole(graph, m):
    versions = [("", m.opset), ("ai.onnx.ml", m.ml), ("com.microsoft", 1)]
    used = {n.domain for n in graph.node} | {""}
    return helper.make_model(graph, opset_imports=[helper.make_opsetid(d, v) for d, v in versions if d in used], ir_version=10)


def session(model):
    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = o.inter_op_num_threads = 1
    o.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    o.log_severity_level = 4
    o.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(model.SerializeToString(), o, providers=["CPUExecutionProvider"])


def disturbed(values, by):
    """What a rounding error may make of them. None: zeros of what is next to nothing."""
    noise = np.random.default_rng(1)
    size = lambda v: max(np.abs(v).max(), 0.01)  # all of them may be next to nothing: a Blackman window of two elements
    near = lambda v: np.where(np.abs(v) < 1e-5 * size(v), 0, v) if by is None else v + by * size(v) * noise.standard_normal(v.shape)
    return {n: near(v).astype(v.dtype) if by != 0 and v.dtype.char in "fd" and v.size else v for n, v in values.items()}


def judge(nodes, values, outputs, m):
    """What onnxruntime makes of nodes on values; then what it makes of them with rounding errors, of one sign and of the
    other, so that ties show. [] where it refuses."""
    feeds = {n: v for n, v in values.items() if n not in m.weights}
    fixed = {n: v for n, v in values.items() if n in m.weights}
    unknown = [helper.make_empty_tensor_value_info(n) for n in outputs]
    try:
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
                                               for n, v in feeds.items()], unknown, [numpy_helper.from_array(v, n) for n, v in fixed.items()])
        s = session(whole(graph, m))
        loose = any(v.dtype.char in "fd" for v in feeds.values())
        return [[np.asarray(o) for o in s.run(None, disturbed(feeds, by))] for by in ((0, 1e-6, -1e-6, None) if loose else (0,))]
    except Exception:  # an invalid node: there is nothing to test
        return []


def difference(got, want, share=1.0, steps=0):
    """Why they differ by more than that share of what is allowed, or None. steps: how far integers may be apart."""
    if got.dtype != want.dtype or got.shape != want.shape:
        return f"{got.dtype}{list(got.shape)} instead of {want.dtype}{list(want.shape)}"
    if want.dtype.kind != "f":
        far = np.abs(got.astype(np.int64) - want.astype(np.int64)).max(initial=0) if want.dtype.kind in "iu" else (got != want).sum()
        return f"integers differ by {far}" if far > steps else None
    if want.size == 0:
        return None
    rtol = share * (4e-3 if want.dtype == np.float16 else 1e-3)
    a, b = got.astype(np.float64), want.astype(np.float64)
    if np.allclose(a, b, rtol=rtol, atol=0.1 * rtol * max(1.0, np.abs(b).max())):
        return None
    return f"differs by {np.abs(a - b).max():.3g}, largest {np.abs(b).max():.3g}"


