#!/usr/bin/env python3
"""Random graphs over all operators, element types, versions and shapes (broadcasting, open dimensions, empty tensors, rank
0): the compiled C and the interpreter, judged by onnxruntime.

    random_operators.py [--first SEED] [--count N] [--jobs J] [--only OP,OP] [--target T,T..] [--options] [--coverage]

    --count     400, quick 100; --coverage: how often each operator, element type and version came up, and what never did
    --target    the targets in turn, emulated ones too; --options: with options of the compiler that the seed draws

A graph is made from its seed alone. Each node is tried on onnxruntime while the graph grows; what it refuses, or what gives
numbers that no two programs need agree on (NaN, infinities, overflow), is left out. A quarter of the graphs each is compiled
as the target says, with -O1, with -O0, and with a trap where C has no meaning (status -4). A failing graph is kept as
build/test/operators/SEED/, with its inputs, and shrunk: SEED_small/ holds the nodes that the failure needs.
"""
import argparse
import collections
import multiprocessing
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "judge"))
from grow import difference, np, reads  # noqa: E402
import batch  # noqa: E402
from more_families import MoreFamilies  # noqa: E402

WORK = os.path.join(batch.ROOT, os.environ.get("BUILD", "build"), "test/operators")
BATCH = 48
LEVELS = ("-O3", "-O1", "-O0", "-O0 -fsanitize=undefined -fsanitize-undefined-trap-on-error")
EMULATED_LEVELS = ("-O3", "-O1", "-O1")


def flags(seed, target, options=False):
    """How a seed's graph is compiled."""
    choice = target.split(",") if target else ("c99", "native")
    if choice[0] in batch.HERE and not options:
        return {"target": choice[seed % len(choice)], "level": LEVELS[seed // 2 % len(LEVELS)]}
    how = {"target": choice[seed % len(choice)], "level": EMULATED_LEVELS[seed // len(choice) % 3], "engines": ("c",)}
    return {**how, "options": batch.draw(seed, how["target"])} if options else how


def job(label, m, nodes, outputs, open_dims, how):
    halves = "--half-weights" in how.get("options", ()) or "fp16" in how["target"]
    model, feeds = m.model(nodes, outputs, open_dims)
    return batch.Job(label, model, feeds, {n: m.value[n] for n in outputs}, bind=[n for n in feeds if n in m.bound],
                     shapes=[n for n in feeds if n in open_dims], **how,
                     differs=lambda name, got, want: difference(got, want, 20.0 if halves else 1.0, m.steps.get(name, 0)))


def fails(label, m, nodes, outputs, how):
    """Why these nodes fail alone, or None."""
    if any(n not in m.value for n in reads(nodes)):
        return None
    why = batch.run([job(label, m, nodes, outputs, (), how)], WORK).get(label)
    return why if why and not why.startswith("refused") else None


def shrink(seed, m, how):
    """Nodes become inputs that hold what onnxruntime made of them, as long as the graph still fails."""
    label, nodes, outputs, why = f"{seed}_small", list(m.nodes), m.ends, None
    for node in list(nodes):
        rest = [n for n in nodes if n is not node]
        read = set(reads(rest, inner=True))
        ends = [o for n in rest for o in n.output if o in m.value and (o in outputs or o not in read)]
        if ends and (shorter := fails(label, m, rest, ends, how)):
            nodes, outputs, why = rest, ends, shorter
    if not why:
        return "does not shrink"
    fails(label, m, nodes, outputs, how)
    return f"shrunk to {', '.join(n.op_type for n in nodes)}: {why}"


def counts(m):
    for n in m.nodes:
        types = [m.value[i].dtype.name for i in n.input if i in m.value]
        yield n.domain, n.op_type, types[0] if types else "-", {"": m.opset, "ai.onnx.ml": m.ml}.get(n.domain, 1)


def check(work):
    """[(seed, target, why or None)] of a batch of seeds, and what came up in it."""
    seeds, target, only, options = work
    made, jobs, out, seen = {}, [], [], collections.Counter()
    for seed in seeds:
        how = flags(seed, target, options)
        try:
            m = made[str(seed)] = MoreFamilies(seed, only)
            m.ends = m.outputs()
            open_dims = [n for n in m.inputs if n not in m.bound and m.chance(0.2)]
            jobs.append(job(seed, m, m.nodes, m.ends, open_dims, how))
            seen.update(counts(m))
        except Exception as defect:
            out.append((seed, how["target"], f"generator: {type(defect).__name__}: {defect}"))
    why = batch.run(jobs, WORK)
    for j in jobs:
        words, seed = why.get(j.label), int(j.label)
        if words and not words.startswith("refused"):
            words += f"; {shrink(seed, made[j.label], flags(seed, target, options))}"
        out.append((seed, " ".join([j.target, *j.options]), words))
    return out, seen


def tell_coverage(seen):
    """How often each operator came up, with its types and versions; at the end those of the importer's table that never did."""
    table = open(os.path.join(batch.ROOT, "src/import/onnx/operators.def")).read()
    rows = dict.fromkeys(re.findall(r'^ROW\("(.*?)", "(\w+)"', table, re.M))
    for domain, op in rows:
        of = {k: n for k, n in seen.items() if k[:2] == (domain, op)}
        add = lambda at: collections.Counter({v: sum(n for k, n in of.items() if k[at] == v) for v in {k[at] for k in of}})
        if of:
            print(f"{domain + '.' if domain else ''}{op:24} {sum(of.values()):6}  "
                  + " ".join(f"{t}:{n}" for t, n in add(2).most_common()) + "  | " + " ".join(f"{v}:{n}" for v, n in sorted(add(3).items())))
    print("never:", " ".join(f"{d + '.' if d else ''}{op}" for d, op in rows if not any(k[:2] == (d, op) for k in seen)))


def main():
    quick = os.environ.get("TENON_TEST") == "quick"
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--first", type=int, default=0)
    a.add_argument("--count", type=int, default=100 if quick else 400)
    a.add_argument("--jobs", type=int, default=os.cpu_count())
    a.add_argument("--only", type=lambda t: t.split(","))
    a.add_argument("--target")
    a.add_argument("--options", action="store_true")
    a.add_argument("--coverage", action="store_true")
    a = a.parse_args()
    os.makedirs(WORK, exist_ok=True)
    np.seterr(all="ignore")
    size = max(1, min(BATCH, -(-a.count // a.jobs)))
    last = a.first + a.count
    work = [(range(s, min(s + size, last)), a.target, a.only, a.options) for s in range(a.first, last, size)]
    passed = failed = refused = 0
    seen = collections.Counter()
    with multiprocessing.get_context("fork").Pool(a.jobs) as pool:
        for results, counted in pool.imap_unordered(check, work):
            seen += counted
            for seed, target, why in results:
                kind = None if not why else "refused" if why.startswith("refused") else "FAIL"
                passed, refused, failed = passed + (kind is None), refused + (kind == "refused"), failed + (kind == "FAIL")
                if why:
                    print(f"{'FAIL ' if kind == 'FAIL' else ''}seed {seed}, {target}: {why}", flush=True)
    if a.coverage:
        tell_coverage(seen)
    print(f"{passed} passed, {failed} failed" + (f", {refused} skipped" if refused else ""))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
