#!/usr/bin/env python3
"""The ONNX standard's own test cases through `tenon verify CASE_DIR` with the compiled C.

    onnx_backend.py [WORD ...]      all cases, or those whose name contains a word

A case is right (passed), refused in words (skipped: exit status 1 and a message that names the operator, tensor or
type), or wrong, vague, crashed or hanging (failed). test/onnx_backend_known.txt lists `name<TAB>why` for differences
that are understood; one that has become right is a failure too, so that the list stays short.
Reads ../shared/onnx_backend, writes build/test/onnx_backend.tsv (a line an operator) and onnx_backend_cases.tsv.
TENON_TEST=quick takes every sixth case.
"""
import collections
import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SOURCE = os.path.join(ROOT, "../shared/onnx_backend")
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"), "test")
WORK = os.path.join(BUILD, "onnx_backend")
KNOWN = os.path.join(ROOT, "test/onnx_backend_known.txt")
TENON = os.environ.get("TENON", os.path.join(ROOT, "build/tenon"))
FLOOR = {"full": 1655, "quick": 270}  # right results at least
SECONDS = {"light": 240}  # whole networks; 60 for the other cases
QUICK = os.environ.get("TENON_TEST") == "quick"


def unpack():
    """The cases, unpacked once for each version of the archive."""
    archive = os.path.join(SOURCE, "onnx_backend.tar.xz")
    state = os.stat(archive)
    stamp, version = os.path.join(WORK, "stamp"), f"{state.st_size} {int(state.st_mtime)}"
    if os.path.exists(stamp) and open(stamp).read() == version:
        return
    shutil.rmtree(os.path.join(WORK, "cases"), ignore_errors=True)
    os.makedirs(os.path.join(WORK, "cases"))
    with tarfile.open(archive) as t:
        members = [m for m in t.getmembers() if not m.name.startswith(("/", "..")) and "/../" not in m.name]
        t.extractall(os.path.join(WORK, "cases"), members)
    with open(stamp, "w") as f:
        f.write(version)


def folders():
    """Case name -> folder, wherever the archive puts it."""
    found = {}
    for at, below, files in os.walk(os.path.join(WORK, "cases")):
        if "model.onnx" in files:
            found[os.path.basename(os.path.dirname(at)), os.path.basename(at)] = at
            below.clear()
    return found


def environment():
    """A cache of our own, and a compiler that does not optimise: most of the time is the C compiler's. Whole networks
    are the other way round."""
    compiler = os.path.join(WORK, "cc")
    with open(compiler, "w") as f:
        f.write('#!/bin/sh\nexec gcc "$@" $TENON_TEST_LEVEL\n')
    os.chmod(compiler, 0o755)
    cache, scratch = os.path.join(WORK, "cache"), os.path.join(WORK, "tmp")
    shutil.rmtree(cache, ignore_errors=True)
    for d in (cache, scratch):
        os.makedirs(d, exist_ok=True)
    shutil.copy(TENON, os.path.join(WORK, "tenon"))  # a build at the same time does not disturb
    return dict(os.environ, CC=compiler, XDG_CACHE_HOME=cache, TMPDIR=scratch, LC_ALL="C")


def run(command, env, limit):
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         errors="replace", env=env)
    try:
        out, err = p.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        p.send_signal(signal.SIGTERM)
        try:
            p.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            p.kill()
            p.communicate()
        return None, "", f"no end within {limit} s"
    return p.returncode, out, err


# A message is good when it says which node, operator, input, output, tensor or type, and then something.
NAMED = re.compile(r"^tenon: (?!warning|note)\S.*\.(onnx|pb): (node .*\(\w+\)|(graph )?(input|output|tensor|initializer|value|"
                   r"attribute) '[^']*'): \S.{10,}")
BLAMED_ON_US = re.compile(r"died of signal|the compiler's|is damaged|compiled model|tell the authors|internal|rank of operand")


