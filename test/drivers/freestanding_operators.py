#!/usr/bin/env python3
"""The ONNX standard's own test cases as code without a C library.

    freestanding_operators.py [all | WORD ...]    every sixth case, all, or those whose name contains a word

Each model that `tenon compile --target baremetal` takes has to compile with the compiler's own headers alone, and may leave
undefined only what its header says, which is memcpy, memset and memmove.
Reads ../shared/onnx_backend; TENON_TEST=quick takes every sixtieth case.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx

import onnx_backend

ASKED = {"memcpy", "memset", "memmove"}
HEADERS = subprocess.run(["gcc", "-print-file-name=include"], capture_output=True, text=True).stdout.strip()
COMPILERS_OWN = re.compile(r"^(__|_GLOBAL_OFFSET_TABLE_$)")  # as libgcc's
COMPILE = ["gcc", "-std=c99", "-ffreestanding", "-nostdinc", "-isystem", HEADERS, "-fno-math-errno", "-fno-trapping-math", "-Wall",
           "-Wextra", "-Wpedantic", "-Werror", "-Wno-error=unused-but-set-variable", "-I.", "-c"]


def parameters(folder, out):
    """Shapes, axes and the like that come as inputs become constants."""
    options = []
    for i, v in enumerate(onnx.load(os.path.join(folder, "model.onnx")).graph.input):
        if v.type.tensor_type.elem_type != onnx.TensorProto.INT64:
            continue
        value = onnx.load_tensor(os.path.join(folder, "test_data_set_0", f"input_{i}.pb"))
        np.save(f"{out}_{i}.npy", onnx.numpy_helper.to_array(value))
        options.append(f"--bind={v.name}={out}_{i}.npy")
    return options


def do(name, folder, work):
    """(refused, why it is wrong or None)"""
    out = os.path.join(work, name)
    command = [onnx_backend.TENON, "compile", "--target", "baremetal", "--name", "model", "-o", out, os.path.join(folder, "model.onnx")]
    p = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if p.returncode == 1 and "--bind" in p.stderr:
        p = subprocess.run(command + parameters(folder, out), capture_output=True, text=True, errors="replace")
    if p.returncode:
        return True, None if p.returncode == 1 else f"exit status {p.returncode}"
    level, undefined = "-O0" if "light" in name else "-O1", set()
    for part in sorted(f for f in os.listdir(out) if f.endswith(".c") and not f.endswith("_example.c")):
        p = subprocess.run(COMPILE + [level, part], capture_output=True, text=True, cwd=out)
        if p.returncode:
            return False, p.stderr.strip().splitlines()[0]
        p = subprocess.run(["nm", "-u", part[:-1] + "o"], capture_output=True, text=True, cwd=out)
        undefined |= {line.split()[-1] for line in p.stdout.splitlines()}
    with open(os.path.join(out, "model.h")) as f:
        head = re.sub(r"\s*\*\s+", " ", f.read(8000))
    said = re.search(r"it asks for (.*?), and for what the compiler", head)
    asked = set(re.split(r", | and ", said.group(1))) if said else set()
    shutil.rmtree(out)
    alien = {u for u in undefined if not u.startswith("model_") and not COMPILERS_OWN.match(u)}
    if alien - ASKED or asked - ASKED:
        return False, "asks for " + ", ".join(sorted(alien | asked - ASKED))
    return False, None if asked else "its header does not say what it asks for"


def main():
    if not os.path.isdir(onnx_backend.SOURCE):
        print("../shared/onnx_backend is not here: skipped")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    os.makedirs(onnx_backend.WORK, exist_ok=True)
    onnx_backend.unpack()
    words = ["" if w == "all" else w for w in sys.argv[1:]]
    cases = sorted((name, at) for (_, name), at in onnx_backend.folders().items() if not words or any(w in name for w in words))
    if not words:
        cases = cases[:: 60 if onnx_backend.QUICK else 6]
    with tempfile.TemporaryDirectory() as work, ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda c: do(*c, work), cases))
    bad = [f"{name}: {why}" for (name, _), (_, why) in zip(cases, results) if why]
    refused = sum(r and not why for r, why in results)
    for line in bad:
        print("FAIL", line)
    if not words and len(cases) < 3 * refused:
        bad.append(f"{refused} of {len(cases)} cases were refused")
        print("FAIL", bad[-1])
    print(f"{len(cases) - refused - len(bad)} passed, {len(bad)} failed, {refused} skipped")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
