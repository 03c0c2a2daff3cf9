#!/usr/bin/env python3
"""Convolutions of every kind, blocked and not, direct and Winograd's, judged by float64: the root of tenon's mean squared
error may be four times onnxruntime's own, the largest error, which scatters more, six times (where onnxruntime's are
below a unit in the last place of the largest magnitude, that counts).

    convolutions.py [SEED [COUNT]]      default: 0 4 (quick: 2) models a target

Each model holds several convolutions with seeded shapes (channels that fill no vector, borders, strides, dilations,
groups, depthwise, transposed, batches) with activations and residuals behind them. Targets: each x86 one that the processor runs, with one
thread and, for the last, with two; --precise once. A failing model is kept as build/test/convolutions/SEED_OPTIONS.onnx.
"""
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, os.environ.get("BUILD", "build"), "test/convolutions")
TENON = os.environ.get("TENON", os.path.join(ROOT, "build/tenon"))

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)
onnxruntime.set_default_logger_severity(4)


def conv64(x, w, b, strides, dilations, pads, group):
    """Direct convolution in float64: x [n,c,h,w], w [oc,c/group,kh,kw]."""
    x = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
    w = w.astype(np.float64)
    oc, ic, kh, kw = w.shape
    oh = (x.shape[2] - dilations[0] * (kh - 1) - 1) // strides[0] + 1
    ow = (x.shape[3] - dilations[1] * (kw - 1) - 1) // strides[1] + 1
    y = np.zeros((x.shape[0], oc, oh, ow))
    for i in range(kh):
        for j in range(kw):
            top, left = i * dilations[0], j * dilations[1]
            part = x[:, :, top:top + strides[0] * (oh - 1) + 1:strides[0], left:left + strides[1] * (ow - 1) + 1:strides[1]]
            for g in range(group):
                o = slice(g * oc // group, (g + 1) * oc // group)
                y[:, o] += np.einsum("nchw,oc->nohw", part[:, g * ic:(g + 1) * ic], w[o, :, i, j], optimize=True)
    return y + b.astype(np.float64)[None, :, None, None]


def transposed64(x, w, b, strides, pads, more, group):
    """Transposed convolution in float64: x [n,ic,h,w], w [ic,oc/group,kh,kw]; more: output_padding."""
    w = w.astype(np.float64)
    ic, oc, kh, kw = w.shape
    full = [(x.shape[2] - 1) * strides[0] + kh + more[0], (x.shape[3] - 1) * strides[1] + kw + more[1]]
    y = np.zeros((x.shape[0], oc * group, *full))
    for g in range(group):
        c, o = slice(g * ic // group, (g + 1) * ic // group), slice(g * oc, (g + 1) * oc)
        for i in range(kh):
            for j in range(kw):
                rows, cols = slice(i, i + strides[0] * x.shape[2], strides[0]), slice(j, j + strides[1] * x.shape[3], strides[1])
                y[:, o, rows, cols] += np.einsum("nchw,co->nohw", x[:, c].astype(np.float64), w[c, :, i, j], optimize=True)
    y = y[:, :, pads[0]:full[0] - pads[2], pads[1]:full[1] - pads[3]]
    return y + b.astype(np.float64)[None, :, None, None]


ACTIVATIONS = {
    None: lambda v: v,
    "Relu": lambda v: np.maximum(v, 0),
    "HardSwish": lambda v: v * np.clip(v / 6 + 0.5, 0, 1),
    "Sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "LeakyRelu": lambda v: np.where(v < 0, 0.01 * v, v),
}


def make(seed):
    """A model, its input and what it should give."""
    rng = np.random.default_rng(seed)
    pick = lambda *choices: choices[rng.integers(len(choices))]
    c, h, w, n = int(pick(3, 8, 16, 20, 32, 35, 64, 160)), int(rng.integers(7, 34)), int(rng.integers(7, 34)), int(pick(1, 1, 2))
    x = rng.standard_normal((n, c, h, w)).astype(np.float32)
    nodes, weights, outputs, want = [], [], [], []
    for k in range(12):
        kind = pick("3x3", "3x3", "winograd", "1x1", "depthwise", "strided", "dilated", "grouped", "narrow", "wide", "transposed",
                    "transposed")
        group, strides, dilations, kernel = 1, (1, 1), (1, 1), (3, 3)
        oc = int(pick(1, 7, 16, 24, 32, 48, 65, 96))
        if kind == "1x1":
            kernel, strides = (1, 1), pick((1, 1), (2, 2))
        if kind == "winograd":
            oc = int(pick(32, 48, 64))
        if kind == "depthwise":
            group, oc, kernel, strides = c, c, pick((3, 3), (5, 5), (3, 1)), pick((1, 1), (2, 2), (2, 1))
        if kind == "grouped" and c % 4 == 0:
            group, oc = pick(2, 4), int(pick(16, 32, 64))
        if kind == "narrow":
            group = int(pick(*[g for g in range(1, c + 1) if c % g == 0]))
            oc = group * int(pick(1, 2, 4, 12, 16))
            kernel, strides = pick((3, 3), (1, 1)), pick((1, 1), (2, 2))
        if kind == "strided":
            strides = pick((2, 2), (2, 1), (3, 2))
        if kind == "dilated":
            dilations = pick((2, 2), (1, 3), (3, 1))
        if kind == "wide":
            kernel = pick((1, 7), (7, 1), (5, 5), (2, 2))
        if kind == "transposed":
            kernel, strides = pick((2, 2), (3, 3), (4, 4), (5, 3), (1, 2)), pick((1, 1), (2, 2), (2, 1), (3, 2), (4, 4))
            group = c if pick(False, False, True) else 1
            oc = c if group > 1 else oc
        most = [dilations[d] * (kernel[d] - 1) for d in (0, 1)]
        if most[0] >= h or most[1] >= w:
            continue
        same = [m // 2 for m in most]
        pads = pick([*same, *same], [0, 0, 0, 0], [min(1, most[0]), 0, 0, min(1, most[1])])
        shape = (c, oc // group, *kernel) if kind == "transposed" else (oc, c // group, *kernel)
        f = (rng.standard_normal(shape) / np.sqrt(c // group * kernel[0] * kernel[1])).astype(np.float32)
        b = rng.standard_normal(oc).astype(np.float32)
        weights += [numpy_helper.from_array(f, f"w{k}"), numpy_helper.from_array(b, f"b{k}")]
        if kind == "transposed":
            more = [int(rng.integers(s)) for s in strides]
            nodes.append(helper.make_node("ConvTranspose", ["x", f"w{k}", f"b{k}"], [f"c{k}"], strides=strides, pads=pads,
                                          output_padding=more, group=group))
            y, name = transposed64(x, f, b, strides, pads, more, group), f"c{k}"
        else:
            nodes.append(helper.make_node("Conv", ["x", f"w{k}", f"b{k}"], [f"c{k}"], strides=strides, dilations=dilations,
                                          pads=pads, group=group))
            y, name = conv64(x, f, b, strides, dilations, pads, group), f"c{k}"
        act = pick(*ACTIVATIONS)
        if act:
            nodes.append(helper.make_node(act, [name], [f"a{k}"]))
            y, name = ACTIVATIONS[act](y), f"a{k}"
        if y.shape == x.shape and pick(True, False):
            nodes.append(helper.make_node("Add", [name, "x"], [f"r{k}"]))
            y, name = y + x, f"r{k}"
        nodes.append(helper.make_node("Identity", [name], [f"y{k}"]))
        outputs.append(helper.make_tensor_value_info(f"y{k}", TensorProto.FLOAT, y.shape))
        want.append((f"y{k}", y, f"{kind} {kernel} {c}->{oc} strides {strides} dilations {dilations} pads {pads} group {group} {act}"))
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)], outputs, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model, x, want


def targets():
    said = subprocess.run([TENON, "targets"], capture_output=True, text=True).stdout
    names = [line.split()[0] for line in said.splitlines() if line.startswith("x86-64")]
    have = set(open("/proc/cpuinfo").read().split("flags")[1].split("\n")[0].split()) if os.path.exists("/proc/cpuinfo") else set()
    if "avx512vl" not in have:
        names = [t for t in names if t != "x86-64-v4"]
    if "avx512_vnni" not in have:
        names = [t for t in names if t != "x86-64-v4+vnni"]
    if "avx2" not in have:
        names = [t for t in names if t != "x86-64-v3"]
    return [t for t in names if t not in ("x86-64", "x86-64-v2")]


def check(seed, model, x, want, arguments, judge):
    case = os.path.join(WORK, "_".join([str(seed), *arguments]).replace("--", ""))
    path, data, out = case + ".onnx", case + ".npy", case + ".out"
    onnx.save(model, path)
    np.save(data, x)
    r = subprocess.run([TENON, "run", path, "--input", f"x={data}", "--output", out, *arguments], capture_output=True, text=True)
    if r.returncode:
        print(f"seed {seed} {' '.join(arguments)}: {r.stderr.strip()[-300:]}")
        return False
    good = True
    for (name, y, what), other in zip(want, judge):
        got = np.load(os.path.join(out, f"{name}.npy")).astype(np.float64)
        scale = np.abs(y).max()
        own, theirs = np.abs(got - y), np.abs(other.astype(np.float64) - y)
        rms = [np.sqrt(np.mean(e**2)) for e in (own, theirs)]
        if not (own.max() <= 6 * max(theirs.max(), scale * 2.0**-23) and rms[0] <= 4 * max(rms[1], scale * 2.0**-25)):
            print(f"seed {seed} {' '.join(arguments)}: {name} {what}: errors {own.max():.2e}, mean {rms[0]:.2e}; "
                  f"onnxruntime {theirs.max():.2e}, mean {rms[1]:.2e}; largest {scale:.2e}")
            good = False
    if good:
        os.remove(path)
        os.remove(data)
        shutil.rmtree(out)
    return good


def main():
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2 if os.environ.get("TENON_TEST") == "quick" else 4
    os.makedirs(WORK, exist_ok=True)
    every, passed, failed = targets(), 0, 0
    for seed in range(first, first + count):
        model, x, want = make(seed)
        o = onnxruntime.SessionOptions()
        o.intra_op_num_threads = 1
        judge = onnxruntime.InferenceSession(model.SerializeToString(), o, providers=["CPUExecutionProvider"]).run(None, {"x": x})
        ways = [["--target", t] for t in every] + [["--threads", "2", "--grain", "100"]] + ([["--precise"]] if seed == first else [])
        with ThreadPoolExecutor(2) as pool:
            for good in pool.map(lambda way: check(seed, model, x, want, way, judge), ways):
                passed, failed = passed + good, failed + (not good)
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
