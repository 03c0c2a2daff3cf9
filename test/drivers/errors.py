"""Bad input: the exact message, the exit status, and nothing left behind. The tests are tables in test/errors/."""
import atexit
import fnmatch
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from random import Random

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "errors"))
sys.dont_write_bytecode = True
import numpy as np

import attributes
import files
import graphs
import learned
import names
import tool
from make import COMPILE, small_model

TENON = os.path.abspath(os.environ.get("TENON", "build/tenon"))
ROOT = tempfile.mkdtemp(prefix="tenon-errors-")
atexit.register(shutil.rmtree, ROOT, ignore_errors=True)
LIMIT, SLOW = 60, 2  # seconds until a command is given up; of CPU time that it may take
passed = failed = 0


def report(name, faults):
    global passed, failed
    passed, failed = passed + (not faults), failed + bool(faults)
    if faults:
        print(f"failed: {name}", *faults[:9], sep="\n    ")


def listing(folder):
    return {os.path.relpath(os.path.join(at, f), folder) for at, ds, fs in os.walk(folder) for f in ds + fs}


def run(folder, command, env=()):
    """-> (status, stdout, stderr); a negative status is a signal, None too long."""
    words = [TENON] + (command.split() if isinstance(command, str) else list(command))
    e = {**os.environ, "TMPDIR": os.path.join(folder, "tmp"), "XDG_CACHE_HOME": os.path.join(ROOT, "cache")}
    e.update({"LC_ALL": "C", "ASAN_OPTIONS": "allocator_may_return_null=1", **dict(env)})
    try:
        p = subprocess.run(words, cwd=os.path.join(folder, "in"), env=e, stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return None, "", ""
    return p.returncode, p.stdout.decode(errors="replace"), p.stderr.decode(errors="replace")


def new_folder(given):
    folder = tempfile.mkdtemp(dir=ROOT)
    os.mkdir(os.path.join(folder, "tmp"))
    os.mkdir(os.path.join(folder, "in"))
    for name, what in (given if isinstance(given, dict) else {"m.onnx": given}).items():
        path = os.path.join(folder, "in", name)
        if callable(what):
            what(path)
            continue
        if hasattr(what, "SerializeToString"):
            what = what.SerializeToString()
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(what.encode() if isinstance(what, str) else what)
    return folder


def check(folder, command, c):
    before = listing(folder)
    status, out, err = run(folder, command, c.env)
    err = re.sub(r"==\d+==WARNING: AddressSanitizer failed to allocate.*\n", "", err)
    err = re.sub(r"/tenon-\w{6}\b", "/tenon-XXXXXX", err)
    faults = []
    want = "".join(line + "\n" for line in c.lines)
    if status != c.status:
        faults.append(f"exit status {status}, not {c.status}")
    if err != want:
        faults += ["want: " + w for w in want.splitlines()] + ["got:  " + g for g in err.splitlines()]
    if c.stdout is not None and command == c.command and out != c.stdout:
        faults.append(f"stdout: {out[:200]!r}")
    new = {f for f in listing(folder) - before if not any(f == "in/" + w or f.startswith(f"in/{w}/") for w in c.leaves)}
    if new or before - listing(folder):
        faults.append(f"left behind: {sorted(new)[:5]}, gone: {sorted(before - listing(folder))[:5]}")
    return [f"$ tenon {command}"] + faults if faults else []


def table(cases, pattern):
    for c in cases:
        if not fnmatch.fnmatch(c.name, pattern):
            continue
        folder = new_folder(c.files)
        faults = check(folder, c.command, c)
        if c.command == COMPILE and c.status and c.info and not faults:  # info tells the same
            faults = check(folder, "info m.onnx", c)
        shutil.rmtree(folder)
        report(c.name, faults)


SHAPE = " --input-shape x=2x1x4x4"
MEMORY = "tenon: out of memory; close other programs, raise the limit (ulimit -v) or give a smaller --input-shape\n"


def contents(folder):
    return {f: os.path.isfile(p) and open(p, "rb").read() for f in listing(folder) for p in [os.path.join(folder, f)]}


def help_text():
    """Without a command the help goes to stderr, with status 2."""
    folder = new_folder({})
    status, out, err = run(folder, "")
    wanted = run(folder, "--help")
    good = (status, out) == (2, "") and wanted == (0, err, "") and "Exit status: 0 done" in err
    report("no command", [] if good else [repr((status, out, err))])


def fail_alloc(command, suffix):
    """The n-th allocation fails, for every n until there are not so many."""
    folder, faults = new_folder(small_model()), []
    before = listing(folder)
    for n in [*range(1, 41), *range(47, 1000, 7)]:
        status, out, err = run(folder, command, {"TENON_FAIL_ALLOC": f"{n}{suffix}"})
        if status == 0:
            break
        if (status, out, err) != (1, "", MEMORY) or listing(folder) != before:
            faults.append(f"n = {n}: status {status}, {out!r}, {err!r}, new {sorted(listing(folder) - before)}")
    report(f"TENON_FAIL_ALLOC=n{suffix} tenon {command}", faults + ["no allocation failed"] * (n == 1))


def fail_write(command, old):
    """The n-th write fails: what was there before stays as it was, nothing is added."""
    folder, faults = new_folder(small_model()), []
    if old:
        run(folder, old)
    before = contents(folder)
    for n in range(1, 200):
        status, out, err = run(folder, command, {"TENON_FAIL_WRITE": str(n)})
        if status == 0:
            break
        if status != 1 or out or err.count("\n") != 1 or ": cannot write" not in err or contents(folder) != before:
            faults.append(f"n = {n}: status {status}, {out!r}, {err!r}, {sorted(set(contents(folder)) ^ set(before))}")
    over = " over another" if old else ""
    report(f"TENON_FAIL_WRITE=n tenon {command}{over}", faults + ["no write failed"] * (n == 1))


def killed():
    """SIGTERM while files are written: none stays."""
    weights = np.random.default_rng(1).standard_normal((1 << 21, 1), np.float32)
    folder, faults = new_folder(tool.one("MatMul", {"x": [1, 1 << 21]}, {"w": weights})), []
    before = listing(folder)
    p = subprocess.Popen([TENON, *COMPILE.split(), "--weights", "text"], cwd=os.path.join(folder, "in"),
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    while p.poll() is None and listing(folder) == before:
        time.sleep(0.001)
    p.terminate()
    err = p.communicate(timeout=LIMIT)[1]
    if p.returncode != -signal.SIGTERM or err or listing(folder) != before:
        faults.append(f"status {p.returncode}, {err!r}, new {sorted(listing(folder) - before)}")
    shutil.rmtree(folder)
    report("SIGTERM while writing", faults)


def limits():
    """Of the size of files, and streams that are closed."""
    folder = new_folder(tool.one("Conv", {"x": [1, 64, 8, 8]}, {"w": np.ones((64, 64, 3, 3), np.float32)}))
    for what, redirect, message in (("file size", "ulimit -f 64;", "out/m_weights.c: cannot write: File too large"),
                                    ("closed output", "exec >&-;", "the standard output cannot be written"),
                                    ("full output", "exec >/dev/full;", "the standard output cannot be written")):
        command = COMPILE if "size" in what else "info m.onnx"
        p = subprocess.run(["sh", "-c", f"{redirect} exec {TENON} {command}"], cwd=os.path.join(folder, "in"),
                           capture_output=True, text=True, timeout=LIMIT)
        good = (p.returncode, p.stdout, p.stderr) == (1, "", f"tenon: {message}\n")
        report(what, [] if good and listing(folder) == {"in", "in/m.onnx", "tmp"} else [repr(p), repr(listing(folder))])


def mutation(good, random):
    """Bytes changed, put in, taken out, and the end cut off."""
    data = bytearray(good)
    for _ in range(random.choice([1, 1, 2, 5])):
        at, kind = random.randrange(len(data) or 1), random.randrange(5)
        if kind == 0:
            del data[at + 1:]
        elif kind == 1:
            data[at:at + 1] = bytes([random.choice([0, 1, 0x7F, 0x80, 0xFF])])
        elif kind == 2:
            data[at:at] = bytes(random.choices(range(256), k=random.randrange(1, 4)))
        else:
            data[at:at + 1] = bytes(random.choices(range(256), k=kind - 3))
    return bytes(data)


def fuzz(name, good, commands, count=300):
    """Each command ends soon with exit status 0, or 1 with a message and nothing left behind."""
    random, faults = Random(7), []
    for i in range(count):
        data = mutation(good, random)
        folder = new_folder({"m.onnx": tool.ADD, name: data})
        for command in commands:
            before, start = listing(folder), os.times()
            status, _, err = run(folder, command)
            seconds = os.times().children_user - start.children_user
            good_end = status == 0 or status == 1 and "tenon: " in err and listing(folder) == before
            if not good_end or seconds > SLOW:
                faults.append(f"mutation {i}: $ tenon {command}: status {status}, {seconds} s, {err[-300:]!r}")
                faults.append(data.hex())
            if status != 0:
                break
        shutil.rmtree(folder)
    report(f"{count} mutations of {name}", faults)


def main(pattern="*"):
    for t in files, graphs, attributes, learned, names, tool:
        table(t.CASES, pattern)
    if pattern == "*":
        help_text()
        killed()
        limits()
        for command in COMPILE, "convert m.onnx -o m.json", "info m.onnx":
            for suffix in "", "+":
                fail_alloc(command, suffix)
        fail_write(COMPILE + SHAPE, None)
        fail_write(COMPILE + SHAPE, COMPILE + " --input-shape x=3x1x4x4")
        fail_write("convert m.onnx -o m.json", None)
        fail_write(f"run m.onnx {SHAPE} --engine interpreter --input x=zeros -o out", None)
        fuzz("m.onnx", small_model().SerializeToString(), ["info m.onnx", COMPILE])
        fuzz("m.json", json.dumps(files.JSON).encode(), ["info m.json"], 60)
        fuzz("m.txt", files.TEXT.encode(), ["info m.txt"], 60)
        for name, data in ("x.npy", tool.npy(tool.ONES)), ("x.npz", tool.npz(x=tool.ONES)), ("x.png", tool.png()):
            fuzz(name, data, [tool.RUN + "--input x=" + name], 60)
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main(*sys.argv[1:]))
