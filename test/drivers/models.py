#!/usr/bin/env python3
"""Whole networks: their results, and the package that is written for them.

    models.py [NAME ...]      all, or the networks named

digits (in examples/, so always), RFB-320, yunet_n_320 and the fifteen networks of ../shared/zoo are judged by
onnxruntime on seeded inputs or photos: |got - want| <= 1e-4 |want| + 1e-5 of the output's largest magnitude. For each,
with the targets c99 and native: the same bytes from two folders, quiet under gcc and clang, no foreign symbols, right
results, no complaint of ASan and UBSan, two threads as one, and loops that threads share as one thread; the arena against its lower bound; the memory that
`tenon compile` takes; text and JSON round trips.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SHARED = os.path.join(ROOT, "../shared")
BUILD = os.path.join(ROOT, os.environ.get("BUILD", "build"))
WORK = os.path.join(BUILD, "test/models")
ZOO = os.path.join(ROOT, "build/zoo")
TENON = os.path.join(WORK, "tenon")  # a copy: a build at the same time does not disturb
QUICK = os.environ.get("TENON_TEST") == "quick"
NETWORKS = """resnet50 densenet121 googlenet text_encoder vit_tiny efficientnet_b0 mobilenet_v3_large yolox_nano centerface
              resnet18 shufflenet_v2 mobilenet_v2 mnasnet1_0 mobilenet_v1 squeezenet1_1""".split()
SMALL = ["RFB-320", "yunet_n_320", "digits"]  # the interpreter, too
RACES = ["digits", "RFB-320", "mobilenet_v2"]  # ThreadSanitizer
SHARED_LOOPS = ["digits", "RFB-320", "yunet_n_320", "mobilenet_v2", "vit_tiny"]  # compiled for threads as well
TARGETS = ["c99", "native"]
STRICT = "-Wall -Wextra -Wconversion -Wshadow -Werror".split()
SANITISE = "-g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -O1".split()
MATH = ("exp exp2 expm1 log log2 log10 log1p pow sqrt cbrt tanh sinh cosh asinh acosh atanh erf erfc sin cos tan asin acos "
        "atan atan2 floor ceil round roundeven rint nearbyint trunc fmod remainder fabs fmin fmax fma ldexp frexp copysign "
        "lgamma tgamma").split()
ALLOWED = {"memcpy", "memset", "memmove", "memcmp", "_GLOBAL_OFFSET_TABLE_"} | {m + f for m in MATH for f in ("", "f")}
BYTES = {"f32": "float32", "f64": "float64", "f16": "float16", "i8": "int8", "i16": "int16", "i32": "int32", "i64": "int64",
         "u8": "uint8", "u16": "uint16", "u32": "uint32", "u64": "uint64", "bool": "bool"}

try:
    import numpy as np
    import onnx
    import onnxruntime
except ImportError as e:
    print(f"{e.name} is not installed (python3 -m venv build/venv; build/venv/bin/pip install numpy onnx onnxruntime)")
    print(f"0 passed, 0 failed, {len(NETWORKS) + len(SMALL)} skipped")
    sys.exit(0)
onnxruntime.set_default_logger_severity(4)


METER = """
import os, sys
status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)[1:]
print(used.ru_maxrss, used.ru_utime + used.ru_stime)
sys.exit(os.waitstatus_to_exitcode(status))
"""


class Failure(Exception):
    pass


def call(command, folder=None, limit=600, **how):
    """Standard output; a Failure with the most telling line where the exit status is not 0."""
    env = dict(os.environ, LC_ALL="C", XDG_CACHE_HOME=os.path.join(WORK, "cache"), **how)
    p = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                       env=env, timeout=limit)
    if p.returncode:
        lines = (p.stderr + p.stdout).strip().splitlines() or ["silent"]
        telling = [l for l in lines if re.search(r"error|ERROR|WARNING:|DIFFERENT", l)]
        raise Failure(f"{os.path.basename(command[0])}: exit status {p.returncode}: {(telling or lines[-1:])[0][:400]}")
    return p.stdout


# ---- the judge ----

def session(path_or_bytes):
    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = o.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(path_or_bytes, o, providers=["CPUExecutionProvider"])


def exact_sigmoids(path):
    """The model with the inputs of the Sigmoids that make its outputs as outputs too; output -> such an input.

    onnxruntime's Sigmoid is a rational function with an absolute error of 1e-7. Where it comes near 1e-4 that is more than
    the tolerance, so those outputs are judged by numpy's sigmoid, in double, of onnxruntime's own logits."""
    model = onnx.load(path)
    outputs = {o.name for o in model.graph.output}
    logits = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "Sigmoid" and n.output[0] in outputs}
    for name in sorted(set(logits.values()) - outputs):
        model.graph.output.append(onnx.ValueInfoProto(name=name))
    return model.SerializeToString(), logits


def reference(path, feeds, stored=None):
    names = [o.name for o in onnx.load(path, load_external_data=False).graph.output]
    data, logits = exact_sigmoids(path)
    s = session(data)
    want = dict(zip([o.name for o in s.get_outputs()], s.run(None, feeds)))
    for name, logit in logits.items():
        want[name] = (1 / (1 + np.exp(-want[logit].astype(np.float64)))).astype(want[name].dtype)
    want.update(stored or {})
    return {n: want[n] for n in names}


def beyond(got, want):
    """What is wrong with an output, or None."""
    if got.size != want.size:
        return f"{got.size} numbers, not {want.size}"
    got = got.reshape(want.shape)
    if not np.issubdtype(want.dtype, np.floating):
        return None if np.array_equal(got, want) else f"{np.count_nonzero(got != want)} of {got.size} differ"
    g, w = got.astype(np.float64), want.astype(np.float64)
    if not (np.isfinite(g) == np.isfinite(w)).all():
        return "not finite in other places"
    e = np.abs(g - w) - 1e-4 * np.abs(w) - 1e-5 * np.abs(w).max(initial=0)
    return None if (e <= 0).all() else f"{np.count_nonzero(e > 0)} of {got.size} differ, by {np.abs(g - w).max():.3g}"


# ---- one network ----

class Network:
    def __init__(self, name):
        self.name, self.symbol = name, "m_" + re.sub(r"\W", "_", name)
        self.lines, self.passed, self.notes, self.shapes = [], 0, [], {}
        self.work = os.path.join(WORK, name)
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)

    def check(self, what, do, *words):
        """Counts one check; a Failure is a line."""
        try:
            value = do(*words)
            self.passed += 1
            return value if value is not None else True
        except Failure as e:
            self.lines.append(f"FAIL {self.name}: {what}: {e}")
        except subprocess.TimeoutExpired as e:
            self.lines.append(f"FAIL {self.name}: {what}: no end within {e.timeout:.0f} s")
        except Exception:  # a mistake of this driver must not hide the other results
            self.lines.append(f"FAIL {self.name}: {what}: {traceback.format_exc().strip()}")
        return None

    # What it is judged on.

    def prepare(self):
        """Sets the model, its cases (a list of feeds and wanted outputs) and, if it has several, an archive of them."""
        if self.name == "digits":
            self.model = os.path.join(ROOT, "examples/digits/digits.onnx")
            images = np.load(os.path.join(ROOT, "examples/digits/images.npy")).astype(np.float32)[:, None] / 16
            stored = os.path.join(SHARED, "models/digits/digits_ref.npz")
            logits = np.load(stored)["logits"] if os.path.exists(stored) else None
            s = session(self.model)
            entry, out = s.get_inputs()[0].name, s.get_outputs()[0].name
            self.cases = [({entry: x[None]}, {out: logits[i][None] if logits is not None else s.run(None, {entry: x[None]})[0]})
                          for i, x in enumerate(images)]
            return self.model
        if self.name == "RFB-320":
            self.model = os.path.join(SHARED, "models/ultraface/RFB-320.onnx")
            held = np.load(os.path.join(SHARED, "models/ultraface/RFB-320_ref.npz"))
            x = ((held["image_u8_nhwc"].astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)
            self.cases = [({"input": x[i:i + 1]}, {"scores": held["scores_onnx"][i][None], "boxes": held["boxes_onnx"][i][None]})
                          for i in range(len(x))]
            return self.model
        if self.name == "yunet_n_320":
            self.model = os.path.join(SHARED, "models/yunet/yunet_n_320.onnx")
            held = np.load(os.path.join(SHARED, "models/yunet/yunet_n_320_ref.npz"))
            feeds = {"input": held["image_u8_bgr_nhwc"].astype(np.float32).transpose(2, 0, 1)[None]}
            kept = {k: held[k] for k in held.files if k.startswith(("bbox", "kps"))}
            self.cases = [(feeds, reference(self.model, feeds, kept))]
            return self.model
        sys.path.insert(0, os.path.join(SHARED, "peers"))
        import peers
        self.model = os.path.join(ZOO, self.name + ".onnx")
        feeds = peers.feeds(self.model, {})
        self.cases = [(feeds, reference(self.model, feeds))]
        return self.model

    def archive(self):
        path = os.path.join(self.work, "cases.npz")
        if not os.path.exists(path):
            np.savez(path, **{f"case{i}.{k}": v for i, c in enumerate(self.cases) for part in c for k, v in part.items()})
        return path

    # The package.

    def compile(self, target):
        """The package in work/TARGET/a, its map; the memory and time that compiling took."""
        folder = os.path.join(self.work, target, "a", "package")
        os.makedirs(os.path.dirname(folder))
        start = time.time()
        words = [TENON, "compile", self.model, "-o", folder, "--name", self.symbol, "--target", target]
        # by way of a small process: a child's peak counts what its parent held when it started
        used = call([sys.executable, "-S", "-c", METER, *words], ROOT).split()
        self.seconds, self.memory, self.processor = time.time() - start, int(used[-2]) * 1024, float(used[-1])
        with open(f"{folder}/{self.symbol}.map.json") as f:
            self.map = json.load(f)
        return folder

    def same_bytes(self, folder, target):
        elsewhere = os.path.join(self.work, target, "b")
        os.makedirs(elsewhere)
        call([TENON, "compile", os.path.relpath(self.model, elsewhere), "-o", "package", "--name", self.symbol, "--target",
              target], elsewhere)
        p = subprocess.run(["diff", "-rq", folder, elsewhere + "/package"], capture_output=True, text=True)
        shutil.rmtree(elsewhere)
        if p.returncode:
            raise Failure(p.stdout.strip().splitlines()[0])

    def flags(self, folder, target):
        """The package's own, and the strictest that its dialect allows."""
        with open(folder + "/Makefile") as f:
            own = re.search(r"^CFLAGS \?= (.*)$", f.read(), re.M)[1].split()
        if target == "c99":
            return own, own + STRICT + ["-Wpedantic", "-std=c11"]
        return own, own + STRICT + ["-std=gnu11"]

    def gcc(self, folder, target):
        _, strict = self.flags(folder, target)
        for part in ("", "_weights", "_example"):
            call(["gcc", *strict, "-I.", "-c", f"{self.symbol}{part}.c", "-o", f"{self.symbol}{part}.o"], folder)

    def clang(self, folder, target):
        _, strict = self.flags(folder, target)
        strict = [w for w in strict if not w.startswith("-mprefer-vector-width")]
        for part in ("", "_weights", "_example"):
            call(["clang", *strict, "-O1", "-I.", "-fsyntax-only", f"{self.symbol}{part}.c"], folder)

    def symbols(self, folder):
        text = call(["nm", "-u", f"{self.symbol}.o", f"{self.symbol}_weights.o"], folder)
        names = {l.split()[-1] for l in text.splitlines() if " U " in l}
        alien = sorted(n for n in names if n not in ALLOWED and not n.startswith(self.symbol))
        if alien:
            raise Failure("imports " + " ".join(alien))

    def inputs(self, case):
        """Files in the order of the package's inputs."""
        paths = []
        for i, port in enumerate(self.map["inputs"]):
            paths.append(os.path.join(self.work, f"in{i}.bin"))
            case[0][port["name"]].astype(BYTES[port["type"]]).tofile(paths[-1])
        return paths

    def judge(self, folder, program, cases):
        for number, case in enumerate(cases):
            call([program, "--out", "out", *self.inputs(case)], folder, ASAN_OPTIONS="detect_leaks=0")
            for i, port in enumerate(self.map["outputs"]):
                bad = beyond(np.fromfile(f"{folder}/out{i}.bin", BYTES[port["type"]]), case[1][port["name"]])
                if bad:
                    raise Failure(f"case {number}: output {port['name']}: {bad}")

    def right(self, folder):
        objects = [f"{self.symbol}{part}.o" for part in ("", "_weights", "_example")]
        call(["gcc", *objects, "-o", "example", "-lm"], folder)
        self.judge(folder, "./example", self.cases[:8])

    def sanitised(self, folder, target):
        own, _ = self.flags(folder, target)
        files = [f"{self.symbol}{part}.c" for part in ("", "_weights", "_example")]
        call(["gcc", *own, *SANITISE, "-I.", *files, "-o", "sanitised", "-lm"], folder)
        self.judge(folder, "./sanitised", self.cases[:1])

    def ports(self, folder):
        """What threads.c includes: the names, and a row for each input and output."""
        rows = []
        for way in ("inputs", "outputs"):
            for p in self.map[way]:
                size = np.dtype(BYTES[p["type"]]).itemsize
                rows.append(f"    {{offsetof(Io, {p['field']}), {p['bytes']}, {size}, {int(way == 'inputs')}}},\n")
        capital = self.symbol.upper()
        run = "RUN_POOL" if os.path.exists(folder + "/tenon_pool.h") else "RUN"
        with open(folder + "/ports.h", "w") as f:
            f.write(f'#include "{self.symbol}.h"\n#include <stddef.h>\n'
                    f"#define {run} {self.symbol}_run{run[3:].lower()}\n"
                    f"enum {{ ARENA = {capital}_ARENA_BYTES, ALIGN = {capital}_ARENA_ALIGN }};\n"
                    f"typedef {self.symbol}_io Io;\n"
                    "typedef struct {\n    size_t offset, bytes, size;\n    int is_input;\n} Port;\n"
                    f"static const Port ports[] = {{\n{''.join(rows)}}};\n")

    def threads(self, folder):
        self.ports(folder)
        objects = [f"{self.symbol}{part}.o" for part in ("", "_weights")]
        call(["gcc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-I.", ROOT + "/test/models/threads.c", *objects, "-o",
              "threads", "-lpthread", "-lm"], folder)
        call(["./threads", *self.inputs(self.cases[0])], folder)

    def races(self, folder, target):
        own, _ = self.flags(folder, target)
        self.ports(folder)
        files = [ROOT + "/test/models/threads.c", *(f"{self.symbol}{part}.c" for part in ("", "_weights"))]
        if os.path.exists(folder + "/tenon_pool.c"):
            files.append("tenon_pool.c")
        call(["gcc", *own, "-std=gnu11", "-O1", "-g1", "-fsanitize=thread", "-I.", *files, "-o", "races", "-lpthread", "-lm"],
             folder)
        # TSan of gcc 12 dies of high-entropy address layouts
        call(["setarch", "-R", "./races", *self.inputs(self.cases[0])], folder)

    def shared_loops(self, target):
        """A package whose loops threads share: every loop that may be, so that small networks have some."""
        folder = os.path.join(self.work, target, "threads")
        call([TENON, "compile", self.model, "-o", folder, "--name", self.symbol, "--target", target, "--threads", "3",
              "--grain", "1"], ROOT)
        with open(f"{folder}/{self.symbol}.c") as f:
            if "tenon_pool_run(" not in f.read():
                raise Failure("no loop is shared")
        self.gcc(folder, target)
        self.clang(folder, target)
        call(["make", "-s", f"CFLAGS={' '.join(self.flags(folder, target)[0])}"], folder)
        self.judge(folder, f"./{self.symbol}_example", self.cases[:2])
        self.ports(folder)
        call(["gcc", "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-I.", ROOT + "/test/models/threads.c",
              f"lib{self.symbol}.a", "-o", "threads", "-pthread", "-lm"], folder)
        call(["./threads", *self.inputs(self.cases[0])], folder)
        return folder

    # The rest.

    def arena(self):
        """The worst allowed for one network; how many reach the bound is counted over all."""
        bytes_, least = self.map["arena"]["bytes"], self.map["arena"]["lower_bound"]
        self.optimal = bytes_ == least
        if bytes_ > 1.03 * least:
            raise Failure(f"{bytes_} bytes, {bytes_ / least - 1:.1%} above the lower bound")

    def modest(self):
        """Under three times the model file; small ones tell nothing, for the nests of a network take 10 to 20 MiB."""
        size = os.path.getsize(self.model)
        if self.memory > max(3 * size, 24 << 20):
            raise Failure(f"{self.memory >> 20} MiB for a model of {size >> 20} MiB")

    def round_trip(self):
        files = [os.path.join(self.work, f) for f in ("a.txt", "b.json", "c.txt")]
        for source, target in zip([self.model, *files], files):
            call([TENON, "convert", source, "-o", target])
        with open(files[0], "rb") as a, open(files[2], "rb") as c:
            if a.read() != c.read():
                raise Failure("the text changes on its way through JSON")
        if self.name in SMALL:
            self.verify(files[1])

    def verify(self, model, *words):
        """By a compiler that does not optimise much: its time is most of the test's, and the results are judged above."""
        compiler = os.path.join(WORK, "cc")
        if not os.path.exists(compiler):
            with open(compiler, "w") as f:
                f.write('#!/bin/sh\nexec gcc "$@" -O1\n')
            os.chmod(compiler, 0o755)
        call([TENON, "verify", model, "--data", self.archive(), *words], CC=compiler)

    def run(self, target):
        folder = self.check(f"{target}: tenon compile", self.compile, target)
        if not folder:
            return
        self.notes.append(f"{target} {self.seconds:.2f} s ({self.processor:.2f} s of processor), {self.memory >> 20} MiB")
        self.check(f"{target}: the same bytes twice", self.same_bytes, folder, target)
        if self.check(f"{target}: gcc", self.gcc, folder, target):
            self.check(f"{target}: imported symbols", self.symbols, folder)
            self.check(f"{target}: results", self.right, folder)
            self.check(f"{target}: two threads", self.threads, folder)
        self.check(f"{target}: clang", self.clang, folder, target)
        heavy = self.map["macs"] > 1e9
        if target == "native" or not heavy:
            self.check(f"{target}: ASan and UBSan", self.sanitised, folder, target)
        if target == "native":
            if self.name in RACES:
                self.check("ThreadSanitizer", self.races, folder, target)
            if self.name in SHARED_LOOPS:
                shared = self.check("loops shared by threads", self.shared_loops, target)
                if shared and self.name in RACES + SMALL:
                    self.check("loops shared by threads, ThreadSanitizer", self.races, shared, target)
            self.check("arena", self.arena)
            self.check("memory", self.modest)
        shutil.rmtree(os.path.join(self.work, target))

    def all(self):
        start = time.time()
        if self.check("the reference", self.prepare):
            for target in TARGETS:
                self.run(target)
            if self.name in SMALL:
                self.check("tenon verify, c99", self.verify, self.model, "--target", "c99")
                self.check("tenon verify, native", self.verify, self.model)
                self.check("tenon verify, interpreter", self.verify, self.model, "--engine", "interpreter")
            self.check("round trips", self.round_trip)
        arena = self.map["arena"] if hasattr(self, "map") else {}
        self.notes.append(f"arena {arena.get('bytes')} of {arena.get('lower_bound')}")
        self.notes.append(f"{time.time() - start:.0f} s in all")
        print(f"{self.name}: {self.passed} passed, {len(self.lines)} failed: {'; '.join(self.notes)}", flush=True)
        for line in self.lines:
            print(line, flush=True)
        shutil.rmtree(self.work, ignore_errors=True)
        return self


