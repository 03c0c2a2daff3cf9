#!/usr/bin/env python3
"""Models of ../shared/models that use quantised operators, state and caches, against what their own frameworks made:
control flow, MLPerf Tiny's int8 networks, quantised ONNX of every kind, a decoder with its cache, a detector of speech with its state.

    reference_models.py [WORD ...]      all, or those whose name contains a word
"""
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODELS = os.path.join(ROOT, "../shared/models")
sys.path.insert(0, os.path.join(ROOT, "python"))

try:
    import numpy as np
    import onnx
    import onnxruntime

    import tenon.backend
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


IMAGES = 40  # of the digits


def load(path):
    return tenon.backend.prepare(onnx.load(os.path.join(MODELS, path)))


def data(path):
    return np.load(os.path.join(MODELS, path), allow_pickle=False)


def apart(got, want):
    """Largest difference."""
    if got.shape != want.shape or got.dtype != want.dtype:
        return f"{got.dtype}{list(got.shape)} instead of {want.dtype}{list(want.shape)}"
    return float(np.abs(got.astype(np.float64) - want.astype(np.float64)).max())


def within(got, want, limit):
    d = apart(got, want)
    return None if not isinstance(d, str) and d <= limit else f"differs: {d}, allowed {limit:.3g}"


def mlperf(name, steps):
    """Bytes of TFLite's default kernels or of its reference kernels; `steps`: how far these are apart from onnxruntime."""
    ref, model = data(f"mlperf_tiny/{name}_int8_ref.npz"), load(f"mlperf_tiny/{name}_int8.onnx")
    kernels = [ref[k] for k in ("out0", "out0_refkernels") if k in ref.files]
    for i, x in enumerate(ref["in0"]):
        got = model.run([x])[0]
        why = [within(got, want[i], steps) for want in kernels]
        if all(why):
            return why[0]
    return None


def digits(variant, rounding):
    """Logits of some images, one by one: the same bits, but for scales found at run time. Of that model onnxruntime
    itself gives the reference on some processors alone: it is asked here."""
    ref, model = data("quantised_onnx/digits_ref.npz"), load(f"quantised_onnx/digits_{variant}.onnx")
    images, want = ref["image"][:IMAGES], ref[f"{variant}.logits"][:IMAGES]
    got = np.concatenate([model.run([x[None]])[0] for x in images])
    if variant == "dynamic":
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(os.path.join(MODELS, "quantised_onnx/digits_dynamic.onnx"), options)
        want = np.concatenate([session.run(None, {"image": x[None]})[0] for x in images])
    return within(got, want, rounding * np.abs(want).max())


