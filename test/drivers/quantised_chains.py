#!/usr/bin/env python3
"""Convolutions one behind the other between QuantizeLinear and DequantizeLinear, as quantised networks are written: bit
by bit onnxruntime's result. Windows, strides, paddings, zero points, scales per channel, depthwise ones, residual sums
and pooling from a seed; of one sample or two; products at the end. Varied ones have one to three dimensions, sizes of 1,
groups of channels, channels side by side and several outputs.

    quantised_chains.py [KIND|all [FIRST [COUNT [--target T,T.. [--options]]]]]
"""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "judge"))
from judge import Case, helper, main, np, numpy_helper, of  # noqa: E402


def narrowed(w):
    """As bytes; of every third number of channels so small that products of two fit 16 bits."""
    return (w // 2 if w.shape[0] % 3 == 0 else w).astype(np.int8)


class Chain(Case):
    def __init__(self, rng, kind):
        self.rng, self.kind, self.nodes, self.constants = rng, kind, [], []
        self.rtol = self.atol = self.steps = 0
        self.want = None
        self.channels, self.size = of(rng, 3, 4, 5, 8, 16, 20, 32, 33, 48), [int(v) for v in rng.integers(5, 20, 2)]
        shape = [of(rng, 1, 1, 1, 2), self.channels, *self.size]
        self.data = {"x": (rng.standard_normal(shape) * 2).astype(np.float32)}
        self.scale = float(rng.uniform(0.01, 0.05))
        y = self.quantised("x", self.scale)
        for _ in range(int(rng.integers(1, 6))):
            y = self.layer(y)
        if rng.random() < 0.4:
            y = self.product(y, shape[0])
        self.outputs = {y: np.float32}
        graph = helper.make_graph(self.nodes, "chain", [helper.make_tensor_value_info("x", 1, shape)],
                                  [helper.make_tensor_value_info(y, 1, None)], self.constants)
        self.model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, op, inputs, **attributes):
        name = f"{op}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    def quantised(self, x, scale):
        lowest = np.iinfo(self.kind).min
        zero = of(self.rng, lowest, lowest + int(self.rng.integers(0, 200)))
        by = [self.constant(np.float32(scale)), self.constant(self.kind(zero))]
        return self.node("DequantizeLinear", [self.node("QuantizeLinear", [x, *by]), *by])

    def weights(self, value, scale, zero):
        axis = {"axis": 0} if scale.ndim else {}
        return self.node("DequantizeLinear", [self.constant(value), self.constant(scale)] + ([self.constant(zero)] if zero is not None else []), **axis)

    def layer(self, x):
        rng, ic = self.rng, self.channels
        k, stride, dilation = of(rng, 1, 1, 3, 3, 5), of(rng, 1, 1, 2), of(rng, 1, 1, 2)
        pad = int(rng.integers(0, k // 2 + 1))
        oc, group = of(rng, (4, 1), (8, 1), (16, 1), (24, 1), (32, 1), (40, 1), (ic, ic))
        size = [(n + 2 * pad - dilation * (k - 1) - 1) // stride + 1 for n in self.size]
        if min(size) < 1:
            return x
        scale = rng.uniform(0.002, 0.01, of(rng, (), (oc,))).astype(np.float32)
        w = narrowed(rng.integers(-127, 128, (oc, ic // group, k, k)))
        operands = [x, self.weights(w, scale, np.zeros(scale.shape, np.int8))]
        if rng.random() < 0.7:
            operands.append(self.weights(rng.integers(-3000, 3000, oc).astype(np.int32), np.float32(self.scale) * scale, None))
        y = self.node("Conv", operands, strides=[stride] * 2, pads=[pad] * 4, dilations=[dilation] * 2, group=group)
        if rng.random() < 0.4:
            y = self.node("Relu", [y])
        self.scale = float(rng.uniform(0.05, 0.4))
        y = self.quantised(y, self.scale)
        if oc == ic and size == self.size:
            self.scale *= 1.5
            y = self.quantised(self.node("Add", [y, x]), self.scale)
        self.channels, self.size = oc, size
        if min(size) >= 4 and rng.random() < 0.2:
            y, self.size = self.node("MaxPool", [y], kernel_shape=[2, 2], strides=[2, 2]), [n // 2 for n in size]
        return y

    def product(self, x, rows):
        rng, points, columns = self.rng, self.channels * int(np.prod(self.size)), int(self.rng.integers(1, 12))
        y = self.node("Reshape", [x, self.constant(np.array([rows, points], np.int64))])
        w = rng.integers(-127, 128, (points, columns)).astype(np.int8)
        scale = np.float32(rng.uniform(0.0005, 0.002))
        y = self.node("MatMul", [y, self.weights(w, scale, np.int8(0))])
        self.scale = float(rng.uniform(0.05, 0.4))
        return self.quantised(y, self.scale)


class Varied(Chain):
    """Of one to three dimensions, some of size 1, up to three samples; groups of channels, windows and paddings that
    differ by dimension, channels side by side, mean pooling, Gemm, and a value in between that is an output too."""

    def __init__(self, rng, kind):
        self.rng, self.kind, self.nodes, self.constants = rng, kind, [], []
        self.rtol = self.atol = self.steps = 0
        self.want = None
        self.channels, spatial, self.rows = of(rng, 1, 2, 3, 6, 8, 12, 16, 17), of(rng, 1, 2, 2, 3), of(rng, 1, 1, 2, 3)
        self.size = [of(rng, 1, 2, 5, 8, 9) if rng.random() < 0.4 else int(rng.integers(3, 12)) for _ in range(spatial)]
        shape = [self.rows, self.channels, *self.size]
        self.data = {"x": (rng.standard_normal(shape) * 2).astype(np.float32)}
        self.scale = float(rng.uniform(0.01, 0.05))
        y, self.outputs = self.quantised("x", self.scale), {}
        for _ in range(int(rng.integers(1, 5))):
            y = of(rng, self.layer, self.layer, self.layer, self.beside)(y)
            if y not in ("x", *self.outputs) and rng.random() < 0.15:
                self.outputs[y] = np.float32
        y = of(rng, lambda y: y, self.mean, self.gemm)(y)
        self.outputs[y] = np.float32
        graph = helper.make_graph(self.nodes, "varied", [helper.make_tensor_value_info("x", 1, shape)],
                                  [helper.make_tensor_value_info(y, 1, None) for y in self.outputs], self.constants)
        self.model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

    def convolution(self, x, oc, group, k, stride, dilation, pads):
        rng, ic = self.rng, self.channels
        scale = rng.uniform(0.002, 0.01, of(rng, (), (oc,))).astype(np.float32)
        w = narrowed(rng.integers(-127, 128, (oc, ic // group, *k)))
        operands = [x, self.weights(w, scale, np.zeros(scale.shape, np.int8))]
        if rng.random() < 0.7:
            operands.append(self.weights(rng.integers(-3000, 3000, oc).astype(np.int32), np.float32(self.scale) * scale, None))
        y = self.node("Conv", operands, strides=stride, pads=pads, dilations=dilation, group=group)
        return self.node("Relu", [y]) if rng.random() < 0.4 else y

    def layer(self, x):
        rng, ic, spatial = self.rng, self.channels, len(self.size)
        k, stride = [of(rng, 1, 2, 3, 3, 4) for _ in range(spatial)], [of(rng, 1, 1, 2, 3) for _ in range(spatial)]
        dilation = [of(rng, 1, 1, 2) for _ in range(spatial)]
        pads = [int(rng.integers(0, n)) for n in k * 2]
        groups = [g for g in range(1, ic + 1) if ic % g == 0]
        group = of(rng, 1, ic, of(rng, *groups))
        oc = group * of(rng, 1, 1, 2, 3) if group > 1 else of(rng, 1, 2, 5, 8, 12, 16, 24)
        size = [(n + pads[d] + pads[d + spatial] - dilation[d] * (k[d] - 1) - 1) // stride[d] + 1 for d, n in enumerate(self.size)]
        if min(size) < 1 or oc > 64:
            return x
        y = self.convolution(x, oc, group, k, stride, dilation, pads)
        self.channels, self.size, self.scale = oc, size, float(rng.uniform(0.05, 0.4))
        return self.quantised(y, self.scale)

    def beside(self, x):
        """A 1x1 convolution of x next to x itself."""
        ones, oc = [1] * len(self.size), of(self.rng, 1, 4, 7, 8)
        if self.channels > 32:
            return x
        scale = self.scale
        y = self.quantised(self.convolution(x, oc, 1, ones, ones, ones, [0] * 2 * len(ones)), scale)
        self.channels += oc
        return self.quantised(self.node("Concat", of(self.rng, [x, y], [y, x]), axis=1), scale)

    def mean(self, x):
        """Stays as floats: a mean that is rounded to a byte is at a tie more often than not."""
        self.rtol = self.atol = 1e-5
        return self.node("AveragePool", [x], kernel_shape=[min(2, n) for n in self.size])

    def gemm(self, x):
        rng, points, columns, turned = self.rng, self.channels * int(np.prod(self.size)), int(self.rng.integers(1, 12)), of(self.rng, 0, 1)
        w = rng.integers(-127, 128, (columns, points) if turned else (points, columns)).astype(np.int8)
        scale = np.float32(rng.uniform(0.0005, 0.002))
        operands = [self.node("Flatten", [x]), self.weights(w, scale, np.int8(0))]
        if rng.random() < 0.6:
            operands.append(self.weights(rng.integers(-3000, 3000, columns).astype(np.int32), np.float32(self.scale) * scale, None))
        return self.quantised(self.node("Gemm", operands, transB=turned), float(rng.uniform(0.05, 0.4)))


class Planes(Varied):
    """One depthwise convolution: rows of windows that begin at even and odd places, tiles that share them or not."""

    def __init__(self, rng, kind):
        self.rng, self.kind, self.nodes, self.constants = rng, kind, [], []
        self.rtol = self.atol = self.steps = 0
        self.want, self.channels, self.scale = None, of(rng, 4, 8, 24), 0.03
        spatial = of(rng, 1, 2, 2, 3)
        k, stride, size = [of(rng, 1, 3, 4) for _ in range(spatial)], [of(rng, 1, 3) for _ in range(spatial)], [int(v) for v in rng.integers(4, 9, spatial)]
        shape = [of(rng, 1, 2), self.channels, *size]
        self.data = {"x": (rng.standard_normal(shape) * 2).astype(np.float32)}
        pads = [int(rng.integers(0, n)) for n in k * 2]
        y = self.convolution(self.quantised("x", self.scale), self.channels, self.channels, k, stride, [1] * spatial, pads)
        y = self.quantised(y, 0.1)
        self.outputs = {y: np.float32}
        graph = helper.make_graph(self.nodes, "planes", [helper.make_tensor_value_info("x", 1, shape)],
                                  [helper.make_tensor_value_info(y, 1, None)], self.constants)
        self.model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


class Windows(Planes):
    """Zero points below 0 that no clip takes away, where memory is so short that windows are summed as they come."""

    def quantised(self, x, scale):
        by = [self.constant(np.float32(scale / 4)), self.constant(np.int8(self.rng.integers(-127, 0)))]
        return self.node("DequantizeLinear", [self.node("QuantizeLinear", [x, *by]), *by])


class Pairs(Varied):
    """The residual sum of each byte with each, by a scale for every channel: where processors that multiply and add with one
    rounding did so, some of a million would be rounded to another byte."""

    def __init__(self, rng, kind):
        self.rng, self.kind, self.nodes, self.constants = rng, kind, [], []
        self.rtol = self.atol = self.steps = 0
        self.want, low, channels = None, np.iinfo(kind).min, 16
        every = np.tile(np.arange(low, low + 256).astype(kind), (channels, 256, 1))
        self.data = {"x": every, "y": np.ascontiguousarray(every.transpose(0, 2, 1))}
        y = self.quantised(self.node("Add", [self.real(x, rng.uniform(0.01, 0.1, channels)) for x in self.data]), rng.uniform(0.02, 0.2, channels))
        self.outputs = {y: kind}
        graph = helper.make_graph(self.nodes, "pairs", [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for n, v in self.data.items()],
                                  [helper.make_tensor_value_info(y, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), None)], self.constants)
        self.model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

    def by(self, scale):
        zero = np.full(scale.shape, self.rng.integers(np.iinfo(self.kind).min, np.iinfo(self.kind).max))
        return [self.constant(scale.astype(np.float32)), self.constant(zero.astype(self.kind))]

    def real(self, x, scale):
        return self.node("DequantizeLinear", [x, *self.by(scale)], axis=0)

    def quantised(self, x, scale):
        return self.node("QuantizeLinear", [x, *self.by(scale)], axis=0)


class Mixed(Varied):
    """Two dimensions, often 1xN: functions by table, softmax, resizing, padding, pooling, residual sums, values of another
    type or zero point in between, zero points at the ends. Functions differ by ulps, so what they round by a step."""

    def __init__(self, rng, kind):
        self.rng, self.kind, self.nodes, self.constants = rng, kind, [], []
        self.rtol = self.atol = self.steps = 0
        self.want, self.outputs, self.rough = None, {}, False
        self.channels, self.rows = of(rng, 1, 3, 4, 8, 15, 16, 20), of(rng, 1, 1, 1, 2)
        self.size = of(rng, [1, int(rng.integers(1, 30))], [int(rng.integers(1, 30)), 1], [int(v) for v in rng.integers(2, 14, 2)])
        shape = [self.rows, self.channels, *self.size]
        self.data = {"x": (rng.standard_normal(shape) * 2).astype(np.float32)}
        self.scale = float(rng.uniform(0.01, 0.05))
        y = self.quantised("x", self.scale)
        for _ in range(int(rng.integers(2, 7))):
            y = of(rng, self.layer, self.layer, self.layer, self.beside, self.table, self.table, self.resize, self.pad, self.pool, self.residual,
                   self.soft, self.moved, self.moved, self.whole, self.clipped, self.up)(y)
        y = of(rng, lambda y: y, lambda y: y, self.gemm, self.soft)(y)
        if self.rough:
            self.atol = 2.01 * self.scale
        self.outputs[y] = np.float32
        graph = helper.make_graph(self.nodes, "mixed", [helper.make_tensor_value_info("x", 1, shape)],
                                  [helper.make_tensor_value_info(y, 1, None)], self.constants)
        self.model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

    def quantised(self, x, scale):
        """Now and then as bytes of the other kind, or with a zero point at an end of the range."""
        rng, kind = self.rng, self.kind if self.rng.random() < 0.8 else of(self.rng, np.int8, np.uint8)
        low, high = np.iinfo(kind).min, np.iinfo(kind).max
        by = [self.constant(np.float32(scale)), self.constant(kind(of(rng, low, high, low + 128, int(rng.integers(low, high + 1)))))]
        self.scale = scale
        return self.node("DequantizeLinear", [self.node("QuantizeLinear", [x, *by]), *by])

    def weights(self, value, scale, zero):
        """Now and then of the whole range, as u8, or with zero points."""
        rng = self.rng
        if value.dtype != np.int8 or rng.random() < 0.6:
            return super().weights(value, scale, zero)
        kind = of(rng, np.int8, np.uint8)
        low, high = np.iinfo(kind).min, np.iinfo(kind).max
        zeros = rng.integers(low, high + 1, np.shape(zero)) if rng.random() < 0.5 else np.full(np.shape(zero), low + 128)
        return super().weights(rng.integers(low, high + 1, value.shape).astype(kind), scale, zeros.astype(kind))

    def moved(self, x):
        """Other places of the same bytes: channels last and back, a part of them, pixels from channels."""
        rng, (h, w) = self.rng, self.size
        how = of(rng, "slice", "turn", "depth", "split")
        if how == "turn":
            self.size = [w, h]
            return self.node("Transpose", [x], perm=[0, 1, 3, 2])
        if how == "depth" and self.channels % 4 == 0:
            self.channels, self.size = self.channels // 4, [2 * h, 2 * w]
            return self.node("DepthToSpace", [x], blocksize=2, mode=of(rng, "DCR", "CRD"))
        if how == "split" and self.channels % 2 == 0:
            name = f"halves{len(self.nodes)}"
            self.nodes.append(helper.make_node("Split", [x], [name + "a", name + "b"], axis=1))
            self.channels //= 2
            return self.node(of(rng, "Add", "Max"), [name + "a", name + "b"]) if rng.random() < 0.5 else name + "b"
        axis = int(rng.integers(1, 4))
        n = [0, self.channels, h, w][axis]
        begin = int(rng.integers(0, n))
        step = of(rng, 1, 1, 2)
        left = -(-(n - begin) // step)
        self.channels, self.size = [(left, [h, w]), (self.channels, [left, w]), (self.channels, [h, left])][axis - 1]
        return self.node("Slice", [x] + [self.constant(np.array([v], np.int64)) for v in (begin, n, axis, step)])

    def whole(self, x):
        """The mean of each channel, which scales it or stands for it."""
        self.rough, scale = True, self.scale
        y = self.quantised(self.node("GlobalAveragePool", [x]), scale)
        if self.rng.random() < 0.6:
            return self.quantised(self.node("Mul", [x, self.quantised(self.node("Sigmoid", [y]), 1 / 256)]), scale)
        self.size = [1, 1]
        return y

    def clipped(self, x):
        low, high = sorted(self.rng.uniform(-1, 6, 2).astype(np.float32))
        return self.quantised(self.node("Clip", [x, self.constant(low), self.constant(high)]), self.scale)

    def up(self, x):
        rng, ic, oc, k, stride = self.rng, self.channels, of(self.rng, 1, 3, 8), of(self.rng, 2, 3), of(self.rng, 1, 2)
        if ic * int(np.prod(self.size)) > 1500:
            return x
        w = rng.integers(-127, 128, (ic, oc, k, k)).astype(np.int8)
        y = self.node("ConvTranspose", [x, self.weights(w, np.float32(rng.uniform(0.002, 0.01)), np.int8(0))], strides=[stride] * 2)
        self.channels, self.size = oc, [(n - 1) * stride + k for n in self.size]
        return self.quantised(y, float(rng.uniform(0.05, 0.4)))

    def table(self, x):
        op, self.rough = of(self.rng, "Sigmoid", "Tanh", "HardSigmoid", "LeakyRelu", "Elu", "Relu", "HardSwish"), True
        if op == "HardSwish":
            return self.quantised(self.node("Mul", [x, self.node("HardSigmoid", [x], alpha=1 / 6, beta=0.5)]), self.scale)
        return self.quantised(self.node(op, [x]), float(self.rng.uniform(0.004, 0.05)))

    def resize(self, x):
        if self.channels * int(np.prod(self.size)) > 2000:
            return x
        up = [of(self.rng, 1, 2), of(self.rng, 1, 2, 3)]
        self.size = [n * k for n, k in zip(self.size, up)]
        mode = of(self.rng, "nearest", "linear")
        self.rough |= mode == "linear"
        y = self.node("Resize", [x, "", self.constant(np.array([1, 1, *up], np.float32))], mode=mode, nearest_mode="floor",
                      coordinate_transformation_mode=of(self.rng, "asymmetric", "half_pixel") if mode == "linear" else "asymmetric")
        return self.quantised(y, self.scale) if mode == "linear" else y

    def pad(self, x):
        pads = [int(v) for v in self.rng.integers(0, 3, 4)]
        self.size = [n + pads[d] + pads[d + 2] for d, n in enumerate(self.size)]
        whole = [0, 0, *pads[:2], 0, 0, *pads[2:]]
        return self.quantised(self.node("Pad", [x, self.constant(np.array(whole, np.int64))], mode="constant"), self.scale)

    def pool(self, x):
        rng, k = self.rng, [min(n, of(self.rng, 1, 2, 3)) for n in self.size]
        stride, pads = [of(rng, 1, 2) for _ in k], [int(rng.integers(0, n)) for n in k * 2]
        size = [(n + pads[d] + pads[d + 2] - k[d]) // stride[d] + 1 for d, n in enumerate(self.size)]
        op = of(rng, "MaxPool", "AveragePool")
        self.size, self.rough = size, self.rough or op == "AveragePool"
        more = {"count_include_pad": of(rng, 0, 1)} if op == "AveragePool" else {}
        y = self.node(op, [x], kernel_shape=k, strides=stride, pads=pads, **more)
        return self.quantised(y, self.scale) if op == "AveragePool" else y

    def residual(self, x):
        scale, self.rough = self.scale, True
        y = self.convolution(x, self.channels, of(self.rng, 1, self.channels), [1, 1], [1, 1], [1, 1], [0] * 4)
        y = self.quantised(y, float(self.rng.uniform(0.02, 0.2)))
        y = self.node(of(self.rng, "Add", "Add", "Mul", "Sub"), of(self.rng, [x, y], [y, x]))
        return self.quantised(y, scale * float(self.rng.uniform(1, 2)))

    def soft(self, x):
        self.rough = True
        return self.quantised(self.node("Softmax", [x], axis=of(self.rng, 1, 3)), 1 / 256)


def mixed_unsigned(rng):
    return Mixed(rng, np.uint8)


def mixed_signed(rng):
    return Mixed(rng, np.int8)


def unsigned(rng):
    return Chain(rng, np.uint8)


def signed(rng):
    return Chain(rng, np.int8)


def varied_unsigned(rng):
    return Varied(rng, np.uint8)


def varied_signed(rng):
    return Varied(rng, np.int8)


def windows(rng):
    return Windows(rng, np.int8)


def pairs(rng):
    return Pairs(rng, of(rng, np.uint8, np.int8))


def planes(rng):
    return Planes(rng, np.int8)


if __name__ == "__main__":
    targets = ["c99", "native", "c99 --io arena", "c99 --ram least"]
    if shutil.which("qemu-system-arm") and shutil.which("arm-none-eabi-gcc"):
        targets += ["cortex-m4", "cortex-m4 --io arena", "cortex-m4 --ram least", "cortex-m55", "cortex-m55 --io arena", "cortex-m55 --ram least"]
    if os.path.exists("/proc/cpuinfo") and " avx2 " in open("/proc/cpuinfo").read():
        targets += ["x86-64-v1", "x86-64-v3"]
    if shutil.which("qemu-aarch64") and shutil.which("aarch64-linux-gnu-gcc"):
        targets += ["arm64+dot", "arm64+i8mm"]
    windows.targets = [t for t in targets if t.endswith("--ram least")][-2:]
    main([unsigned, signed, varied_unsigned, varied_signed, planes, windows, pairs, mixed_unsigned, mixed_signed], count=15, targets=tuple(targets))