def judge(code, out, err):
    lines = [l for l in err.splitlines() if l.startswith("tenon: ") and not l.startswith(("tenon: warning", "tenon: note"))]
    first = (lines or err.strip().splitlines() or out.strip().splitlines() or ["silent"])[0]
    if code is None:
        return "failed", err
    if code == 0:
        return ("passed", "") if ": same" in out and "DIFFERENT" not in out else ("failed", "nothing was compared")
    if code != 1:
        return "failed", f"exit status {code}: {first}"
    if "DIFFERENT" in out:
        return "wrong", next(l for l in out.splitlines() if "DIFFERENT" in l)
    if not lines or not all(NAMED.match(l) for l in lines):
        return "failed", "vague: " + next((l for l in lines if not NAMED.match(l)), first)
    if any(BLAMED_ON_US.search(l) for l in lines):
        return "failed", first
    return "refused", first


def do(case, env):
    start = time.time()
    command = [os.path.join(WORK, "tenon"), "verify", case["folder"]]
    env = dict(env, TENON_TEST_LEVEL="-O1" if case["kind"] == "light" else "-O0")
    limit = SECONDS.get(case["kind"], 60)
    code, out, err = run(command, env, limit)
    if code == 1 and "--bind-parameters" in err:  # shapes that come as inputs
        code, out, err = run(command + ["--bind-parameters"], env, limit)
    case["result"], case["why"] = judge(code, out, err)
    case["seconds"] = time.time() - start


def known():
    lines = [l.rstrip("\n") for l in open(KNOWN)] if os.path.exists(KNOWN) else []
    return dict(l.split("\t", 1) for l in lines if "\t" in l and not l.startswith("#"))


def tables(cases):
    count = collections.defaultdict(collections.Counter)
    for c in cases:
        for op in sorted(set(re.split(r"[ ,;]+", c["ops"])) - {""}) or ["(none)"]:
            count[op][c["result"]] += 1
    with open(os.path.join(BUILD, "onnx_backend.tsv"), "w") as f:
        f.write("operator\tpassed\trefused\tfailed\n")
        for op in sorted(count):
            n = count[op]
            f.write(f"{op}\t{n['passed']}\t{n['refused']}\t{n['failed'] + n['wrong']}\n")
    with open(os.path.join(BUILD, "onnx_backend_cases.tsv"), "w") as f:
        f.write("kind\tname\ttier\tresult\tseconds\twhy\n")
        for c in cases:
            f.write(f"{c['kind']}\t{c['name']}\t{c['tier']}\t{c['result']}\t{c['seconds']:.2f}\t{c['why']}\n")
    tier = collections.defaultdict(collections.Counter)
    for c in cases:
        tier[c["tier"]][c["result"]] += 1
    for t in sorted(tier):
        n = tier[t]
        print(f"{t}: {n['passed']} right, {n['refused']} refused in words, {n['wrong']} different, {n['failed']} failed")


def main():
    if not os.path.isdir(SOURCE):
        print("../shared/onnx_backend is not here: skipped")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    start = time.time()
    os.makedirs(WORK, exist_ok=True)
    unpack()
    env, at = environment(), folders()
    with open(os.path.join(SOURCE, "manifest.tsv")) as f:
        cases = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
    words = sys.argv[1:]
    cases = [c for c in cases if not words or any(w in c["name"] for w in words)]
    if QUICK and not words:
        cases = cases[::6]
    bad = []
    for c in cases:
        c["folder"] = at.get((c["kind"], c["name"]))
        if not c["folder"]:
            sys.exit(f"{c['kind']}/{c['name']} is not in the archive")
    # Whole networks take longest, so they go first.
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda c: do(c, env), sorted(cases, key=lambda c: c["kind"] != "light")))
    shutil.rmtree(os.path.join(WORK, "cache"), ignore_errors=True)
    expected = known()
    for c in cases:
        if c["result"] == "wrong" and c["name"] in expected:
            print(f"known: {c['name']}: {expected[c['name']]}")
        elif c["result"] in ("wrong", "failed"):
            bad.append(f"{c['name']}: {c['why']}")
        elif c["name"] in expected:
            bad.append(f"{c['name']}: stands in onnx_backend_known.txt, but is {c['result']}")
    tables(cases)
    passed = sum(c["result"] == "passed" for c in cases)
    floor = 0 if words else FLOOR["quick" if QUICK else "full"]
    if passed < floor:
        bad.append(f"only {passed} cases are right, not {floor}")
    for line in bad:
        print("FAIL", line)
    print(f"{len(cases)} cases in {time.time() - start:.0f} s")
    print(f"{passed} passed, {len(bad)} failed, {sum(c['result'] == 'refused' for c in cases)} skipped")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