def faces(variant, rounding):
    ref = data("quantised_onnx/RFB-320_ref.npz")
    model = load(f"quantised_onnx/RFB-320_{variant}.onnx")
    x = ((ref["image_u8_nhwc"].astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)
    for name, got in zip(("scores", "boxes"), model.run([np.ascontiguousarray(x)])):
        why = within(got, ref[f"{variant}.{name}"], rounding)
        if why:
            return f"{name}: {why}"
    return None


def interpreted(path):
    """The interpreter has the same bytes as the C, those between two included."""
    tool = os.environ.get("TENON", os.path.join(ROOT, os.environ.get("BUILD", "build"), "tenon"))
    said = subprocess.run([tool, "verify", os.path.join(MODELS, path), "--atol", "0", "--rtol", "0"], capture_output=True, text=True)
    return said.stdout + said.stderr if said.returncode else None


def sentences(variant, rounding):
    ref = data("quantised_onnx/text_encoder_ref.npz")
    model = load(f"quantised_onnx/text_encoder_{variant}.onnx")
    got = np.concatenate([model.run([ids])[0].reshape(1, -1) for ids in ref["ids"]])
    want = ref[f"{variant}.sentence"]
    return within(got, want, rounding * np.abs(want).max())


def speech():
    """All chunks of two recordings, the state carried from one to the next."""
    ref, model = data("silero_vad/silero_vad_ref.npz"), load("silero_vad/silero_vad.onnx")
    state = np.zeros((2, 1, 128), np.float32)
    for i, x in enumerate(ref["input"]):
        got, state = model.run({"input": x, "state": state, "sr": ref["sr"]})
        why = within(got, ref["output"][i], 1e-4) or within(state, ref["stateN"][i], 1e-3)
        if why:
            return f"chunk {i}: {why}"
    return None


def decoder():
    """A prompt, then eight steps that each take the likeliest token, with the cache handed on."""
    ref, model = data("tiny_lm/tiny_lm_ref.npz"), load("tiny_lm/tiny_lm.onnx")
    names = [i.name for i in model.inputs]
    cache = {}
    for i in model.inputs:
        dims = [d.dim_value for d in i.type.tensor_type.shape.dim]
        if i.name.startswith("past"):
            cache[i.name] = np.zeros([d if d else (1 if k == 0 else 0) for k, d in enumerate(dims)], np.float32)
    token = None
    for step in range(9):
        ids, at = ref[f"step{step}.input_ids"], ref[f"step{step}.position_ids"]
        if token is not None and int(ids[0, -1]) != token:
            return f"step {step}: token {token} instead of {int(ids[0, -1])}"
        feeds = {"input_ids": ids, "position_ids": at, **cache}
        out = dict(zip([o.name for o in model.outputs], model.run({n: feeds[n] for n in names})))
        want = ref[f"step{step}.logits"]
        why = within(out["logits"], want, 1e-4 * np.abs(want).max())
        if why:
            return f"step {step}: {why}"
        token = int(out["logits"][0, -1].argmax())
        cache = {n.replace("present", "past"): v for n, v in out.items() if n != "logits"}
    return None


def control_flow(name, *options):
    """`tenon verify`, with what shapes depend on bound, or as `options` say."""
    at = os.path.join(MODELS, "control_flow", name)
    done = subprocess.run([tenon.backend.program(), "verify", f"{at}.onnx", "--data", f"{at}_ref.npz", *(options or ["--bind-parameters"])],
                          capture_output=True, text=True)
    return None if done.returncode == 0 else (done.stdout + done.stderr)[-400:]


CASES = {
    **{f"control_flow/{n}": lambda n=n: control_flow(n) for n in (
        "data_dependent_shape", "dynamic_nhw", "if_bool_input", "if_data_dependent", "loop_trip_cond_scan", "loop_while_nested_if",
        "scan_rnn", "scan_rnn_reverse")},
    "control_flow/loop_trip_cond_scan, any number": lambda: control_flow("loop_trip_cond_scan", "--trips", "128"),
    **{f"mlperf_tiny/{n}": lambda n=n, s=s: mlperf(n, s) for n, s in (("kws", 0), ("ic", 1), ("vww", 0), ("ad", 0))},
    **{f"digits/{v}": lambda v=v, r=r: digits(v, r) for v, r in (("qdq_int8", 0), ("qdq_uint8_pt", 0), ("qop_uint8", 0), ("qop_int8", 0),
                                                                     ("dynamic", 1e-5))},
    **{f"faces/{v}": lambda v=v: faces(v, 0) for v in ("qdq_int8", "qdq_uint8_pt", "qop_uint8", "qop_int8")},
    "faces/interpreted": lambda: interpreted("quantised_onnx/RFB-320_qdq_int8.onnx"),
    **{f"sentences/{v}": lambda v=v, r=r: sentences(v, r) for v, r in (("fp32", 1e-4), ("w4_b32_sym", 1e-4), ("w4_b32_asym", 1e-4),
                                                                    ("w4_b16_sym_acc4", 0.05), ("w8_b32_sym", 1e-4))},
    "silero_vad": speech,
    "tiny_lm": decoder,
}


def judged(name):
    """Why it is wrong, or nothing."""
    try:
        return CASES[name]()
    except Exception as wrong:
        return f"{type(wrong).__name__}: {str(wrong)[-400:]}"


def main():
    if not os.path.isdir(MODELS):
        print(f"{MODELS} is missing\n0 passed, 0 failed, 1 skipped")
        return 0
    passed = failed = 0
    names = [name for name in CASES if not sys.argv[1:] or any(w in name for w in sys.argv[1:])]
    with ThreadPoolExecutor(2) as pool:
        for name, why in zip(names, pool.map(judged, names)):
            passed, failed = passed + (not why), failed + bool(why)
            if why:
                print(f"FAIL {name}: {why}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
