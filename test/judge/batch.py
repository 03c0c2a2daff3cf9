"""What drivers share that make many small graphs from seeds: choices, and graphs built many at a time.

A C compiler's start, its headers and a link cost more than a small graph does: the packages of a batch are taken into one
source file, built as one shared library and run in a process of its own, graph after graph. Buffers have guards around
them, and hold rubbish before a run.
"""
import ctypes
import itertools
import json
import os
import re
import shutil
import signal
import subprocess

import numpy as np
import onnx

import emulator

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TENON = os.environ.get("TENON", os.path.join(ROOT, "build/tenon"))
GUARD, RUBBISH, SECONDS = 64, 0xA5, 60
HERE = ("c99", "native")  # what goes into a shared library
BUILT = ("size", "balanced", "--freestanding")  # words of options that change how the C is compiled
MICRO = ("--io arena", "--ram least", "--optimize size", "--optimize balanced", "--freestanding", "--precise")
OPTIONS = (*MICRO, "--threads 2 --grain 16", "--weights bin", "--half-weights")


def draw(seed, target, rounded=True):
    """Options of the compiler for a seed, none for a third of them. rounded: --half-weights too."""
    rng = np.random.default_rng([seed, 7])
    words = [o for o in (MICRO if target.startswith("cortex") else OPTIONS) if rng.random() < 0.25] if rng.random() < 0.67 else []
    clash = [o for o in words if "--half" in o and not rounded or "--threads" in o and ("--freestanding" in words or target in ("wasm", "baremetal"))
             or "--io" in o and "--ram least" in words or "size" in o and "--optimize balanced" in words or "--weights" in o and ("--freestanding" in words or target == "baremetal")]
    return " ".join(o for o in words if o not in clash).split()


class Chooser:
    """Choices that follow from a seed alone."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)

    def one(self, low, high):
        return int(self.rng.integers(low, high))

    def chance(self, p):
        return self.rng.random() < p

    def of(self, *choices):
        return choices[self.one(0, len(choices))]


class Job:
    """A model with inputs and what should come out. shapes: inputs whose open dimensions get their numbers; bind: inputs
    that become constants; level: compiled with this -O instead of the target's own; options: more of the compiler's words;
    differs(name, got, want) -> why, or None."""

    def __init__(self, label, model, feeds, want, target, differs, level="-O3", shapes=(), bind=(), engines=("interpreter", "c"), options=()):
        self.label, self.feeds, self.want, self.target, self.level = str(label), feeds, want, target, level
        self.shapes, self.bind, self.engines, self.model, self.differs = shapes, bind, engines, model, differs
        self.options, self.emulated = tuple(options), emulator.machine(target) if options or target not in HERE else None

    def place(self, work):
        """Writes model and inputs to work/LABEL/."""
        self.folder = os.path.join(work, self.label)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        onnx.save(self.model, f"{self.folder}/model.onnx")
        for n, v in self.feeds.items():
            np.save(f"{self.folder}/{n}.npy", v)

    def interpret(self):
        """Why the interpreter fails, or None."""
        command = [TENON, "run", f"{self.folder}/model.onnx", "--output", f"{self.folder}/out", "--engine", "interpreter"]
        for n in self.feeds:
            command += ["--bind" if n in self.bind else "--input", f"{n}={self.folder}/{n}.npy"]
        if why := complaint(command):
            return why
        for n, want in self.want.items():
            why = self.differs(n, view(np.load(f"{self.folder}/out/{n}.npy"), want), want)
            if why:
                return f"interpreter: {n}: {why}"
        return None

    def compile(self):
        """Why there is no C, or None."""
        self.name = "g" + re.sub(r"\W", "_", self.label)
        command = [TENON, "compile", f"{self.folder}/model.onnx", "--output", f"{self.folder}/c", "--name", self.name,
                   "--target", self.emulated[0] if self.emulated else self.target,
                   *(() if "--weights" in self.options else ("--weights", "text")), *self.options]
        for n in self.shapes:
            if self.feeds[n].ndim:
                command += ["--input-shape", f"{n}={'x'.join(map(str, self.feeds[n].shape))}"]
        for n in self.bind:
            command += ["--bind", f"{n}={self.folder}/{n}.npy"]
        return complaint(least(command))

    def flags(self):
        """The compiler and its flags, as the package's Makefile has them."""
        text = open(f"{self.folder}/c/Makefile").read()
        cc, flags = (re.search(rf"^{w} \??= (.*)$", text, re.M).group(1) for w in ("CC", "CFLAGS"))
        return cc, flags if self.level == "-O3" else re.sub(r"-O[23s]", self.level, flags)

    def told(self):
        """What N.map.json says."""
        with open(f"{self.folder}/c/{self.name}.map.json") as f:
            return json.load(f)

    def source(self):
        """The package as part of a file with others: functions that each has a copy of get names of their own."""
        at = f"{self.folder}/c/{self.name}"
        text = open(at + ".c").read()
        names = {n for n in re.findall(r"^(?:__attribute__\(\(\w+\)\) )?static (?:inline )?(?:__attribute__\(\(\w+\)\) )?[^=;({]*?\b(\w+)[\[(]", text, re.M) if not n.startswith(self.name)}
        parts = [f"#define {n} {self.name}_{n}" for n in sorted(names)]
        parts += [f'#include "{at}.c"'] + [f"#undef {n}" for n in sorted(names)]
        return "\n".join(parts) + "\n"

    def call(self, library):
        """Why the compiled C fails, or None."""
        told = self.told()
        ins = {p["name"]: guarded(self.feeds[p["name"]].nbytes, self.feeds[p["name"]]) for p in told["inputs"]}
        outs = {p["name"]: guarded(p["bytes"]) for p in told["outputs"]}
        arena = guarded(told["arena"]["bytes"])
        places = [b.ctypes.data + GUARD for b in [*ins.values(), *outs.values()]]
        io = (ctypes.c_void_p * max(1, len(places)))(*places)
        status = getattr(library, self.name + "_run")(io, ctypes.c_void_p(arena.ctypes.data + GUARD))
        if status:
            return f"{self.target}: {self.name}_run returns {status}"
        for n, b in {**ins, **outs, "the arena": arena}.items():
            if (b[:GUARD] != RUBBISH).any() or (b[-GUARD:] != RUBBISH).any():
                return f"{self.target}: written outside of {n}"
        return self.judged({n: inside(b) for n, b in outs.items()})

    def judged(self, outs):
        """Why the bytes that came out are wrong, or None."""
        told = self.told()
        header = open(f"{self.folder}/c/{self.name}.h").read()
        ports = {p["name"]: p for p in told["outputs"]}
        for n, want in self.want.items():
            got = outs[n].view(want.dtype).reshape(ports[n]["shape"])
            if sized := re.search(rf'"{re.escape(n)}".*; the first \*(\w+) along dimension (\d+) count', header):
                count = next(p["name"] for p in told["outputs"] if p["field"] == sized[1])
                got = got.take(range(int(outs[count].view(np.int64)[0])), int(sized[2]))
            if why := self.differs(n, got, want):
                return f"{self.target}: {n}: {why}"
        return None


