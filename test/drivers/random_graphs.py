#!/usr/bin/env python3
"""Random graphs through the compiled C, judged by onnxruntime: fusion, views, in-place results and schedules meet here in
combinations that no model in the collection has.

    random_graphs.py [FIRST [COUNT [TARGET]]]     default: 0 30, c99 and the host in turn

A graph is made from its seed alone; a failing one is kept as build/test/random/SEED/, with its inputs.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "judge"))

try:
    import numpy as np
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper
    import batch
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


WORK = os.path.join(batch.ROOT, os.environ.get("BUILD", "build"), "test/random")


class Maker(batch.Chooser):
    """A graph that grows: values with their shapes, and one method an operator family that appends to it."""

    def __init__(self, seed):
        super().__init__(seed)
        self.nodes, self.weights, self.count = [], [], 0
        c, h, w = 2 * self.one(2, 9), self.one(4, 10), self.one(4, 10)
        self.inputs = [("x", [1, c, h, w])] + ([("z", [1, c, h, w])] if self.chance(0.5) else [])
        self.values = list(self.inputs)

    def fresh(self):
        self.count += 1
        return f"v{self.count}"

    def pick(self, fits=lambda shape: True):
        """A value that fits, rather a late one; or None."""
        fitting = [v for v in self.values if fits(v[1])]
        if not fitting:
            return None
        at = self.rng.triangular(0, len(fitting), len(fitting))
        return fitting[min(len(fitting) - 1, int(at))]

    def weight(self, array):
        name = self.fresh()
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def normal(self, *shape):
        return self.weight((0.3 * self.rng.standard_normal(shape)).astype(np.float32))

    def ints(self, *values):
        return self.weight(np.array(values, np.int64))

    def node(self, op, inputs, *shapes, **attributes):
        names = [self.fresh() for _ in shapes]
        label = f"n{len(self.nodes)}" if self.chance(0.8) else ""
        self.nodes.append(helper.make_node(op, inputs, names, name=label, **attributes))
        self.values += list(zip(names, [list(s) for s in shapes]))
        return names[0]

    def image(self):
        return self.pick(lambda s: len(s) == 4 and min(s[2:]) >= 3)

    def conv(self):
        v = self.image()
        if not v:
            return
        (name, s), k, stride = v, self.of(1, 3), self.of(1, 1, 2)
        pads = [self.one(0, k // 2 + 1) for _ in range(4)]
        group = self.of(1, 1, s[1])
        oc = s[1] * self.one(1, 3) if group > 1 else self.one(1, 40)
        inputs = [name, self.normal(oc, s[1] // group, k, k)] + ([self.normal(oc)] if self.chance(0.7) else [])
        out = [(s[2 + d] + pads[d] + pads[d + 2] - k) // stride + 1 for d in range(2)]
        self.node("Conv", inputs, [s[0], oc] + out, kernel_shape=[k, k], strides=[stride] * 2, pads=pads, group=group)

    def pool(self):
        v = self.image()
        if not v:
            return
        (name, s), stride, pad = v, self.of(1, 2), self.of(0, 1)
        out = [(e + 2 * pad - 3) // stride + 1 for e in s[2:]]
        self.node(self.of("MaxPool", "AveragePool"), [name], s[:2] + out, kernel_shape=[3, 3], strides=[stride] * 2, pads=[pad] * 4)

    def unary(self):
        name, s = self.pick()
        op = self.of("Relu", "Sigmoid", "Tanh", "HardSwish", "LeakyRelu", "Neg", "Abs", "Exp", "Identity", "Elu", "Softplus", "Clip")
        if op == "Exp":
            name = self.node("Tanh", [name], s)
        bounds = [self.weight(np.array(b, np.float32)) for b in (-0.5, 1.0)] if op == "Clip" else []
        self.node(op, [name] + bounds, s)

    def binary(self):
        name, s = self.pick()
        other = self.pick(lambda t: t == s)[0]
        if self.chance(0.3) and len(s) >= 2:
            other = self.normal(s[1], *[1] * (len(s) - 2))
        pair = [name, other] if self.chance(0.5) else [other, name]
        self.node(self.of("Add", "Mul", "Sub", "Max"), pair, s)

    def concat(self):
        name, s = self.pick()
        axis = self.one(0, len(s))
        like = lambda t: len(t) == len(s) and all(t[d] == s[d] for d in range(len(s)) if d != axis)
        parts = [(name, s)] + [self.pick(like) for _ in range(self.one(1, 3))]
        out = s[:axis] + [sum(t[axis] for _, t in parts)] + s[axis + 1 :]
        if np.prod(out) <= 20000:
            self.node("Concat", [n for n, _ in parts], out, axis=axis)

    def split(self):
        name, s = self.pick()
        axis = self.one(0, len(s))
        if s[axis] < 2:
            return
        first = self.one(1, s[axis])
        parts = [s[:axis] + [e] + s[axis + 1 :] for e in (first, s[axis] - first)]
        self.node("Split", [name, self.ints(first, s[axis] - first)], *parts, axis=axis)

    def slice(self):
        name, s = self.pick()
        axis = self.one(0, len(s))
        if s[axis] < 2:
            return
        start, step = self.one(0, s[axis] - 1), self.of(1, 1, 2)
        end = self.one(start + 1, s[axis] + 1)
        out = s[:axis] + [-(-(end - start) // step)] + s[axis + 1 :]
        self.node("Slice", [name] + [self.ints(v) for v in (start, end, axis, step)], out)

    def reshape(self):
        name, s = self.pick()
        total = int(np.prod(s))
        divisors = lambda n: [d for d in range(1, n + 1) if n % d == 0]
        a = self.of(*divisors(total))
        out = [a, total // a]
        if self.chance(0.4):
            b = self.of(*divisors(out[1]))
            out = [1, a, b, out[1] // b]
        self.node("Reshape", [name, self.ints(*out)], out)

    def transpose(self):
        name, s = self.pick()
        perm = [int(d) for d in self.rng.permutation(len(s))]
        self.node("Transpose", [name], [s[d] for d in perm], perm=perm)

    def matmul(self):
        name, s = self.pick(lambda t: len(t) >= 2) or (None, None)
        if not name:
            return
        columns = self.one(1, 40)
        self.node("MatMul", [name, self.normal(s[-1], columns)], s[:-1] + [columns])
        if self.chance(0.4) and s[-2] <= 64:
            swapped = self.node("Transpose", [name], s[:-2] + [s[-1], s[-2]], perm=[*range(len(s) - 2), len(s) - 1, len(s) - 2])
            self.node("MatMul", [name, swapped], s[:-1] + [s[-2]])

    def normalise(self):
        name, s = self.pick()
        if self.chance(0.5):
            self.node(self.of("Softmax", "LogSoftmax"), [name], s, axis=self.one(-len(s), len(s)))
        else:
            self.node("LayerNormalization", [name, self.normal(s[-1]), self.normal(s[-1])], s, axis=-1)

    def reduce(self):
        name, s = self.pick()
        axes, keep = sorted({self.one(0, len(s)) for _ in range(2)}), self.of(0, 1)
        out = [1 if d in axes else e for d, e in enumerate(s) if keep or d not in axes]
        if out:
            self.node(self.of("ReduceMean", "ReduceMax", "ReduceSum"), [name, self.ints(*axes)], out, keepdims=keep)

    def pad(self):
        name, s = self.pick()
        pads = [self.one(0, 2) for _ in range(2 * len(s))]
        self.node("Pad", [name, self.ints(*pads)], [e + pads[d] + pads[d + len(s)] for d, e in enumerate(s)])

    def resize(self):
        name, s = self.pick(lambda t: len(t) == 4 and t[2] * t[3] < 200) or (None, None)
        if name:
            scales = self.weight(np.array([1, 1, 2, 2], np.float32))
            self.node("Resize", [name, "", scales], [s[0], s[1], 2 * s[2], 2 * s[3]], mode=self.of("nearest", "linear"), nearest_mode="floor",
                      coordinate_transformation_mode=self.of("asymmetric", "half_pixel"))

    def model(self):
        families = [self.conv, self.conv, self.pool, self.unary, self.unary, self.binary, self.binary, self.concat, self.split, self.slice,
                    self.reshape, self.transpose, self.matmul, self.normalise, self.reduce, self.pad, self.resize]
        for _ in range(self.one(4, 16)):
            self.of(*families)()
        if not self.nodes:
            self.unary()
        read = {i for n in self.nodes for i in n.input}
        made = [v for v in self.values if v not in self.inputs]
        outputs = [v for v in made if v[0] not in read]
        if self.chance(0.3):  # a value in the middle is wanted as well
            outputs += [v for v in made[: len(made) // 2][-1:] if v not in outputs]
        info = lambda v: helper.make_tensor_value_info(v[0], TensorProto.FLOAT, v[1])
        graph = helper.make_graph(self.nodes, "random", [info(v) for v in self.inputs], [info(v) for v in outputs], self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def difference(_, got, want):
    """Why they differ, or None."""
    if got.shape != want.shape:
        return f"shape {got.shape}, onnxruntime {want.shape}"
    if want.size and not np.allclose(got, want, rtol=1e-3, atol=1e-4 * max(1.0, float(abs(want).max())), equal_nan=True):
        return f"differs by {abs(got - want).max():.3g}"
    return None


def job(seed, target):
    maker = Maker(seed)
    model = maker.model()
    data = {n: maker.rng.standard_normal(s).astype(np.float32) for n, s in maker.inputs}
    want = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, data)
    return batch.Job(seed, model, data, dict(zip([o.name for o in model.graph.output], want)), target, difference, engines=("c",))


def main():
    first, count = (int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((1, 0), (2, 30)))
    onnxruntime.set_default_logger_severity(4)
    os.makedirs(WORK, exist_ok=True)
    failed, size = 0, 32
    for start in range(first, first + count, size):
        seeds = range(start, min(start + size, first + count))
        jobs = [job(s, sys.argv[3] if len(sys.argv) > 3 else ("c99", "native")[s % 2]) for s in seeds]
        why = batch.run(jobs, WORK)
        failed += len(why)
        for j in jobs:
            if j.label in why:
                print(f"FAIL seed {j.label}, {j.target}: {why[j.label]}", flush=True)
    print(f"{count - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
