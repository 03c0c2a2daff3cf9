"""tenon profile: a line a step, sums that add up, a page and JSON that parse; tenon bench --vs and bench/run.py where
onnxruntime is."""
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

TENON = os.path.abspath(os.environ.get("TENON", "build/tenon"))
MODEL = os.path.abspath("examples/digits/digits.onnx")
passed = failed = skipped = 0


def check(what, good, *more):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAIL {what}", *more, sep="\n    ")


def tenon(folder, *words):
    env = {**os.environ, "XDG_CACHE_HOME": os.path.join(folder, "cache"), "LC_ALL": "C"}
    r = subprocess.run([TENON, *words], cwd=folder, env=env, capture_output=True, text=True, timeout=600)
    return r.returncode, r.stdout, r.stderr


def lines_after(out, heading):
    """The lines of a table, until an empty one."""
    lines = out.splitlines()
    at = next((i for i, line in enumerate(lines) if line.startswith(heading)), len(lines))
    rows = [line.rstrip() for line in lines[at + 1:]]
    return rows[:rows.index("") if "" in rows else len(rows)]


def near(a, b):
    return abs(a - b) <= 1e-3 * max(abs(a), abs(b)) + 0.05  # the table's numbers are rounded


def numbers(line):
    """best, median, GFLOP, GFLOP/s, % peak, bytes (two words), bound, bound%"""
    words = line.split()
    return [float(w) for w in [*words[-9:-4], *words[-2:]]]


def tables(out, document):
    steps, kinds = lines_after(out, "step "), lines_after(out, "kind ")
    check("a line a step", len(steps) == len(document["steps"]) > 4, out)
    check("steps in their order", [int(s.split()[0]) for s in steps] == list(range(1, len(steps) + 1)), out)
    check("a line a kind, then the sum", len(kinds) == len(document["kinds"]) + 1 and kinds[-1].startswith("sum "), out)
    total = numbers(kinds[-1])
    for i, what in (0, "best"), (1, "median"), (5, "bound"):
        for name, rows in ("steps", steps), ("kinds", kinds[:-1]):
            check(f"{what} of the {name} adds up", near(sum(numbers(r)[i] for r in rows), total[i]), out)
    check("FLOP of all", abs(total[2] * 1e9 / (2 * 25408) - 1) < 1e-3, out)
    last = re.fullmatch(r"bound / time +([0-9.]+) %: .*", out.splitlines()[-1])
    check("the last line", last and abs(float(last[1]) - 100 * document["bound_of_time"]) < 0.06, out)


def sums(document):
    for key in "best_us", "median_us", "flop", "weight_bytes", "data_bytes", "bound_us":
        for rows in "steps", "kinds":
            s = sum(r[key] for r in document[rows])
            check(f"{key} of the {rows}", abs(s - document["sum"][key]) < 1e-3 * (s + 1), document)
    check("rates", document["peak_flops"] > 0 and document["bandwidth"]["memory"] > 0, document)
    for r in document["steps"]:
        check(f"step {r['step']}", r["bound_us"] >= r["arithmetic_us"] >= 0 and r["data_bytes"] > 0, r)


def page(path, document):
    with open(path) as f:
        text = f.read()
    root = ElementTree.fromstring(text.removeprefix("<!DOCTYPE html>"))
    bars = len([e for e in root.iter() if e.get("class") == "bound"])
    check("a bar with a tooltip for each step and kind", text.count("<title>step ") == len(document["steps"]) and
          bars == len(document["steps"]) + len(document["kinds"]), text)
    check("nothing is fetched", not re.search(r"<script|<link|https?:|url\(", text), text)


def profile(folder):
    status, out, err = tenon(folder, "profile", MODEL, "--seconds", "0.05", "--html", "p.html", "--json", "p.json")
    check("profile", (status, err) == (0, ""), err)
    if status:
        return
    with open(os.path.join(folder, "p.json")) as f:
        document = json.load(f)
    tables(out, document)
    sums(document)
    page(os.path.join(folder, "p.html"), document)
    status, out, err = tenon(folder, "profile", MODEL, "--seconds", "0.05", "--sort", "time", "--target", "c99")
    best = [numbers(s)[0] for s in lines_after(out, "step ")]
    check("--sort time", status == 0 and len(best) == 6 and best == sorted(best, reverse=True), out, err)
    status, out, err = tenon(folder, "profile", MODEL, "--seconds", "0.05", "--html", "q.html", "--json", "no/q.json")
    check("no page without the rest", status == 1 and out == "" and not os.path.exists(os.path.join(folder, "q.html")),
          out, err)
    status, _, err = tenon(folder, "compile", MODEL, "-o", "out")
    with open(os.path.join(folder, "out", "digits.c")) as f:
        check("a package has no marks", status == 0 and "profile" not in f.read(), err)


def versus(folder):
    global skipped
    if not all(importlib.util.find_spec(m) for m in ("onnxruntime", "numpy")):
        skipped += 1
        return
    status, out, err = tenon(folder, "bench", MODEL, "--vs", "onnxruntime", "--python", sys.executable, "--rounds", "2",
                             "--seconds", "0.05", "--json", "v.json")
    check("bench --vs", (status, err) == (0, "") and out.splitlines()[-1].startswith("best peer / tenon  "), out, err)
    if status:
        return
    with open(os.path.join(folder, "v.json")) as f:
        rows = {e["engine"]: e for e in json.load(f)["engines"]}
    check("both were measured", rows.keys() == {"tenon", "onnxruntime"} and all(e["ms"] > 0 for e in rows.values()), rows)
    check("the same results", rows["tenon"]["max_error"] < 1e-3 and rows["onnxruntime"]["max_error"] == 0, rows)


    document = os.path.join(folder, "doc.md")
    with open(document, "w") as f:
        f.write("before\n<!-- bench -->\nold\n<!-- end of bench -->\nbehind\n")
    r = subprocess.run([sys.executable, "bench/run.py", "--tenon", TENON, "--python", sys.executable, "--threads", "1",
                        "--rounds", "1", "--seconds", "0.05", "--engines", "onnxruntime", "--into", document, MODEL],
                       capture_output=True, text=True)
    with open(document) as f:
        text = f.read()
    check("bench/run.py", r.returncode == 0 and text.startswith("before\n<!-- bench -->\nMeasured by") and
          text.endswith("|\n<!-- end of bench -->\nbehind\n") and "old" not in text and
          re.search(r"^\| digits \| [0-9.e-]+ \| [0-9.e-]+ \| [0-9.e-]+ \|$", text, re.MULTILINE), r.stderr, text)


def missing_packages(folder):
    """A python without any of the packages."""
    bare = os.path.join(folder, "bare")
    with open(bare, "w") as f:
        f.write(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    os.chmod(bare, 0o755)
    status, out, err = tenon(folder, "bench", MODEL, "--vs", "openvino,ncnn", "--python", bare)
    check("missing packages", (status, out) == (1, "") and "lacks the packages numpy openvino ncnn pnnx" in err and
          "-m pip install numpy openvino ncnn pnnx" in err, err)


with tempfile.TemporaryDirectory() as f:
    profile(f)
    versus(f)
    missing_packages(f)
    left = [n for n in os.listdir(f) if n not in ("cache", "p.html", "p.json", "v.json", "out", "bare", "doc.md")]
    check("nothing is left behind", not left, left)
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(failed != 0)
