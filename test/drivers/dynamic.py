#!/usr/bin/env python3
"""Models with open dimensions through one library with a plan for each of several sizes, and for batches of any size, judged by
onnxruntime: ../shared/models/yunet/yunet_n_dynamic.onnx where it is, and small ones made here. Skipped where a package is missing.
"""
import ctypes
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, os.environ.get("BUILD", "build"), "test/dynamic")
TENON = os.environ.get("TENON", os.path.join(ROOT, "build/tenon"))
YUNET = os.path.join(ROOT, "../shared/models/yunet/yunet_n_dynamic.onnx")
LM = os.path.join(ROOT, "../shared/models/tiny_lm/tiny_lm.onnx")
SIZES = [(320, 320), (192, 256), (96, 160)]

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


class Library:
    """A model compiled for several shapes, and onnxruntime beside it."""

    def __init__(self, model, name, shapes, dims, options=()):
        folder = os.path.join(WORK, name)
        words = [word for s in shapes for word in ("--input-shape", s)]
        self.said = subprocess.run([TENON, "compile", model, "-o", folder, "--name", name, *(options or ("--target", "native")), *words],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
        self.name, self.built = name, not self.said
        if self.said:
            return
        subprocess.run(["make", "-s", "-C", folder, f"lib{name}.so"], check=True)
        library = ctypes.CDLL(os.path.join(folder, f"lib{name}.so"))
        self.run_it, self.arena_bytes = library[f"{name}_run"], library[f"{name}_arena_bytes"]
        self.arena_bytes.restype = ctypes.c_size_t
        self.dims = type("Dims", (ctypes.Structure,), {"_fields_": [(d, ctypes.c_int64) for d in dims]})
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def differs(self, dims, *inputs):
        """What is wrong with the outputs for these inputs, "" if nothing is."""
        names = [i.name for i in self.session.get_inputs()]
        want = self.session.run(None, dict(zip(names, inputs)))
        got, dims = [np.zeros_like(y) for y in want], self.dims(*dims)
        for y in got:
            y.view(np.uint8)[...] = 0xff
        arena = np.empty(self.arena_bytes(ctypes.byref(dims)) + 64, np.uint8)
        aligned = ctypes.c_void_p(arena.ctypes.data + -arena.ctypes.data % 64)
        io = (ctypes.c_void_p * (len(inputs) + len(got)))(*[x.ctypes.data for x in inputs], *[y.ctypes.data for y in got])
        status = self.run_it(io, ctypes.byref(dims), aligned)
        # onnxruntime's own sigmoid is right to 1e-7 absolute only
        bad = [o.name for o, a, b in zip(self.session.get_outputs(), got, want)
               if not np.allclose(a, b, rtol=1e-4, atol=max(1e-5 * np.abs(b).max(), 2e-7))]
        return f"status {status}" if status else f"outputs that differ: {bad}" if bad else ""

    def status(self, dims):
        """Of a run that has nowhere to read or write."""
        io = (ctypes.c_void_p * 32)(*[64] * 32)
        return self.run_it(io, ctypes.byref(self.dims(*dims)), ctypes.c_void_p(64))


class Count:
    passed = failed = 0

    def check(self, what, wrong):
        self.passed, self.failed = self.passed + (not wrong), self.failed + bool(wrong)
        if wrong:
            print(f"{what}: {wrong}")


def yunet(count):
    """Detection at three sizes, and a batch of any size at one of them."""
    y = Library(YUNET, "yunet", [f"input=1x3x{h}x{w}" for h, w in SIZES] + ["input=*x3x64x96"], ("batch", "height", "width"))
    picture = lambda n, h, w: np.random.default_rng(h).integers(0, 256, (n, 3, h, w)).astype(np.float32)
    count.check("yunet", y.said)
    for n, h, w in [(1, *size) for size in SIZES] + [(1, 64, 96), (3, 64, 96)]:
        count.check(f"yunet {n}x{h}x{w}", y.differs((n, h, w), picture(n, h, w)))
    for dims in ((1, 33, 33), (2, 96, 160), (0, 64, 96), (-1, 64, 96)):
        count.check(f"yunet {dims}", y.status(dims) != -3 and "is run")


def node(op, inputs, outputs, **attributes):
    return onnx.helper.make_node(op, inputs.split(" "), outputs.split(" "), **attributes)


def save(name, inputs, nodes, outputs, constants):
    """A model in WORK; inputs are NAME: shape, all of f32."""
    values = lambda of: [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, s) for n, s in of.items()]
    graph = onnx.helper.make_graph(nodes, name, values(inputs), values(outputs),
                                   [onnx.numpy_helper.from_array(np.asarray(v), n) for n, v in constants.items()])
    path = os.path.join(WORK, name + ".onnx")
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def batches(count):
    """Samples of models as exporters write them, with shapes that flow: parts of eight and single ones."""
    rng = np.random.default_rng(5)
    number = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    ints = lambda *v: np.array(v, np.int64)
    mlp = save("mlp", {"x": ["batch", 12]}, [
        node("Gemm", "x w b", "h"), node("Relu", "h", "r"), node("BatchNormalization", "r s t m v", "n"),
        node("MatMul", "n u", "l"), node("Softmax", "l", "y", axis=-1)], {"y": ["batch", 5]},
        {"w": number(12, 16), "b": number(16), "s": number(16), "t": number(16), "m": number(16), "v": number(16) ** 2 + 1, "u": number(16, 5)})
    heads = save("heads", {"x": ["batch", 6, 8]}, [
        node("MatMul", "x w", "q"), node("Shape", "x", "shape"), node("Gather", "shape zero", "n"), node("Unsqueeze", "n axis", "n1"),
        node("Concat", "n1 split", "to", axis=0), node("Reshape", "q to", "h"), node("Transpose", "h", "ht", perm=[0, 2, 1, 3]),
        node("Transpose", "h", "k", perm=[0, 2, 3, 1]), node("MatMul", "ht k", "scores"), node("Softmax", "scores", "p", axis=-1),
        node("MatMul", "p ht", "o"), node("Transpose", "o", "ot", perm=[0, 2, 1, 3]), node("Concat", "n1 join", "back", axis=0),
        node("Reshape", "ot back", "j"), node("LayerNormalization", "j gain", "l"), node("Reshape", "l flat", "rows"),
        node("MatMul", "rows w", "z"), node("Reshape", "z back", "y"), node("ReduceMean", "y", "pooled", axes=[1], keepdims=0)],
        {"y": ["batch", 6, 8], "pooled": ["batch", 8]},
        {"w": number(8, 8), "zero": np.int64(0), "axis": ints(0), "split": ints(6, 2, 4), "join": ints(6, 8), "flat": ints(-1, 8), "gain": number(8)})
    lstm = save("lstm", {"x": ["batch", 4, 3]}, [
        node("Transpose", "x", "xt", perm=[1, 0, 2]), node("Shape", "x", "s"), node("Gather", "s zero", "n"), node("Unsqueeze", "n axis", "n1"),
        node("Concat", "one n1 size", "hs", axis=0), node("ConstantOfShape", "hs", "h0"), node("LSTM", "xt w r b  h0 h0", "ys yh", hidden_size=5),
        node("Squeeze", "yh axis", "y")], {"y": ["batch", 5]},
        {"w": number(1, 20, 3), "r": number(1, 20, 5), "b": number(1, 40), "zero": np.int64(0), "axis": ints(0), "one": ints(1), "size": ints(5)})
    for path, name, shape in ((mlp, "mlp", "12"), (heads, "heads", "6x8"), (lstm, "lstm", "4x3")):
        for kind in ([], ["--target", "x86-64", "--threads", "2", "--grain", "1"]):
            if kind and name == "lstm":
                continue
            model = Library(path, name + ("_v" if kind else ""), [f"x=8x{shape}", f"x=*x{shape}"], ["batch"], kind)
            count.check(model.name, model.said)
            for n in (1, 2, 8, 19) if model.built else ():
                count.check(f"{model.name} {n}", model.differs([n], number(n, *map(int, shape.split("x")))))


