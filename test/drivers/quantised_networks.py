#!/usr/bin/env python3
"""Quantised networks on the inputs stored beside them: the interpreter has the bytes of the stored results, and the C has
the interpreter's on every target that an emulator runs, microcontrollers and this processor among them.

    quantised_networks.py [--targets T,T,...] [all | NETWORK ...]

A target may have options behind it. Without a name a sample. Networks that are quantised as they run, or whose weights alone are, agree nearly.
"""
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from emulated import BUILD, SHARED, TENON, asked, judge  # noqa: E402

WORK = os.path.join(BUILD, "test/quantised_networks")
HERE_TOO = ["c99", "x86-64", "x86-64-v3", "native"]  # the processor itself runs them
TARGETS = ["cortex-m0", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55", "arm64", "arm64+dot", "arm64+i8mm", "armv7", "riscv64",
           "riscv64+v", "wasm", *HERE_TOO]
FEW = 4  # stored inputs of a network that has many

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


# ---- what is stored: file of the model, inputs, and each reference's results, which are lists of outputs ----

def stored(path):
    return np.load(os.path.join(SHARED, path), allow_pickle=False)


def mlperf(name):
    ref = stored(f"mlperf_tiny/{name}_int8_ref.npz")  # by TFLite's own kernels, and its reference's where they differ
    return f"mlperf_tiny/{name}_int8.onnx", ref["in0"], [[ref[k]] for k in ("out0", "out0_refkernels") if k in ref.files]


def digits(variant):
    ref = stored("quantised_onnx/digits_ref.npz")
    return f"quantised_onnx/digits_{variant}.onnx", ref["image"][:FEW, None], [[ref[f"{variant}.logits"][:FEW, None]]]


