#!/usr/bin/env python3
"""Models with open dimensions through one library with a plan for each of several sizes, judged by onnxruntime:
../shared/models/yunet/yunet_n_dynamic.onnx at three sizes. Skipped where the model or a package is missing.
"""
import ctypes
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, os.environ.get("BUILD", "build"), "test/dynamic")
TENON = os.environ.get("TENON", os.path.join(ROOT, "build/tenon"))
MODEL = os.path.join(ROOT, "../shared/models/yunet/yunet_n_dynamic.onnx")
SIZES = [(320, 320), (192, 256), (96, 160)]

try:
    import numpy as np
    import onnxruntime
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


class Dims(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in ("batch", "height", "width")]


def main():
    if not os.path.exists(MODEL):
        print(f"{MODEL} is missing\n0 passed, 0 failed, 1 skipped")
        return 0
    shapes = [word for h, w in SIZES for word in ("--input-shape", f"input=1x3x{h}x{w}")]
    subprocess.run([TENON, "compile", MODEL, "-o", WORK, "--name", "yunet", "--target", "native", *shapes], check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["make", "-s", "-C", WORK, "libyunet.so"], check=True)
    library = ctypes.CDLL(os.path.join(WORK, "libyunet.so"))
    library.yunet_arena_bytes.restype = ctypes.c_size_t
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
    passed = failed = 0
    for h, w in SIZES:
        x = np.random.default_rng(h).integers(0, 256, (1, 3, h, w)).astype(np.float32)
        want = session.run(None, {"input": x})
        got, dims = [np.full_like(y, np.nan) for y in want], Dims(1, h, w)
        arena = np.empty(library.yunet_arena_bytes(ctypes.byref(dims)) + 64, np.uint8)
        aligned = ctypes.c_void_p(arena.ctypes.data + -arena.ctypes.data % 64)
        io = (ctypes.c_void_p * (1 + len(got)))(x.ctypes.data, *[y.ctypes.data for y in got])
        status = library.yunet_run(io, ctypes.byref(dims), aligned)
        # obj_*: onnxruntime's own sigmoid is right to 1e-7 absolute only
        same = [np.allclose(a, b, rtol=1e-4, atol=max(1e-5 * np.abs(b).max(), 2e-7)) for a, b in zip(got, want)]
        good = status == 0 and all(same)
        if not good:
            print(f"{h}x{w}: status {status}, outputs that differ: {[o.name for o, s in zip(session.get_outputs(), same) if not s]}")
        passed, failed = passed + good, failed + (not good)
    status = library.yunet_run(io, ctypes.byref(Dims(1, 33, 33)), aligned)
    passed, failed = passed + (status == -3), failed + (status != -3)
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
