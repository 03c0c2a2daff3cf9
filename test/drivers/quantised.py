#!/usr/bin/env python3
"""Quantised operators, the standard's and onnxruntime's own: models made from a seed, judged by onnxruntime or, where
that has no such operator, by numpy.

    quantised.py [KIND|all [FIRST [COUNT]]]
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "judge"))
from judge import BYTES, Case, ints, main, np, of, scale, zero  # noqa: E402


def split(rng, order, values):
    """Data that come at run time, and constants: the first operand is always data."""
    data = {n: v for n, v in values.items() if n == order[0] or rng.random() < 0.4}
    return data, {n: v for n, v in values.items() if n not in data}


def make(rng, op, values, outputs, data_first=(), **more):
    order = list(values)
    data, constants = split(rng, order, {n: v for n, v in values.items() if v is not None})
    for n in data_first:
        if n in constants:
            data[n] = constants.pop(n)
    return Case(op, data, outputs, constants, order=[n if values[n] is not None else "" for n in order], **more)


def matmul_integer(rng):
    m, k, n, batch = (int(v) for v in rng.integers(1, 20, 4))
    a, b = of(rng, *BYTES), of(rng, *BYTES)
    lead = of(rng, (), (batch,))
    rows = of(rng, (), (m,)) if not lead else of(rng, (), (batch, m, 1))
    values = {"a": ints(rng, a, *lead, m, k), "b": ints(rng, b, k, n), "az": zero(rng, a, *rows), "bz": zero(rng, b, *of(rng, (), (n,)))}
    x = values["a"].astype(np.int32) - values["az"].astype(np.int32).reshape(*rows[:1], 1) if len(rows) == 1 else values["a"].astype(np.int32) - values["az"].astype(np.int32)
    want = x @ (values["b"].astype(np.int32) - values["bz"].astype(np.int32))
    return make(rng, "MatMulInteger", values, {"y": np.int32}, want=[want])


def qlinear_matmul(rng):
    m, k, n, batch = (int(v) for v in rng.integers(1, 20, 4))
    a, b = of(rng, *BYTES), of(rng, *BYTES)
    columns = of(rng, (), (n,))
    y = a
    values = {"a": ints(rng, a, *of(rng, (), (batch,)), m, k), "as": scale(rng, 0.01, 0.1), "az": zero(rng, a),
              "b": ints(rng, b, k, n), "bs": scale(rng, 0.01, 0.1, *columns), "bz": zero(rng, b, *columns),
              "ys": scale(rng, 0.5, 3), "yz": zero(rng, y)}
    if columns or a == np.int8 or b == np.int8:  # onnxruntime takes fewer combinations
        values["b"], values["bz"] = values["b"].astype(np.int8), zero(rng, np.int8, *columns)
    return make(rng, "QLinearMatMul", values, {"y": y})


def window(rng, spatial):
    k = [int(v) for v in rng.integers(1, 4, spatial)]
    pads = [int(rng.integers(0, e)) for e in k + k]
    return {"kernel_shape": k, "pads": pads, "strides": [int(v) for v in rng.integers(1, 3, spatial)]}


def conv_operands(rng, x, w):
    spatial, group = of(rng, 1, 2, 2, 3), of(rng, 1, 1, 2, 3)
    each, oc = int(rng.integers(1, 5)), group * int(rng.integers(1, 5))
    attributes = window(rng, spatial)
    if rng.random() < 0.3:
        attributes.update(dilations=[2] * spatial)
    if rng.random() < 0.3:
        del attributes["pads"]
        attributes.update(auto_pad=of(rng, "SAME_UPPER", "SAME_LOWER", "VALID"))
        attributes.pop("dilations", 0)
    size = [int(v) for v in rng.integers(6, 9, spatial)]
    return ints(rng, x, int(rng.integers(1, 3)), group * each, *size), ints(rng, w, oc, each, *attributes["kernel_shape"]), dict(attributes, group=group)


def conv_integer(rng):
    x, w, attributes = conv_operands(rng, np.uint8, np.uint8)
    values = {"x": x, "w": w, "xz": zero(rng, np.uint8), "wz": zero(rng, np.uint8)}
    return make(rng, "ConvInteger", values, {"y": np.int32}, **attributes)


def qlinear_conv(rng):
    kind, wkind = of(rng, *BYTES), np.int8
    x, w, attributes = conv_operands(rng, kind, wkind)
    oc = w.shape[0]
    channels = of(rng, (), (oc,))
    values = {"x": x, "xs": scale(rng, 0.01, 0.1), "xz": zero(rng, kind), "w": w, "ws": scale(rng, 0.01, 0.1, *channels),
              "wz": np.zeros(channels, wkind) if channels else zero(rng, wkind), "ys": scale(rng, 0.3, 2), "yz": zero(rng, kind),
              "bias": of(rng, None, rng.integers(-9999, 9999, oc).astype(np.int32))}
    return make(rng, "QLinearConv", values, {"y": kind}, **attributes)


def dynamic_quantize(rng):
    x = (rng.standard_normal([int(v) for v in rng.integers(1, 9, 3)]) * of(rng, 1, 100) + of(rng, 0, 5, -5)).astype(np.float32)
    return make(rng, "DynamicQuantizeLinear", {"x": x}, {"y": np.uint8, "s": np.float32, "z": np.uint8}, rtol=0, atol=0)


KINDS = [matmul_integer, qlinear_matmul, conv_integer, qlinear_conv, dynamic_quantize]


if __name__ == "__main__":
    main(KINDS)