def dynamic(variant):
    """Its results as stored are some processors' alone: onnxruntime is asked here."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    model, inputs, _ = digits(variant)
    judge = onnxruntime.InferenceSession(os.path.join(SHARED, model), options)
    return model, inputs, [[np.stack([judge.run(None, {"image": x})[0] for x in inputs])]]


def faces(variant):
    ref = stored("quantised_onnx/RFB-320_ref.npz")
    x = ((ref["image_u8_nhwc"].astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)
    return f"quantised_onnx/RFB-320_{variant}.onnx", x[None], [[ref[f"{variant}.{k}"][None] for k in ("scores", "boxes")]]


def sentences(variant):
    ref = stored("quantised_onnx/text_encoder_ref.npz")
    return f"quantised_onnx/text_encoder_{variant}.onnx", ref["ids"], [[ref[f"{variant}.sentence"][:, None]]]


# name -> who tells what is stored, of what; how far the interpreter may be from the nearest reference in units of a result of
# bytes, and in parts of the largest of floats; how far the C may be from the interpreter in these parts.
NETWORKS = {
    **{n: (mlperf, n, 1 if n == "ic" else 0, 0) for n in ("kws", "ic", "vww", "ad")},
    **{f"digits_{v}": (digits, v, 0, 0) for v in ("qdq_int8", "qdq_uint8_pt", "qop_int8", "qop_uint8")},
    **{f"RFB-320_{v}": (faces, v, 0, 0) for v in ("qdq_int8", "qdq_uint8_pt", "qop_int8", "qop_uint8")},
    "digits_dynamic": (dynamic, "dynamic", 1e-5, 0),
    **{f"text_encoder_{v}": (sentences, v, near, 1e-5) for v, near in
       (("w8_b32_sym", 1e-4), ("w4_b32_sym", 1e-4), ("w4_b32_asym", 1e-4), ("w4_b16_sym_acc4", 0.05))},
}
SAMPLE = [("ic", t) for t in ("cortex-m0", "cortex-m4", "cortex-m55", "riscv64", "c99", "native")] + [
    ("digits_qop_int8", t) for t in ("cortex-m7", "arm64+i8mm", "riscv64+v")] + [
    ("kws", "arm64+dot"), ("ad", "cortex-m33"), ("ic", "arm64 --optimize size"), ("vww", "armv7 --optimize size"), ("digits_dynamic", "c99"), ("text_encoder_w4_b32_asym", "arm64")]


def apart(got, want):
    """Steps of bytes, or parts of the largest number, one sample for itself."""
    if got.shape != want.shape or got.dtype != want.dtype:
        return float("inf")
    unit = 1 if np.issubdtype(got.dtype, np.integer) else max(float(np.abs(want).max()), 1e-30)
    return float(np.abs(got.astype(np.float64) - want.astype(np.float64)).max()) / unit


def tenon(*words, cache="cache"):
    env = dict(os.environ, XDG_CACHE_HOME=os.path.join(WORK, cache))
    p = subprocess.run([TENON, *words], capture_output=True, text=True, env=env, timeout=1500)
    if p.returncode:
        raise ValueError((p.stderr + p.stdout).strip()[-400:])


def interpreted(name, model, inputs):
    """Outputs of each case, and the archive of both."""
    graph = onnx.load(model).graph
    entry, outputs, work, cases = graph.input[0].name, [o.name for o in graph.output], os.path.join(WORK, name), []
    os.makedirs(work, exist_ok=True)
    archive = {}
    for i, x in enumerate(inputs):
        np.save(f"{work}/x.npy", np.ascontiguousarray(x))
        tenon("run", model, "--engine", "interpreter", "--input", f"{entry}={work}/x.npy", "--output", f"{work}/{i}")
        files = {o: "".join(c if c.isalnum() or c in "._-" else "_" for c in o) for o in outputs}
        cases.append([np.load(f"{work}/{i}/{files[o]}.npy") for o in outputs])
        archive.update({f"case{i}.{entry}": np.ascontiguousarray(x)} | {f"case{i}.{o}": y for o, y in zip(outputs, cases[-1])})
    np.savez(f"{work}/cases.npz", **archive)
    return cases, f"{work}/cases.npz"


def network(name, targets):
    """Lines of what fails; one check for the interpreter, one a target."""
    make, what, steps, near = NETWORKS[name]
    model, inputs, references = make(what)
    model, start = os.path.join(SHARED, model), time.time()
    try:
        cases, archive = interpreted(name, model, inputs)
    except (ValueError, OSError, subprocess.TimeoutExpired) as e:
        return [f"FAIL {name}, interpreter: {e}"] * (1 + len(targets))
    far = [min(max(apart(y, want[k][i]) for k, y in enumerate(case)) for want in references) for i, case in enumerate(cases)]
    lines = [] if max(far) <= steps else [f"FAIL {name}, interpreter: {max(far):.3g} from what is stored, {steps} allowed"]
    print(f"{name}, interpreter: {max(far):.3g} from what is stored ({time.time() - start:.0f} s)", flush=True)
    for target in targets:
        start, cache = time.time(), f"{name}.{target}.cache"
        try:
            tenon("verify", model, "--data", archive, "--target", *target.split(), "--atol", f"{near * max(np.abs(y).max() for c in cases for y in c)}",
                  "--rtol", "0", cache=cache)
            print(f"{name}, {target}: {'nearly ' if near else ''}the same ({time.time() - start:.0f} s)", flush=True)
        except (ValueError, subprocess.TimeoutExpired) as e:
            lines.append(f"FAIL {name}, {target}: {e}")
            print(lines[-1], flush=True)
        shutil.rmtree(os.path.join(WORK, cache), ignore_errors=True)
    return lines


def main():
    _, pairs = asked(NETWORKS, TARGETS, SAMPLE)
    shutil.rmtree(WORK, ignore_errors=True)
    return judge(pairs, HERE_TOO, network, () if os.path.isdir(SHARED) else NETWORKS, own=1)


if __name__ == "__main__":
    sys.exit(main())
