#!/usr/bin/env python3
"""Whole networks on other processors: compiled by their compilers, run by emulators, judged by onnxruntime.

    emulated_networks.py [--targets T,T,...] [--size N] [all | NETWORK ...]

The networks of models.py on the targets of LIST, or others by name; without any name a sample, as all of it takes an hour.
Those of ../shared/zoo see pictures of 96x96 (--size), since emulators are slow; where that breaks a network (its positions
are weights) it keeps its own size.
"""
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import models  # noqa: E402
from emulated import asked, judge  # noqa: E402
from models import NETWORKS, ROOT, SHARED, SMALL, Failure, call, np, onnx, onnxruntime  # noqa: E402

WORK = os.path.join(models.BUILD, "test/emulated_networks")
TENON = os.environ.get("TENON", os.path.join(models.BUILD, "tenon"))
LIST = ["arm64", "arm64+fp16", "armv7", "riscv64", "riscv64+v", "riscv64+v256", "wasm", "c99", "baremetal"]
HERE_TOO = ["c99", "baremetal"]  # the processor itself runs them
SAMPLE = [("digits", t) for t in LIST] + [("mobilenet_v2", t) for t in ("arm64", "arm64+fp16", "riscv64+v", "wasm")] + [("squeezenet1_1", "armv7")]


def own_sizes(model, graph):
    """Names -> height and width of the network's maps, as it is."""
    maps = {}
    for v in [*graph.input, *onnx.shape_inference.infer_shapes(model).graph.value_info]:
        dims = [d.dim_value for d in v.type.tensor_type.shape.dim]
        if len(dims) == 4 and all(dims):
            maps[v.name] = dims[2:]
    return maps


def shrunk(path, out, size):
    """The network for pictures of size x size: Reshapes to numbers that are a map's height, width or area follow."""
    model = onnx.load(path)
    graph, maps = model.graph, own_sizes(model, model.graph)
    held = {t.name: t for t in graph.initializer}
    entry = next(v for v in graph.input if v.name in maps)
    old = list(maps[entry.name])
    for d in entry.type.tensor_type.shape.dim[2:]:
        d.dim_value = size
    for node in graph.node:
        target = held.get(node.input[1]) if node.op_type == "Reshape" else None
        if target is None or node.input[0] not in maps:
            continue
        h, w = maps[node.input[0]]
        new = [max(1, round(n * size / o)) for n, o in zip((h, w), old)]
        change = {h: new[0], w: new[1], h * w: new[0] * new[1]}
        dims = onnx.numpy_helper.to_array(target)
        fresh = onnx.numpy_helper.from_array(np.array([change.get(int(d), int(d)) if i >= 2 else int(d) for i, d in enumerate(dims)],
                                                      np.int64), f"{node.input[1]}.{node.output[0]}")
        graph.initializer.append(fresh)
        node.input[1] = fresh.name
    del graph.value_info[:]
    for o in graph.output:
        o.type.tensor_type.ClearField("shape")
    onnx.save(model, out)


def prepare(name, size):
    """Model and archive of its cases."""
    network = models.Network(name)
    network.work = os.path.join(WORK, name)
    os.makedirs(network.work, exist_ok=True)
    if name in SMALL:
        network.prepare()
        network.cases = network.cases[:2]
        return network.model, network.archive()
    whole, small = os.path.join(models.ZOO, name + ".onnx"), os.path.join(network.work, name + ".onnx")
    if not os.path.exists(whole):
        call([sys.executable, os.path.join(SHARED, "zoo/fill.py"), models.ZOO, name])
    sys.path.insert(0, os.path.join(SHARED, "peers"))
    import peers
    for path in (small, whole):
        try:
            if path == small:
                shrunk(whole, small, size)
            feeds = peers.feeds(path, {})
            network.cases = [(feeds, models.reference(path, feeds))]
            return path, network.archive()
        except (onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException, onnxruntime.capi.onnxruntime_pybind11_state.Fail,
                onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument, StopIteration):
            if path == whole:
                raise
    return None


def verify(name, target, model, archive):
    start, cache = time.time(), os.path.join(WORK, name, target + ".cache")
    p = subprocess.run([TENON, "verify", model, "--data", archive, "--target", target], capture_output=True, text=True,
                       env=dict(os.environ, XDG_CACHE_HOME=cache), timeout=1500)
    shutil.rmtree(cache, ignore_errors=True)
    said = (p.stdout + p.stderr).strip().splitlines() or ["silent"]
    print(f"{name}, {target}: {said[-1][:200]} ({time.time() - start:.0f} s)", flush=True)
    if p.returncode:
        raise Failure("\n".join(said[:5]))


def network(name, targets, size):
    """One line a target that fails."""
    lines = []
    try:
        model, archive = prepare(name, size)
    except Exception as e:  # the judge's too
        return [f"FAIL {name}: {e}" for _ in targets]
    for target in targets:
        try:
            verify(name, target, model, archive)
        except (Failure, subprocess.TimeoutExpired) as e:
            lines.append(f"FAIL {name}, {target}: {e}")
            print(lines[-1], flush=True)
    shutil.rmtree(os.path.join(WORK, name), ignore_errors=True)
    return lines


def main():
    models.WORK = WORK
    o, pairs = asked(SMALL + NETWORKS[::-1], LIST, SAMPLE, (["--size"], {"type": int, "default": 96}))
    missing = {n for n, _ in pairs if n in NETWORKS} if not os.path.exists(os.path.join(SHARED, "zoo/fill.py")) else set()
    missing |= {n for n, _ in pairs if n in ("RFB-320", "yunet_n_320") and not os.path.exists(os.path.join(SHARED, "models"))}
    return judge(pairs, HERE_TOO, lambda name, targets: network(name, targets, o.size), missing)


if __name__ == "__main__":
    sys.exit(main())
