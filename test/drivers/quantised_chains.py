#!/usr/bin/env python3
"""Convolutions one behind the other between QuantizeLinear and DequantizeLinear, as quantised networks are written: bit
by bit onnxruntime's result. Windows, strides, paddings, zero points, scales per channel, depthwise ones, residual sums
and pooling from a seed; of one sample or two; products at the end.

    quantised_chains.py [KIND|all [FIRST [COUNT]]]
"""
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "judge"))
from judge import Case, helper, main, np, numpy_helper, of  # noqa: E402


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
        w = rng.integers(-127, 128, (oc, ic // group, k, k)).astype(np.int8)
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


def unsigned(rng):
    return Chain(rng, np.uint8)


def signed(rng):
    return Chain(rng, np.int8)


if __name__ == "__main__":
    targets = ["c99", "native", "c99 --io arena", "c99 --ram least"]
    if shutil.which("qemu-system-arm") and shutil.which("arm-none-eabi-gcc"):
        targets += ["cortex-m4", "cortex-m4 --io arena", "cortex-m4 --ram least", "cortex-m55", "cortex-m55 --io arena", "cortex-m55 --ram least"]
    if shutil.which("qemu-aarch64") and shutil.which("aarch64-linux-gnu-gcc"):
        targets += ["arm64+dot", "arm64+i8mm"]
    main([unsigned, signed], count=21, targets=tuple(targets))
