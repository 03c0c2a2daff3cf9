#!/usr/bin/env python3
"""The ONNX standard's own tests, by its own runner (onnx.backend.test) on `tenon.backend`: the compiled C, with the
runner's comparison.

    conformance.py [--jobs N] [--every K] [--doc FILE] [WORD ...]     all cases, or those whose name contains a word

A case passes, is refused in words (the compiler says why, exit status 1), or fails (wrong, crashed, hanging); differences
that are understood (test/onnx_backend_known.txt) count as skipped. The list of
those that do not pass goes to build/test/conformance.tsv and, with --doc, between the marks of FILE (doc/onnx.md). The
last line is `N passed, N failed, N skipped`.
"""
import argparse
import collections
import multiprocessing
import os
import re
import sys
import time
import traceback
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "python"))
BEGIN, END = "<!-- conformance -->", "<!-- end of conformance -->"
LIMIT = 300  # seconds a case

try:
    import numpy as np
    import onnx
    import onnx.backend.test

    import tenon.backend
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)


def cases():
    """name -> test function of the runner; each is for the processor alone."""
    np.seterr(all="ignore")
    os.environ.setdefault("ONNX_HOME", os.path.join(ROOT, "build/test/onnx_home"))
    found = {}
    for group in onnx.backend.test.BackendTest(tenon.backend, __name__).test_cases.values():
        for name in dir(group):
            if name.startswith("test_") and name.endswith("_cpu"):
                found[name[:-len("_cpu")]] = (group, name)
    return found


def first_line(text):
    """What tenon says, without the file and the program's name."""
    for line in text.splitlines():
        if line.strip():
            return re.sub(r"^tenon: (?:\S*model\.onnx: )?", "", line.strip())[:220]
    return "no message"


def understood():
    """Case -> why its numbers differ."""
    with open(os.path.join(ROOT, "test/onnx_backend_known.txt")) as f:
        known = dict(line.rstrip("\n").split("\t", 1) for line in f if "\t" in line and not line.startswith("#"))
    known["test_loop16_seq_none"] = "the runner cannot compare sequences of single numbers"
    return known


ALL, KNOWN = {}, understood()


def run(name):
    group, method = ALL[name]
    start = time.monotonic()
    try:
        getattr(group(method), method)()
        state, why = "passed", ""
    except unittest.SkipTest as skip:
        state, why = "skipped", str(skip)
    except tenon.backend.Refused as refused:
        state, why = "refused", first_line(str(refused))
    except Exception as wrong:  # the runner's own assertions among them
        lines = [line.strip() for line in str(wrong).splitlines() if line.strip()]
        state, why = "failed", f"{type(wrong).__name__}: {' '.join(lines)[:200] if lines else traceback.format_exc()[-200:]}"
        if name in KNOWN and isinstance(wrong, (AssertionError, TypeError)):
            state, why = "differs", KNOWN[name]
    return name, state, why, time.monotonic() - start


def document(path, counts, rows):
    text = open(path).read()
    lines = [f"{counts['passed']} of {sum(counts.values())} cases pass (onnx {onnx.__version__}).", "",
             "| case | why it does not pass |", "| --- | --- |"]
    lines += [f"| {name} | {state}: {why.replace('|', '/')} |" for name, state, why, _ in rows if state != "passed"]
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    with open(path + ".new", "w") as f:
        f.write(text[:begin] + "\n" + "\n".join(lines) + "\n" + text[end:])
    os.replace(path + ".new", path)


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--jobs", type=int, default=os.cpu_count())
    a.add_argument("--every", type=int, default=1, help="take each K-th case")
    a.add_argument("--doc")
    a.add_argument("words", nargs="*")
    a = a.parse_args()
    ALL.update(cases())
    names = [n for n in sorted(ALL) if not a.words or any(w in n for w in a.words)][::a.every]
    counts, rows = collections.Counter(), []
    with multiprocessing.get_context("fork").Pool(a.jobs, maxtasksperchild=100) as pool:
        for row in pool.imap_unordered(run, names, chunksize=4):
            rows.append(row)
            counts[row[1]] += 1
            if row[1] == "failed":
                print(f"{row[0]}: {row[2]}", flush=True)
            elif sys.stderr.isatty():
                print(f"\r{len(rows)} of {len(names)}", end="", file=sys.stderr)
    rows.sort()
    os.makedirs(os.path.join(ROOT, "build/test"), exist_ok=True)
    with open(os.path.join(ROOT, "build/test/conformance.tsv"), "w") as f:
        f.writelines(f"{n}\t{s}\t{w}\t{t:.2f}\n" for n, s, w, t in rows)
    if a.doc:
        document(a.doc, counts, rows)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['refused'] + counts['skipped'] + counts['differs']} skipped")
    return counts["failed"] != 0


if __name__ == "__main__":
    sys.exit(main())
