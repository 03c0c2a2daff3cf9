"""What drivers share that let onnxruntime judge small models made from a seed.

A driver has a function case(rng) -> Case for each kind of model and calls main(kinds). Models and data of a case that
fails are kept as build/test/NAME/KIND.SEED/.

`--target T[,T..]` behind the other words: batches of cases in one program for each of these targets, judged by the
interpreter, and that by onnxruntime, a step of rounding or two apart at most. `--options` draws options of the compiler.
"""
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TENON = os.environ.get("TENON", os.path.join(ROOT, "build/tenon"))

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper
    import batch
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


BYTES = (np.int8, np.uint8)


def of(rng, *choices):
    return choices[int(rng.integers(len(choices)))]


def ints(rng, kind, *shape):
    return rng.integers(np.iinfo(kind).min, np.iinfo(kind).max + 1, shape).astype(kind)


def zero(rng, kind, *shape):
    """A zero point near the middle of the type's range."""
    return np.asarray(rng.integers(-20, 20, shape) + (128 if kind == np.uint8 else 0)).astype(kind)


def scale(rng, lo=0.02, hi=0.1, *shape):
    return np.asarray(rng.uniform(lo, hi, shape)).astype(np.float32)


class Case:
    """One node with inputs, constants and outputs (name -> numpy type); how far results may be apart."""

    def __init__(self, op, data, outputs, constants=None, domain="", versions=None, rtol=1e-4, atol=1e-5, steps=0, want=None, **attributes):
        self.data, self.outputs, self.rtol, self.atol, self.steps, self.want = data, outputs, rtol, atol, steps, want
        constants = constants or {}
        order = attributes.pop("order", list(data) + list(constants))
        versions = versions or {"": 17, "ai.onnx.ml": 3, "com.microsoft": 1}
        kind = helper.np_dtype_to_tensor_dtype
        node = helper.make_node(op, order, list(outputs), domain=domain, **attributes)
        graph = helper.make_graph(
            [node], "judged",
            [helper.make_tensor_value_info(n, kind(v.dtype), v.shape) for n, v in data.items()],
            [helper.make_tensor_value_info(n, kind(np.dtype(t)), None) for n, t in outputs.items()],
            [numpy_helper.from_array(np.asarray(v, order="C"), n) for n, v in constants.items()])
        self.model = helper.make_model(graph, opset_imports=[helper.make_opsetid(d, v) for d, v in versions.items()], ir_version=9)

    def judge(self):
        if self.want is not None:  # the standard's own words, where onnxruntime has no such operator or goes its own way
            return self.want
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.add_session_config_entry("session.x64quantprecision", "1")
        session = onnxruntime.InferenceSession(self.model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session.run(list(self.outputs), self.data)

    def apart(self):
        """How far floats may be from onnxruntime's where both round."""
        return max(self.atol, 2 * getattr(self, "scale", 0))

    def difference(self, got, want):
        """Why they differ, or None."""
        want = np.asarray(want)
        if got.shape != want.shape or got.dtype != want.dtype:
            return f"{got.dtype}{got.shape}, want {want.dtype}{want.shape}"
        if want.dtype.kind != "f":
            far = abs(got.astype(np.int64) - want.astype(np.int64)).max(initial=0)
            return f"differs by {far}" if far > self.steps else None
        if np.allclose(got, want, rtol=self.rtol, atol=self.atol, equal_nan=True):
            return None
        return f"differs by {np.nanmax(abs(got - want)):.3g}: {got.ravel()[:6]}, want {want.ravel()[:6]}"


def check(case, out, target):
    """Why the case fails, or None."""
    os.makedirs(out, exist_ok=True)
    onnx.save(case.model, f"{out}/model.onnx")
    command = [TENON, "run", f"{out}/model.onnx", "--output", f"{out}/out", "--target", *target.split()]
    for name, value in case.data.items():
        np.save(f"{out}/{name}.npy", value)
        command += ["--input", f"{name}={out}/{name}.npy"]
    run = subprocess.run(batch.least(command), capture_output=True, text=True, timeout=300)
    if run.returncode:
        return f"exit status {run.returncode}: {run.stderr.strip()}"
    try:
        judged = case.judge()
    except Exception as error:  # onnxruntime's classes have no name of their own
        return f"onnxruntime: {str(error)[:200]}"
    for name, want in zip(case.outputs, judged):
        why = case.difference(np.load(f"{out}/out/{name}.npy"), want)
        if why:
            return f"{name}: {why}"
    shutil.rmtree(out)
    return None


def interpreted(case, job):
    """What the interpreter makes of a case, by output; or why it fails, or is wrong."""
    job.place(os.path.dirname(job.folder))
    if why := job.interpret():
        return why
    return [np.load(f"{job.folder}/out/{name}.npy") for name in case.outputs]


def batched(kind, seeds, target, options, work):
    """seed -> why it fails on the target."""
    jobs, why = [], {}
    for seed in seeds:
        case = kind(np.random.default_rng([seed, *kind.__name__.encode()]))
        words = batch.draw(seed, target, False) if options else ()
        try:
            judged = case.judge()
        except Exception as error:  # onnxruntime's classes have no name of their own
            why[seed] = f"onnxruntime: {str(error)[:200]}"
            continue
        loose = lambda name, got, want, case=case: None if np.allclose(got, want, rtol=1e-4, atol=case.apart()) else f"far from onnxruntime, {abs(got - want).max():.3g}"
        job = batch.Job(seed, case.model, case.data, dict(zip(case.outputs, judged)), target, loose, ("-O3", "-O1")[seed % 2], options=words)
        job.folder = os.path.join(work, job.label)
        got = interpreted(case, job)
        if isinstance(got, str):
            why[seed] = got
            continue
        job.want, job.engines = dict(zip(case.outputs, got)), ("c",)
        job.differs = lambda name, got, want, case=case: case.difference(got, want)
        jobs.append(job)
    for j in jobs:
        shutil.rmtree(j.folder)
    failed = batch.run(jobs, work)
    return {**why, **{int(j.label): f"{' '.join(j.options)}: {failed[j.label]}" for j in jobs if j.label in failed}}


def main(kinds, count=4, targets=("c99", "native")):
    """[KIND|all [FIRST [COUNT]]]: every kind, `count` seeds from 0 on, the targets in turn, its own `targets` if it has some,
    options behind them."""
    name = os.path.basename(sys.argv[0]).split(".")[0]
    work = os.path.join(ROOT, os.environ.get("BUILD", "build"), "test", name)
    words, asked, drawn = list(sys.argv), None, "--options" in sys.argv
    if "--target" in words:
        asked = words[words.index("--target") + 1].split(",")
        sys.argv = words[:words.index("--target")]
    chosen = [k for k in kinds if len(sys.argv) < 2 or sys.argv[1] in (k.__name__, "all")]
    first, count = (int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((2, 0), (3, count)))
    onnxruntime.set_default_logger_severity(4)
    os.makedirs(work, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = work + "/cache"
    passed = failed = 0
    for kind in chosen if asked else ():
        for target in asked:
            for begin in range(first, first + count, 24):
                seeds = range(begin, min(begin + 24, first + count))
                failing = batched(kind, seeds, target, drawn, f"{work}/{kind.__name__}")
                passed, failed = passed + len(seeds) - len(failing), failed + len(failing)
                for seed, why in failing.items():
                    print(f"FAIL {kind.__name__} {seed}, {target}: {why}", flush=True)
    own = lambda kind: getattr(kind, "targets", targets)  # noqa: E731
    cases = [(kind, seed, own(kind)[seed % len(own(kind))]) for kind in (() if asked else chosen) for seed in range(first, first + count)]

    def judged(case):
        kind, seed, target = case
        rng = np.random.default_rng([seed, *kind.__name__.encode()])
        return check(kind(rng), f"{work}/{kind.__name__}.{seed}", target)

    with ThreadPoolExecutor(2) as pool:
        for (kind, seed, target), why in zip(cases, pool.map(judged, cases)):
            passed, failed = passed + (why is None), failed + (why is not None)
            if why:
                print(f"FAIL {kind.__name__} {seed}, {target}: {why}", flush=True)
    shutil.rmtree(work + "/cache", ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)