def least(command):
    """The command with the least memory that it says it needs for --ram least."""
    if "least" not in command:
        return command
    at = command.index("least")
    said = subprocess.run(command[:at] + ["1"] + command[at + 1:], capture_output=True, text=True, timeout=300).stderr
    return command[:at] + [said.split("needs ")[1].split()[0] if "needs " in said else "1"] + command[at + 1:]


def guarded(size, data=None):
    """A buffer of bytes between two guards, aligned to 64."""
    whole = np.full(size + 2 * GUARD + 64, RUBBISH, np.uint8)
    b = whole[-whole.ctypes.data % 64:][: size + 2 * GUARD]
    if data is not None:
        b[GUARD:GUARD + size] = np.frombuffer(np.ascontiguousarray(data).tobytes(), np.uint8)
    return b


def inside(b):
    return b[GUARD: len(b) - GUARD]


def view(a, want):
    """Element types that .npy lacks are bytes there."""
    return a if a.dtype == want.dtype or a.dtype.itemsize != want.dtype.itemsize or a.dtype.kind not in "Vu" else a.view(want.dtype)


def complaint(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if not done.returncode:
        return None
    words = done.stderr.strip().splitlines()
    return ("refused: " if done.returncode == 1 and words else f"status {done.returncode}: ") + " ".join(words)[-300:]


def build(jobs, work):
    """One library of all, or what the compiler says."""
    (cc, flags), at = jobs[0].flags(), f"{work}/{jobs[0].label}"
    with open(at + ".c", "w") as f, open(at + "_weights.c", "w") as g:  # apart, as packages have them: gcc 12 errs where it sees both
        f.writelines(j.source() for j in jobs)
        g.writelines(f'#include "{j.folder}/c/{j.name}_weights.c"\n' for j in jobs)
    done = subprocess.run([*cc.split(), *flags.split(), "-w", "-fPIC", "-shared", "-o", at + ".so", at + ".c", at + "_weights.c", "-lm"], capture_output=True, text=True)
    os.remove(at + ".c")
    os.remove(at + "_weights.c")
    return at + ".so", next((w for w in done.stderr.splitlines() if "error" in w), f"status {done.returncode}") if done.returncode else None


def run_library(jobs, path):
    """label -> why. A child runs one after another and tells when it begins; where it dies the next one goes on."""
    why, rest = {}, list(jobs)
    while rest:
        reader, writer = os.pipe()
        child = os.fork()
        if not child:
            run_child(rest, path, writer)
        os.close(writer)
        with os.fdopen(reader) as told:
            lines = told.read().splitlines()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        ended = dict(line.split(" ", 1) for line in lines)
        for j in list(rest):
            if j.label in ended:
                rest.remove(j)
                if ended[j.label] != "passed":
                    why[j.label] = ended[j.label]
            else:
                why[j.label] = f"{j.target}: the C ends with status {status}"
                rest.remove(j)
                break
    return why


def run_child(jobs, path, writer):
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        library = ctypes.CDLL(path)
        for j in jobs:
            signal.alarm(SECONDS)
            words = j.call(library) or "passed"
            os.write(writer, f"{j.label} {words}\n".encode())
    finally:
        os._exit(0)


def run(jobs, work):
    """label -> why it fails, of those that do. Jobs that pass leave nothing behind."""
    why = {}
    for j in jobs:
        j.place(work)
        why[j.label] = (j.interpret() if "interpreter" in j.engines else None) or j.compile()
    kind = lambda j: (j.target, bool(j.emulated), j.level, [w for w in j.options if w in BUILT])
    good = sorted((j for j in jobs if not why[j.label]), key=kind)
    for _, group in itertools.groupby(good, kind):
        why.update(build_and_run(list(group), work))
    for j in jobs:
        if not why[j.label]:
            shutil.rmtree(j.folder)
    return {label: words for label, words in why.items() if words}


def build_and_run(jobs, work):
    if jobs[0].emulated:
        return emulator.build_and_run(jobs, work)
    path, said = build(jobs, work)
    if said and len(jobs) > 1:  # one of them is the culprit
        return {label: words for j in jobs for label, words in build_and_run([j], work).items()}
    if said:
        return {jobs[0].label: f"{jobs[0].target}: the C compiler: {said}"}
    why = run_library(jobs, path)
    os.remove(path)
    return why
