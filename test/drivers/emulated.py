#!/usr/bin/env python3
"""Targets of other processors: models compiled by a cross compiler and run by an emulator, against the interpreter. What
`tenon targets` says an emulator runs; nothing where none is installed.

    emulated.py [TARGET ...]
"""
import argparse
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
TENON = os.path.join(BUILD, "tenon")
SHARED = os.path.join(ROOT, "../shared/models")
MODELS = ["../examples/digits/digits.onnx", "quantised_onnx/digits_qdq_uint8_pt.onnx", "quantised_onnx/digits_qop_int8.onnx",
          "mlperf_tiny/kws_int8.onnx", "mlperf_tiny/ic_int8.onnx", "mlperf_tiny/vww_int8.onnx", "mlperf_tiny/ad_int8.onnx",
          "control_flow/scan_rnn.onnx", "tiny_lm/tiny_lm_fixed16.onnx", "ultraface/RFB-320.onnx"]
SMALL = 7  # of them fit a microcontroller
QUICK = 4  # models of a quick run
HALF = [MODELS[0], "--half-weights", "--atol", "0.02", "--rtol", "0.01"]


def emulated():
    """target -> compiler, of those that an emulator runs"""
    said = subprocess.run([TENON, "targets"], capture_output=True, text=True, check=True).stdout
    found, name, compiler = {}, None, None
    for line in said.splitlines():
        words = line.split()
        if not line.startswith(" "):
            name = words[0]
            if os.path.exists(os.path.join(ROOT, "src/target/boards", name + ".board")):
                break  # boards come behind the targets, which run on some of them
        elif words[0] in ("from", "no"):
            compiler = line.split(", ")[2].split()[0]
        elif line.strip().startswith("runs here by") and shutil.which(compiler):
            found[name] = compiler
    return found


def asked(names, targets, sample, *more):
    """Options of a driver of networks, [--targets T,T,...] [all | NETWORK ...] and `more`; pairs of network and target."""
    p = argparse.ArgumentParser()
    p.add_argument("--targets", default="")
    for words, how in more:
        p.add_argument(*words, **how)
    p.add_argument("networks", nargs="*")
    o = p.parse_args()
    if not o.networks and not o.targets:
        return o, sample
    return o, [(n, t) for n in (names if o.networks in ([], ["all"]) else o.networks) for t in (o.targets.split(",") if o.targets else targets)]


def judge(pairs, here_too, network, missing=(), own=0):
    """Calls network(name, its targets) for those that run here, several at a time, and prints what fails. own: checks of a
    network beside those of its targets. Whether any failed."""
    have, run = {*emulated(), *here_too}, {}
    for n, t in pairs:
        if t.split()[0] in have and n not in missing:
            run.setdefault(n, []).append(t)
    with ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count() or 1))) as pool:
        lines = [line for done in pool.map(lambda n: network(n, run[n]), run) for line in done]
    there = sum(map(len, run.values()))
    count = there + own * len(run)
    for line in lines:
        print(line)
    print(f"{count - len(lines)} passed, {len(lines)} failed, {len(pairs) - there} skipped")
    return bool(lines)


def path(model):
    own = os.path.join(ROOT, model[3:])
    return own if model.startswith("../examples/") else os.path.join(SHARED, model)


def verify(case):
    target, model, *options = case
    return subprocess.run([TENON, "verify", path(model), "--target", target, *options], capture_output=True, text=True, timeout=600)


def main():
    targets = [t for t in emulated() if len(sys.argv) < 2 or t in sys.argv[1:]]
    models = MODELS[:QUICK] if os.environ.get("TENON_TEST") == "quick" else MODELS
    passed = failed = 0
    cases = [(target, *case) for target in targets for case in [[m] for m in (models[:SMALL] if target.startswith("cortex") else models)] + [HALF]]
    there = [case for case in cases if os.path.exists(path(case[1]))]
    skipped = len(cases) - len(there)
    with ThreadPoolExecutor(2) as pool:
        for (target, model, *_), run in zip(there, pool.map(verify, there)):
            passed, failed = passed + (run.returncode == 0), failed + (run.returncode != 0)
            if run.returncode:
                print(f"FAIL {target}, {model}: {(run.stderr or run.stdout).strip()[-400:]}", flush=True)
    if not targets:
        skipped = len(models)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