def main():
    names = sys.argv[1:] or NETWORKS + SMALL
    if QUICK and not sys.argv[1:]:
        names = ["mobilenet_v2", "squeezenet1_1"] + SMALL
    skipped = 0
    if not os.path.isdir(SHARED):
        skipped = len([n for n in names if n != "digits"])
        names = [n for n in names if n == "digits"]
        print("../shared is not here: only digits runs")
    os.makedirs(WORK, exist_ok=True)
    shutil.copy(os.environ.get("TENON", os.path.join(ROOT, "build/tenon")), TENON)
    missing = [n for n in names if n in NETWORKS and not os.path.exists(f"{ZOO}/{n}.onnx")]
    if missing:
        call([sys.executable, os.path.join(SHARED, "zoo/fill.py"), ZOO, *missing])
    start = time.time()
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda n: Network(n).all(), names))
    passed, failed = sum(n.passed for n in done), sum(len(n.lines) for n in done)
    zoo = [n for n in done if n.name in NETWORKS]
    if len(zoo) == len(NETWORKS):
        optimal = sum(getattr(n, "optimal", False) for n in zoo)
        print(f"{optimal} of {len(zoo)} arenas are as small as their lower bound")
        passed, failed = passed + (optimal >= 13), failed + (optimal < 13)
        if optimal < 13:
            print("FAIL fewer than 13 arenas reach their lower bound")
    shutil.rmtree(os.path.join(WORK, "cache"), ignore_errors=True)
    print(f"{len(done)} networks in {time.time() - start:.0f} s")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
