#!/usr/bin/env python3
"""Compares tenon with other engines on a set of models and writes the tables as Markdown.

    bench/run.py --python PEERS/bin/python [--threads 1,2] [--rounds 5] [--seconds 1] [--into doc/performance.md]
                 [--engines onnxruntime,openvino,mnn,ncnn] [--target T] [--zoo FOLDER] [MODEL.onnx ...]

Without models, those of FOLDER (build/zoo) are taken; where it is empty, ../shared/zoo/fill.py fills it. With --into,
the part of the file between the lines <!-- bench --> and <!-- end of bench --> is replaced.
"""
import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BEGIN, END = "<!-- bench -->", "<!-- end of bench -->"


def arguments():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--python", default=os.environ.get("TENON_PYTHON", "python3"))
    a.add_argument("--tenon", default=os.path.join(ROOT, "build", "tenon"))
    a.add_argument("--threads", default="1,2")
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--seconds", type=float, default=1.0)
    a.add_argument("--engines", default="onnxruntime,openvino,mnn,ncnn")
    a.add_argument("--target")
    a.add_argument("--zoo", default=os.path.join(ROOT, "build", "zoo"))
    a.add_argument("--into")
    a.add_argument("models", nargs="*")
    a = a.parse_args()
    if not re.fullmatch(r"[1-9]\d*(,[1-9]\d*)*", a.threads):
        sys.exit(f"bench/run.py: --threads: '{a.threads}' is not a list of numbers, as in 1,2")
    a.threads = [int(n) for n in a.threads.split(",")]
    return a


def zoo(a):
    held = lambda: sorted(f for f in os.listdir(a.zoo) if f.endswith(".onnx")) if os.path.isdir(a.zoo) else []
    fill = os.path.join(ROOT, "..", "shared", "zoo", "fill.py")
    if not held() and os.path.exists(fill):
        print(f"filling {a.zoo}", file=sys.stderr)
        subprocess.run([a.python, fill, a.zoo], check=True, stdout=sys.stderr)
    if not held():
        sys.exit(f"bench/run.py: there are no models in {a.zoo}; name some, or a folder with --zoo")
    return [os.path.join(a.zoo, f) for f in held()]


def compare(a, model, threads):
    """-> the JSON of one comparison, or what tenon said."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out.json")
        words = [a.tenon, "bench", model, "--vs", a.engines, "--python", a.python, "--threads", threads, "--rounds",
                 a.rounds, "--seconds", a.seconds, "--json", out] + (["--target", a.target] if a.target else [])
        r = subprocess.run([str(w) for w in words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if r.returncode:
            return (r.stderr.strip().splitlines() or [f"exit status {r.returncode}"])[0]
        with open(out) as file:
            return json.load(file)


def mean(values):
    return math.exp(sum(map(math.log, values)) / len(values)) if values else None


def number(v, digits=3):
    return "-" if v is None else f"{v:.{digits}g}" if v < 1000 else f"{v:.0f}"


def name_of(path):
    return os.path.basename(path).removesuffix(".onnx")


def table(a, threads, results):
    """results: model -> what compare gave."""
    engines = a.engines.split(",")
    ratios, notes = {e: [] for e in [*engines, "best"]}, []
    lines = [f"**{threads} thread{'s' * (threads > 1)}**, milliseconds", "",
             "| model | tenon | " + " | ".join(engines) + " | best / tenon |",
             "| --- |" + " ---: |" * (len(engines) + 2)]
    for model, r in results.items():
        if isinstance(r, str):
            lines.append(f"| {name_of(model)} |" + " - |" * (len(engines) + 2))
            notes.append(f"{name_of(model)}, tenon: {r}")
            continue
        rows = {e["engine"]: e for e in r["engines"]}
        own, ms = rows["tenon"]["ms"], {e: rows[e]["ms"] for e in engines}
        for e in engines:
            if ms[e]:
                ratios[e].append(ms[e] / own)
            else:
                notes.append(f"{name_of(model)}, {e}: {rows[e]['note']}")
        best = min((v for v in ms.values() if v), default=None)
        if best:
            ratios["best"].append(best / own)
        lines.append("| " + " | ".join([name_of(model), number(own), *(number(ms[e]) for e in engines),
                                        number(best and best / own)]) + " |")
    lines.append("| geometric mean of engine / tenon | | " +
                 " | ".join(number(mean(ratios[e])) for e in [*engines, "best"]) + " |")
    return lines + ([""] + ["- " + re.sub(r"[|<>`]", " ", n) for n in notes] if notes else [])


def machine():
    try:
        with open("/proc/cpuinfo") as file:
            names = re.findall(r"^model name\s*:\s*(.*)$", file.read(), re.MULTILINE)
    except OSError:
        names = []
    return f"{names[0]}, {os.cpu_count()} processors" if names else f"{os.cpu_count()} processors"


def document(a, models, results):
    some = next((r for r in results.values() if not isinstance(r, str)), None)
    versions = ", ".join(f"{e['engine']} {e['version']}" for e in some["engines"]) if some else "nothing was measured"
    lines = [f"Measured by `bench/run.py` on {time.strftime('%Y-%m-%d')}: {machine()}; {versions}"
             + (f"; target {some['target']}" if some else "") + ".",
             f"A number is the lowest of {a.rounds} medians over {a.seconds:g} s each, the engines taking turns; above 1 in "
             "the last column, and in the last row, tenon is the faster one."]
    for n in a.threads:
        lines += ["", *table(a, n, {m: results[m, n] for m in models})]
    return "\n".join(lines) + "\n"


def replace(path, text):
    with open(path) as file:
        old = file.read()
    before, begin, rest = old.partition(BEGIN + "\n")
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"bench/run.py: {path} has no lines {BEGIN} and {END}")
    with open(path + ".new", "w") as file:
        file.write(f"{before}{begin}{text}{end}{after}")
    os.replace(path + ".new", path)


def main():
    a = arguments()
    if not os.path.exists(a.tenon):
        sys.exit(f"bench/run.py: {a.tenon} is not there; build it with make")
    models, results = a.models or zoo(a), {}
    for n in a.threads:
        for m in models:
            r = results[m, n] = compare(a, m, n)
            said = r if isinstance(r, str) else "  ".join(f"{e['engine']} {number(e['ms'])}" for e in r["engines"])
            print(f"{name_of(m)}, {n} thread{'s' * (n > 1)}: {said}", file=sys.stderr, flush=True)
    text = document(a, models, results)
    if a.into:
        replace(a.into, text)
    else:
        print(text, end="")
    return any(isinstance(r, str) for r in results.values())


if __name__ == "__main__":
    sys.exit(main())