def refused(count):
    """What a batch of any size would be told otherwise than by the model."""
    reverse = [node("Slice", "x start end axis step", "y")]
    norm = [node("Shape", "x", "s"), node("Gather", "s zero", "n"), node("Cast", "n", "f", to=1), node("Div", "x f", "y")]
    of = {"start": np.array([-1]), "end": np.array([-1 << 62]), "axis": np.array([0]), "step": np.array([-1]), "zero": np.int64(0)}
    for name, nodes, why in (("reversed", reverse, "a sample that it computes depends on others"), ("counted", norm, "depends on"),
                             ("drawn", [node("Bernoulli", "x", "y", seed=3.0)], "the batch cannot be of any size"),
                             ("first", [node("Gather", "x zero", "g"), node("Add", "x g", "y")], "the batch cannot be of any size"),
                             ("found", [node("NonZero", "x", "i"), node("Cast", "i", "y", to=1)], "")):
        model = Library(save(name, {"x": ["batch", 4]}, nodes, {"y": None}, of), name, ["x=*x4"], ["batch"])
        count.check(name, (model.built or why not in model.said) and f"not refused: {model.said}")


def sizes(count):
    """The code for all sizes, at those that no plan is for."""
    rng = np.random.default_rng(6)
    if os.path.exists(YUNET):
        y = Library(YUNET, "yunet_any", ["input=1x3x[96..640/32]x[96..640/32]"], ("batch", "height", "width"))
        count.check("yunet of all sizes", y.said)
        for h, w in ((96, 96), (96, 640), (160, 128), (320, 320), (480, 640), (352, 608)) if y.built else ():
            count.check(f"yunet_any {h}x{w}", y.differs((1, h, w), rng.integers(0, 256, (1, 3, h, w)).astype(np.float32)))
        for dims in ((1, 64, 96), (1, 97, 96), (2, 96, 96), (1, 96, 672)) if y.built else ():
            count.check(f"yunet_any {dims}", y.status(dims) != -3 and "is run")
    number = lambda *shape: rng.standard_normal(shape).astype(np.float32)
    ints = lambda *v: np.array(v, np.int64)
    if os.path.exists(LM):
        past = [f"past_{n}=1x4x[2..55]x16" for n in ("k0", "v0", "k1", "v1")]
        for name, t in (("lm", "[2..8]"), ("lm_step", "1")):
            lm = Library(LM, name, [f"input_ids=1x{t}", f"position_ids=1x{t}", *past], ("T", "P"), ("--target", "c99"))
            count.check(name, lm.said)
            for t, p in ((2, 2), (8, 55), (5, 17)) if name == "lm" else ((1, 2), (1, 55), (1, 30)):
                if lm.built:
                    ids, at = rng.integers(0, 256, (1, t)), p + np.arange(t).reshape(1, t)
                    count.check(f"{name} {t} after {p}", lm.differs((t, p), ids, at, *[number(1, 4, p, 16) for _ in range(4)]))

    def all_of(path, shapes, dims, tries, options=("--target", "c99")):
        name = os.path.basename(path)[:-5]
        model = Library(path, name, shapes, dims, options)
        count.check(name, model.said)
        for at, inputs in tries if model.built else ():
            count.check(f"{name} {at}", model.differs(at, *inputs))

    attention = [
        node("MatMul", "x w", "q"), node("Shape", "x", "shape"), node("Gather", "shape one", "n"), node("Unsqueeze", "n axis", "n1"),
        node("Concat", "b n1 split", "to", axis=0), node("Reshape", "q to", "h"), node("Transpose", "h", "ht", perm=[0, 2, 1, 3]),
        node("Transpose", "h", "k", perm=[0, 2, 3, 1]), node("MatMul", "ht k", "scores"), node("Softmax", "scores", "p", axis=-1),
        node("MatMul", "p ht", "o"), node("Transpose", "o", "ot", perm=[0, 2, 1, 3]), node("Concat", "b n1 join", "back", axis=0),
        node("Reshape", "ot back", "j"), node("LayerNormalization", "j gain", "l"), node("Add", "l x", "r"), node("Relu", "r", "y"),
        node("ReduceMean", "y", "pooled", axes=[1], keepdims=0)]
    text = lambda name: save(name, {"x": [1, "T", 8]}, attention, {"y": [1, "T", 8], "pooled": [1, 8]},
                             {"w": number(8, 8), "one": np.int64(1), "axis": ints(0), "b": ints(1), "split": ints(2, 4), "join": ints(8),
                              "gain": number(8)})
    all_of(text("text"), ["x=1x[2..64]x8"], ["T"], [((t,), [number(1, t, 8)]) for t in (2, 3, 7, 33, 63, 64)])
    all_of(text("text_v"), ["x=1x[3..700]x8", "x=1x1x8"], ["T"], [((t,), [number(1, t, 8)]) for t in (1, 3, 7, 633, 700)],
           ("--target", "x86-64", "--threads", "2", "--grain", "1"))
    pictures = [node("Conv", "x a b", "c", pads=[1, 1, 1, 1], strides=[2, 2]), node("Relu", "c", "r"),
                node("Conv", "r d", "e", pads=[1, 1, 1, 1], group=8), node("BatchNormalization", "e s s s v", "bn"),
                node("Resize", "bn  z", "u", mode="nearest"), node("Conv", "u f", "g"), node("GlobalAveragePool", "g", "p"),
                node("Flatten", "p", "q"), node("Gemm", "q k", "y")]
    weights = {"a": number(8, 3, 3, 3), "b": number(8), "d": number(8, 1, 3, 3), "s": number(8), "v": number(8) ** 2 + 1,
               "z": np.array([1, 1, 2, 2], np.float32), "f": number(4, 8, 1, 1), "k": number(4, 4)}
    path = save("pictures", {"x": ["n", 3, "h", "w"]}, pictures, {"y": ["n", 4], "g": ["n", 4, None, None]}, weights)
    all_of(path, ["x=[2..4]x3x[8..64/2]x[8..64/2]"], ["n", "h", "w"],
           [((n, h, w), [number(n, 3, h, w)]) for n, h, w in ((2, 8, 8), (3, 10, 64), (4, 64, 8), (2, 30, 22))])
    odd = Library(path, "odd", ["x=1x3x[8..64]x[8..64]"], ["n", "h", "w"])
    count.check("odd sizes", odd.built or "there is no code for all sizes" not in odd.said)
    path = save("turns", {"x": ["T", 2, 3]}, [node("LSTM", "x w r b", "ys yh yc", hidden_size=5), node("Concat", "ys ys", "y", axis=0)],
                {"y": None, "yh": [1, 2, 5]}, {"w": number(1, 20, 3), "r": number(1, 20, 5), "b": number(1, 40)})
    all_of(path, ["x=[2..50]x2x3"], ["T"], [((t,), [number(t, 2, 3)]) for t in (2, 5, 17, 50)])
    path = save("cache", {"past": [1, 2, "P", 4], "x": [1, 2, "T", 4]}, [
        node("Concat", "past x", "k", axis=2), node("Transpose", "k", "kt", perm=[0, 1, 3, 2]), node("MatMul", "x kt", "s"),
        node("Softmax", "s", "p"), node("MatMul", "p k", "y")], {"k": None, "y": None}, {})
    all_of(path, ["past=1x2x[2..100]x4", "x=1x2x[2..9]x4"], ["P", "T"],
           [((p, t), [number(1, 2, p, 4), number(1, 2, t, 4)]) for p, t in ((2, 2), (2, 9), (100, 9), (51, 3))])


def main():
    os.makedirs(WORK, exist_ok=True)
    count = Count()
    if os.path.exists(YUNET):
        yunet(count)
    batches(count)
    refused(count)
    sizes(count)
    print(f"{count.passed} passed, {count.failed} failed" + ("" if os.path.exists(YUNET) else ", 1 skipped"))
    return count.failed != 0


if __name__ == "__main__":
    sys.exit(main())
