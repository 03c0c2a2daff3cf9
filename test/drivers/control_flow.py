#!/usr/bin/env python3
"""Loops, branches, scans and sequences through the compiled C, judged by onnxruntime.

    control_flow.py [WORD ...]      all cases, or those whose name contains a word

Each case is a small model written with onnx.helper: unrolled and looped, decided at compile time and while running.
"""
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WORK = os.path.join(ROOT, os.environ.get("BUILD", "build"), "test/control_flow")
TENON = os.environ.get("TENON", os.path.join(ROOT, "build/tenon"))

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper
except ImportError as missing:
    print(f"{missing}\n0 passed, 0 failed, 1 skipped")
    sys.exit(0)

rng = np.random.default_rng(7)
FLOAT, INT, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
node = helper.make_node
cases = []


def random(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def value(text):
    """`x 2,3` is float32[2,3], `n:i` an int64 scalar, `c:b` a bool scalar, `s ?` has no shape, `q*` is a sequence."""
    name, _, shape = text.partition(" ")
    name, _, kind = name.partition(":")
    if name.endswith("*"):
        return helper.make_tensor_sequence_value_info(name[:-1], FLOAT, None)
    dims = None if shape == "?" else [int(d) if d != "n" else None for d in shape.split(",") if d]
    return helper.make_tensor_value_info(name, {"": FLOAT, "i": INT, "b": BOOL}[kind], dims)


def values(texts):
    return [value(t) for t in texts]


def graph(nodes, inputs, outputs, constants=()):
    weights = [numpy_helper.from_array(np.asarray(v), k) for k, v in dict(constants).items()]
    return helper.make_graph(nodes, "g", values(inputs), values(outputs), weights)


def case(name, nodes, inputs, outputs, given, constants=(), opset=17, refused=None, options=()):
    model = helper.make_model(graph(nodes, inputs, outputs, constants), ir_version=4 if opset < 9 else 8,
                              opset_imports=[helper.make_opsetid("", opset)])
    cases.append((name, model, {k: np.asarray(v) for k, v in given.items()}, refused, options))


def loop(name, body, most, condition, carried, results, inputs, outputs, given, constants=(), before=(), after=(),
         limit="", **more):
    most = {"M": np.int64(most)} if most is not None else {}
    operands = ["M" if most else limit, condition, *carried]
    nodes = [*before, node("Loop", operands, results, body=body), *after]
    case(name, nodes, inputs, outputs, given, {**dict(constants), **most}, **more)


KEEP = node("Identity", ["ci"], ["co"])  # the condition stays


def loops():
    tanh = [node("MatMul", ["v", "W"], ["mv"]), node("Tanh", ["mv"], ["v2"]), node("Add", ["acc", "v2"], ["acc2"]),
            node("ReduceMax", ["acc2"], ["mx"], keepdims=0), node("Less", ["mx", "thr"], ["co"])]
    body = graph(tanh, ["i:i", "ci:b", "v 1,4", "acc 1,4"], ["co:b", "v2 1,4", "acc2 1,4"])
    given = {"x": random(1, 4), "a": random(1, 4), "thr": np.float32(1.5)}
    for most in (6, 0):
        loop(f"data ends it, at most {most}", body, most, "c", ["x", "a"], ["y", "z"], ["x 1,4", "a 1,4", "thr"],
             ["y 1,4", "z 1,4"], given, {"c": True, "W": random(4, 4)})
    double = graph([KEEP, node("Add", ["v", "v"], ["v2"]), node("Mul", ["v", "v"], ["q"])], ["i:i", "ci:b", "v 3"],
                   ["co:b", "v2 3", "q 3"])
    loop("never runs", double, 5, "c", ["x"], ["y", "s"], ["x 3"], ["y 3", "s n,3"], {"x": random(3)}, {"c": False})
    grow = [node("Less", ["i", "three"], ["co"]), node("Concat", ["v", "x"], ["v2"], axis=0),
            node("Cast", ["i"], ["fi"], to=FLOAT), node("Mul", ["x", "fi"], ["q"])]
    loop("grows", graph(grow, ["i:i", "ci:b", "v ?"], ["co:b", "v2 ?", "q 3"]), None, "", ["x"], ["y", "s"], ["x 3"],
         ["y n", "s n,3"], {"x": random(3)}, {"three": np.int64(3)})
    inner = graph([node("Identity", ["cj"], ["cjo"]), node("Add", ["w", "x"], ["w2"]),
                   node("Identity", ["w2"], ["sw"])], ["j:i", "cj:b", "w 3"], ["cjo:b", "w2 3", "sw 3"])
    nest = [KEEP, node("Loop", ["i", "ci", "v"], ["v2", "trace"], body=inner),
            node("ReduceSum", ["trace", "ax0"], ["st"], keepdims=0)]
    loop("nested", graph(nest, ["i:i", "ci:b", "v 3"], ["co:b", "v2 3", "st 3"]), 4, "c", ["x"], ["y", "s"], ["x 3"],
         ["y 3", "s n,3"], {"x": random(3)}, {"c": True, "ax0": np.array([0])})
    names = graph([KEEP, node("Add", ["y0", "k"], ["t"]), node("Identity", ["y0"], ["u"])], ["i:i", "ci:b", "y0 2"],
                  ["co:b", "t 2", "u 2"], {"k": np.array([1, 2], np.float32)})
    loop("names inside and outside", names, 3, "", ["t0"], ["t", "uu"], ["x 2"], ["r 2", "uu n,2", "t 2"],
         {"x": random(2)}, before=[node("Add", ["x", "x"], ["t0"])], after=[node("Add", ["t", "t0"], ["r"])])
    rows = graph([KEEP, node("Gather", ["x", "i"], ["r"], axis=0), node("Add", ["v", "r"], ["v2"])],
                 ["i:i", "ci:b", "v 3"], ["co:b", "v2 3"])
    for count, options in ((9, ()), (100, ()), (300, ()), (300, ("--unroll", "300"))):
        loop(f"rows, {count} {' '.join(options)}", rows, count, "", ["v0"], ["y"], [f"x {count},3", "v0 3"], ["y 3"],
             {"x": random(count, 3), "v0": random(3)}, options=options)
    until = [node("Add", ["v", "v"], ["v2"]), node("ReduceMax", ["v2"], ["mx"], keepdims=0),
             node("Less", ["mx", "lim"], ["co"])]
    loop("while", graph(until, ["i:i", "ci:b", "v 3"], ["co:b", "v2 3"]), None, "c", ["x"], ["y"], ["x 3"], ["y 3"],
         {"x": np.abs(random(3))}, {"c": True, "lim": np.float32(100)})
    for limit in (0.5, 10, 1e9):
        nodes = [*until, node("Mul", ["v", "x"], ["part"])]
        loop(f"stacked until {limit}", graph(nodes, ["i:i", "ci:b", "v 3"], ["co:b", "v2 3", "part 3"]), 30, "c", ["x"],
             ["y", "s"], ["x 3"], ["y 3", "s n,3"], {"x": np.abs(random(3)) + 1}, {"c": True, "lim": np.float32(limit)})
    stack = graph([KEEP, node("Sin", ["v"], ["v2"]), node("Neg", ["v"], ["p"])], ["i:i", "ci:b", "v 3"],
                  ["co:b", "v2 3", "p 3"])
    loop("stacked, the length declared", stack, None, "", ["x"], ["y", "s"], ["x 3", "m:i"], ["y 3", "s 7,3"],
         {"x": random(3), "m": np.int64(7)}, limit="m")
    for most, trips in ((5, 7), (7, 7), (0, 7), (5, None), (8, 7)):
        loop(f"stacked {most} times of {trips}, known when it runs", stack, None, "", ["x"], ["y", "s"], ["x 3", "m:i"], ["y 3", "s n,3"],
             {"x": random(3), "m": np.int64(most)}, limit="m", options=("--trips", str(trips)) if trips else (),
             refused=None if trips and most <= trips else "--trips N")
    for most in (4, 0, -2):
        sine = graph([KEEP, node("Sin", ["v"], ["v2"])], ["i:i", "ci:b", "v 3"], ["co:b", "v2 3"])
        loop(f"{most} times, known when it runs", sine, None, "", ["x"], ["y"], ["x 3", "m:i"], ["y 3"],
             {"x": random(3), "m": np.int64(most)}, limit="m")
    conv = [KEEP, node("Conv", ["v", "K"], ["cv"], pads=[1, 1, 1, 1]), node("Add", ["cv", "x"], ["a1"]),
            node("Tanh", ["a1"], ["v2"]), node("ReduceMean", ["v2"], ["m"], axes=[1, 2, 3], keepdims=0),
            node("Cast", ["i"], ["fi"], to=FLOAT), node("Add", ["m", "fi"], ["part"])]
    loop("convolutions, results stacked", graph(conv, ["i:i", "ci:b", "v 1,4,8,8"], ["co:b", "v2 1,4,8,8", "part 1"]),
         50, "", ["x"], ["y", "s"], ["x 1,4,8,8"], ["z 1,4,8,8", "s n,1"], {"x": random(1, 4, 8, 8)},
         {"K": random(4, 4, 3, 3) * np.float32(0.2)}, after=[node("Relu", ["y"], ["z"])])
    swap = graph([KEEP, node("Identity", ["u"], ["v2"]), node("Identity", ["v"], ["u2"])],
                 ["i:i", "ci:b", "v 3", "u 3"], ["co:b", "v2 3", "u2 3"])
    loop("swaps", swap, None, "", ["x", "y"], ["a", "b"], ["x 3", "y 3", "m:i"], ["a 3", "b 3"],
         {"x": random(3), "y": random(3), "m": np.int64(3)}, limit="m")
    odd = [KEEP, node("Add", ["v", "x"], ["n1"]), node("Identity", ["x"], ["xi"]), node("Identity", ["kc"], ["ki"]),
           node("Identity", ["n1"], ["n2"])]
    loop("results that are captured, constant, equal", graph(odd, ["i:i", "ci:b", "v 3", "u 3", "w 3", "q 3"],
         ["co:b", "n1 3", "n2 3", "xi 3", "ki 3"]), None, "", ["x", "z", "z", "z"], list("abde"), ["x 3", "m:i"],
         [f"{o} 3" for o in "abde"], {"x": random(3), "m": np.int64(3)},
         {"z": np.zeros(3, np.float32), "kc": np.array([7, 8, 9], np.float32)}, limit="m")


def deep():
    inner = graph([node("Identity", ["cj"], ["cjo"]), node("Add", ["w", "x"], ["w1"]),
                   node("Mul", ["w1", "half"], ["w2"])], ["j:i", "cj:b", "w 3"], ["cjo:b", "w2 3"])
    yes = graph([node("Loop", ["k", "", "v"], ["tv"], body=inner)], [], ["tv 3"])
    no = graph([node("Sub", ["v", "x"], ["ev"])], [], ["ev 3"])
    body = [node("ReduceSum", ["v"], ["sv"], keepdims=0), node("Greater", ["sv", "zero"], ["pos"]),
            node("If", ["pos"], ["v2"], then_branch=yes, else_branch=no), node("Add", ["k", "one"], ["k2"]),
            node("ReduceMax", ["v2"], ["mv"], keepdims=0), node("Less", ["mv", "lim"], ["co"])]
    constants = {"zero": np.float32(0), "half": np.float32(1.1), "one": np.int64(1), "lim": np.float32(5)}
    loop("a loop in a branch in a loop", graph(body, ["i:i", "ci:b", "v 3", "k:i"], ["co:b", "v2 3", "k2:i"]), None, "",
         ["x", "one"], ["y", "kk"], ["x 3", "m:i"], ["z 3", "kk:i"],
         {"x": np.abs(random(3)) * np.float32(0.1), "m": np.int64(9)}, constants, limit="m",
         after=[node("Neg", ["y"], ["z"])])


def branch(name, yes, no, outputs, given, inputs, constants=(), **more):
    nodes = [node("ReduceSum", ["x"], ["s"], keepdims=0), node("Greater", ["s", "zero"], ["c"]),
             node("If", ["c"], [o.split()[0].split(":")[0] for o in outputs], then_branch=yes, else_branch=no)]
    case(name, nodes, inputs, outputs, given, {"zero": np.float32(0), **dict(constants)}, **more)


def branches():
    one = {"one": np.float32(1)}
    for sign in (1, -1):
        x = {"x": np.abs(random(2, 3)) * sign}
        yes = graph([node("Relu", ["x"], ["p"]), node("Constant", [], ["q"], value_ints=[1, 2])], [],
                    ["p 2,3", "q:i 2"])
        no = graph([node("Neg", ["x"], ["p2"]), node("Identity", ["k"], ["q2"])], [], ["p2 2,3", "q2:i 2"])
        branch(f"two results {sign}", yes, no, ["o 2,3", "r:i 2"], x, ["x 2,3"], {"k": np.array([5, 6])})
        yes = graph([node("Identity", ["x"], ["p"])], [], ["p 2,3"])
        no = graph([node("Mul", ["x", "x"], ["p2"])], [], ["p2 2,3"])
        branch(f"captured {sign}", yes, no, ["o 2,3"], x, ["x 2,3"])
        inner = node("If", ["c2"], ["p"], then_branch=graph([node("Add", ["x", "one"], ["a"])], [], ["a 2,3"]),
                     else_branch=graph([node("Sub", ["x", "one"], ["b"])], [], ["b 2,3"]))
        yes = graph([node("ReduceMax", ["x"], ["mx"], keepdims=0), node("Greater", ["mx", "one"], ["c2"]), inner], [],
                    ["p 2,3"])
        branch(f"nested {sign}", yes, no, ["o 2,3"], x, ["x 2,3"], one)
    yes = graph([node("Neg", ["x"], ["p"])], [], ["p ?"])
    no = graph([node("Concat", ["x", "x"], ["p2"], axis=0)], [], ["p2 ?"])
    branch("shapes that differ", yes, no, ["o ?"], {"x": random(2, 3)}, ["x 2,3"], refused="f32[2,3] or f32[4,3]")


def scans():
    cell = [node("Add", ["h", "a"], ["h1"]), node("Tanh", ["h1"], ["h3"]), node("Mul", ["h3", "b"], ["h2"]),
            node("Sub", ["a", "b"], ["o1"]), node("MatMul", ["h2", "W"], ["o2"])]
    kinds = [{}, {"scan_input_axes": [1, -1], "scan_output_axes": [1, 2]},
             {"scan_input_directions": [0, 1], "scan_output_directions": [1, 0]},
             {"scan_input_axes": [-1, 2], "scan_output_axes": [-1, 0], "scan_input_directions": [1, 0],
              "scan_output_directions": [1, 1]}]
    for steps in (5, 40):
        for i, kind in enumerate(kinds):
            shape = [[steps, 2, 3] if a == 0 else [2, steps, 3] if a == 1 else [2, 3, steps]
                     for a in kind.get("scan_input_axes", [0, 0])]
            body = graph(cell, ["h 2,3", "a 2,3", "b 2,3"], ["h2 2,3", "o1 2,3", "o2 2,3"])
            text = [",".join(map(str, s)) for s in shape]
            scan = node("Scan", ["h0", "A", "B"], ["y", "s", "t"], body=body, num_scan_inputs=2, **kind)
            case(f"scan of {steps}, {i}", [scan], ["h0 2,3", f"A {text[0]}", f"B {text[1]}"], ["y 2,3", "s ?", "t ?"],
                 {"h0": random(2, 3), "A": random(*shape[0]), "B": random(*shape[1])}, {"W": random(3, 3)})
    body = graph([node("Add", ["h", "a"], ["h2"]), node("Identity", ["h2"], ["o"])], ["h 2", "a 2"], ["h2 2", "o 2"])
    for steps in (4, 30):
        for lengths in (None, [steps // 2, steps, 1]):
            for direction in (0, 1):
                first, constants = ("", {}) if lengths is None else ("L", {"L": np.array(lengths)})
                scan = node("Scan", [first, "h0", "A"], ["y", "s"], body=body, num_scan_inputs=1,
                            directions=[direction])
                case(f"scan of a batch, {steps} {lengths} {direction}", [scan], ["h0 3,2", f"A 3,{steps},2"],
                     ["y 3,2", f"s 3,{steps},2"],
                     {"h0": random(3, 2), "A": random(3, steps, 2)}, constants, opset=8)


def sequences():
    at = [node("SplitToSequence", ["x"], ["s"], axis=1), node("SequenceAt", ["s", "p"], ["y"])]
    case("a position known when it runs", at, ["x 2,4,3", "p:i"], ["y 2,1,3"],
         {"x": random(2, 4, 3), "p": np.int64(-2)})
    yes = graph([node("SequenceConstruct", ["x", "x"], ["t"])], [], ["t*"])
    no = graph([node("Neg", ["x"], ["nx"]), node("SequenceConstruct", ["nx", "x"], ["e"])], [], ["e*"])
    case("a branch gives a sequence", [node("Greater", ["n", "two"], ["c"]),
         node("If", ["c"], ["s"], then_branch=yes, else_branch=no), node("ConcatFromSequence", ["s"], ["y"], axis=0)],
         ["x 2", "n"], ["y 4"], {"x": random(2), "n": np.float32(1)},
         {"two": np.float32(2)})
    body = graph([KEEP, node("SequenceAt", ["parts", "i"], ["e"]), node("Exp", ["e"], ["ee"]),
                  node("SequenceInsert", ["sq", "ee", "z"], ["sq2"])], ["i:i", "ci:b", "sq*"], ["co:b", "sq2*"])
    for split in ([1, 3, 2], 2, 4):
        case(f"a loop over parts, {split}", [node("SplitToSequence", ["x", "sp"], ["parts"], axis=-1),
             node("SequenceLength", ["parts"], ["n"]), node("SequenceEmpty", [], ["e0"]),
             node("Loop", ["n", "", "e0"], ["r"], body=body), node("ConcatFromSequence", ["r"], ["y"], axis=1)],
             ["x 2,6"], ["y 2,6"], {"x": random(2, 6)}, {"sp": np.array(split), "z": np.int64(0)})
    case("an optional", [node("Optional", ["x"], ["o"]), node("OptionalHasElement", ["o"], ["b"]),
         node("OptionalGetElement", ["o"], ["g"]), node("Neg", ["g"], ["y"])], ["x 3"], ["y 3", "b:b"],
         {"x": random(3)}, opset=18)


def run(number, name, model, given, refused, options):
    folder = os.path.join(WORK, str(number))
    os.makedirs(folder)
    path, data = os.path.join(folder, "model.onnx"), os.path.join(folder, "data.npz")
    onnx.save(model, path)
    quiet = onnxruntime.SessionOptions()
    quiet.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), quiet, providers=["CPUExecutionProvider"])
    wanted = session.run(None, given)
    np.savez(data, **given, **{o.name: np.asarray(v) for o, v in zip(session.get_outputs(), wanted)})
    p = subprocess.run([TENON, "verify", path, "--data", data, *options], capture_output=True, text=True)
    if refused:
        return p.returncode == 1 and refused in p.stderr and "DIFFERENT" not in p.stdout, p
    good = p.returncode == 0 and ": same" in p.stdout and "DIFFERENT" not in p.stdout
    return (False, p) if not good else written_back(folder, path, given, dict(zip((o.name for o in session.get_outputs()), wanted)), options)


def written_back(folder, path, given, wanted, options):
    """The graph as an ONNX file again, for onnxruntime."""
    again = os.path.join(folder, "again.onnx")
    p = subprocess.run([TENON, "convert", path, "-o", again, *options], capture_output=True, text=True)
    if p.returncode:
        return "--input-shape" in p.stderr or "--bind" in p.stderr, p  # what verify took from the data
    try:
        onnx.checker.check_model(again, full_check=True)
        quiet = onnxruntime.SessionOptions()
        quiet.log_severity_level = 4
        session = onnxruntime.InferenceSession(again, quiet, providers=["CPUExecutionProvider"])
        names = [o.name for o in session.get_outputs()]
        got = session.run(None, {i.name: given[i.name] for i in session.get_inputs()})
    except Exception as error:
        p.stderr += f"written back: {error}"
        return False, p
    bad = [n for n, y in zip(names, got) if n in wanted and not (
        y.shape == np.shape(wanted[n]) and y.dtype == np.asarray(wanted[n]).dtype and np.allclose(y, wanted[n], 1e-5, 1e-6, True))]
    p.stderr += f"written back, other outputs: {bad}" if bad else ""
    return not bad, p


def main():
    shutil.rmtree(WORK, ignore_errors=True)
    for make in (loops, deep, branches, scans, sequences):
        make()
    words, passed, failed = sys.argv[1:], 0, 0
    chosen = [(i, c) for i, c in enumerate(cases) if not words or any(w in c[0] for w in words)]
    if os.environ.get("TENON_TEST") == "quick" and not words:
        chosen = chosen[::3]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda x: run(x[0], *x[1]), chosen))
    for (i, c), (good, p) in zip(chosen, results):
        passed, failed = passed + good, failed + (not good)
        if not good:
            print(f"failed: {c[0]} ({i}): {p.returncode}", *(p.stdout + p.stderr).splitlines()[:4], sep="\n    ")
    print(f"{passed} passed, {failed} failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
