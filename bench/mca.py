#!/usr/bin/env python3
"""Estimates how well the innermost loops of compiled models use the multiply-adds of Arm processors, with llvm-mca.

    bench/mca.py [--cores cortex-a76,cortex-a55,neoverse-n1] [--at-least a76=85,a55=75] [--target arm64]
                 [--tenon build/tenon] [--mca llvm-mca] [--keep FOLDER] MODEL ...

For each kernel with products: what it computes (1x1, 3x3, depthwise, product, ...), its register tile, and of the innermost loop (the
one of its reduction; where that is written out, the one nested deepest) the instructions and FMLAs of an iteration, the cycles, and per core two figures in percent:

    fma   FMLAs of 128 bits beside what the core can start in these cycles: the bound is one a cycle on the Cortex-A55
          (two pipes of 64 bits) and two on the Cortex-A76 and Neoverse N1, or what llvm-mca's model has, if that is less
    fp    the same with all arithmetic on floats: a loop over depthwise results holds their bias and activation, which
          the same pipes compute

Instructions that multiply bytes (SDOT, USDOT, USMMLA) count as FMLAs: the same pipes compute them. For USMMLA name cores that have
it: --cores neoverse-n2,cortex-a510.

It is an estimate: everything lies in the first-level cache, branches are foreseen, and what the core does is what
llvm-mca's model says, which is not always that core's own (the first lines tell). Above 100: the model of the Cortex-A55
starts two FMLAs of 128 bits a cycle, which the core cannot. Kernels are compiled with the package's own flags, but
not inlined nor cloned, so that each is found by its name.

With --at-least, the exit status is 1 when a convolution has less in `fma` (depthwise: in `fp`) on a core named there.
"""
import argparse
import collections
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PEAK = {"cortex-a55": 1, "cortex-a53": 1}  # FMLAs of 128 bits a cycle; all others: 2
FP = re.compile(r"\s+(fml[as]|[us]{1,2}dot|[us]{1,2}mmla|fmul|fadd|fsub|fmax|fmin|fmaxnm|fminnm|fdiv|fneg|fabs)\s+v\d+\.(?:4s|8h)\b")
FMLA = re.compile(r"\s+(?:fml[as]|[us]{1,2}dot|[us]{1,2}mmla)\s+v\d+\.(?:4s|8h)\b")
BRANCH = re.compile(r"\s+(?:b|b\.?[a-z]{2}|cbn?z|tbn?z)\s+(?:.*,\s*)?(\.L\w+)\s*$")
ITERATIONS = 100


def fail(text):
    sys.exit(f"bench/mca.py: {text}")


def newest_mca():
    """llvm-mca of the newest LLVM there is: older ones know fewer processors."""
    found = [f for d in os.environ.get("PATH", "").split(os.pathsep) for f in glob.glob(os.path.join(d, "llvm-mca-[0-9]*"))]
    return max(found, key=lambda f: int(re.search(r"-(\d+)$", f)[1]), default=None) or shutil.which("llvm-mca")


def arguments():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--cores", default="cortex-a76,cortex-a55,neoverse-n1")
    a.add_argument("--at-least", default="", metavar="CORE=PERCENT,...")
    a.add_argument("--target", default="arm64")
    a.add_argument("--tenon", default=os.path.join(ROOT, "build", "tenon"))
    a.add_argument("--mca", default=newest_mca())
    a.add_argument("--keep", metavar="FOLDER", help="where packages and assembly are left")
    a.add_argument("models", nargs="+")
    a = a.parse_args()
    a.cores = a.cores.split(",")
    a.least = {}
    for word in filter(None, a.at_least.split(",")):
        m = re.fullmatch(r"([\w-]+)=(\d+(?:\.\d+)?)", word)
        core = m and [c for c in a.cores if c == m[1] or c.endswith("-" + m[1])]
        if not core:
            fail(f"--at-least: '{word}' is not CORE=PERCENT with a core of --cores")
        a.least[core[0]] = float(m[2])
    if not a.mca:
        fail("there is no llvm-mca; Debian has it in the package llvm")
    return a


def run(command, **more):
    try:
        r = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    except OSError as e:
        fail(f"{command[0]}: {e.strerror}")
    if r.returncode:
        fail(f"{' '.join(command[:3])} ...: {r.stderr.strip() or 'failed'}")
    return r.stdout


def mca(args, core, lines, *more):
    return run([args.mca, "-mtriple=aarch64", f"-mcpu={core}", f"-iterations={ITERATIONS}", *more], input="\n".join(lines) + "\n")


def cycles(args, core, lines):
    return int(re.search(r"Total Cycles:\s+(\d+)", mca(args, core, lines))[1]) / ITERATIONS


def peaks(args):
    """FMLAs a cycle of each core: what the hardware starts, or less where the model has less."""
    some = [f"fmla v{i}.4s, v30.4s, v31.s[0]" for i in range(24)]
    probe = some + ["ldr q0, [x0]", "ldp q1, q2, [x0]", "fmax v3.4s, v4.4s, v5.4s", "str q6, [x0]", "add x1, x1, 4"]
    old = mca(args, "cortex-a57", probe, "-instruction-info")
    print(f"{os.path.basename(args.mca)}, {re.search(r'LLVM version ([0-9.]+)', run([args.mca, '--version']))[0]}; an estimate, nothing was run on such a core.")
    peak = {}
    for c in args.cores:
        model = len(some) / cycles(args, c, some)
        peak[c] = min(PEAK.get(c, 2), max(1, round(model)))
        alike = "" if c == "cortex-a57" or mca(args, c, probe, "-instruction-info") != old else "; its model is that of the Cortex-A57, not its own"
        print(f"{c}: bound {peak[c]} FMLA of 128 bits a cycle (the model starts {model:.2f}, the core {PEAK.get(c, 2)}){alike}")
    return peak


# ---- what the C says ----

Kernel = collections.namedtuple("Kernel", "name steps kind shape tile")


def kind_of(text):
    op = re.search(r'\((\w+)\)', text)[1]
    z = re.search(r"\b\w+: (?:f32|i8)\[(\d+(?:,\d+)*)\] stored", text)
    dims = [int(d) for d in z[1].split(",")] if z else []
    if "Winograd" in op:
        return "3x3 winograd"
    if op.startswith("Conv") and len(dims) >= 3:
        window = "x".join(str(d) for d in dims[2:])
        return f"depthwise {window}" if dims[1] == 1 and dims[0] > 1 else window
    return "product" if op in ("MatMul", "Gemm", "MatMulInteger") else op


def kernels(c):
    """The functions that one or more steps are, with their comments."""
    for m in re.finditer(r"/\* (step (?:[^*]|\*(?!/))*)\*/\n(?:static )?void (\w+)\(", c):
        text = re.sub(r"\n \*\s*", " ", m[1])
        tile = "x".join(n for a, n in re.findall(r"tile\((\w+),(\d+)\)", text) if not re.search(rf"vector\({a}(\.i)?\)", text))
        shape = re.search(r"\| (\w+ \w+\[[\d,]+\].*? -> \w+ \w+\[[\d,]+\])", text)
        if " MAC |" in text:
            yield Kernel(m[2], len(re.findall(r"\bstep \d+ \|", text)), kind_of(text), shape[1] if shape else "", tile)


# ---- what the assembly says ----

def functions(s):
    """name -> lines"""
    out, name = {}, None
    for line in s.split("\n"):
        m = re.match(r"([A-Za-z_][\w.]*):", line)
        if m:
            name = m[1].split(".")[0]
            out[name] = []
        elif name and re.match(r"\s+\.size\s", line):
            name = None
        elif name:
            out[name].append(line)
    return out


def carries_sums(body):
    """Do most FMLAs add to what the iteration before left? A reduction's loop; others begin sums and end them. A copy of
    such a sum is one."""
    sums = {re.search(r"\sv(\d+)\.", x)[1] for x in body if FMLA.match(x)}
    begun, carried, fmla = set(), 0, 0
    for x in body:
        to = re.match(r"\s+(?!st)\w+\s+\{?[vqds](\d+)", x)
        if not to:
            continue
        if FMLA.match(x):
            fmla += 1
            carried += to[1] not in begun
            continue
        copy = re.match(r"\s+mov\s+v\d+\.16b, v(\d+)\.16b", x)
        if copy and copy[1] in sums and copy[1] not in begun:
            begun.discard(to[1])
        else:
            begun.add(to[1])
    return carried * 2 > fmla


def inner_loop(lines):
    """Of the loops without another one inside: one that is a reduction's, if there is any (Winograd's transforms are
    none); of these the one that most loops are around, then that with most FMLAs."""
    label, loops = {}, set()
    for i, line in enumerate(lines):
        m = re.match(r"(\.L\w+):", line)
        if m:
            label[m[1]] = i
    for i, line in enumerate(lines):
        m = BRANCH.match(line)
        if m and label.get(m[1], i) < i:
            loops.add((label[m[1]], i))
    best = None
    for lo, hi in loops:
        if any(lo <= a and b <= hi and (a, b) != (lo, hi) for a, b in loops):
            continue
        body = [x for x in lines[lo + 1:hi + 1] if x.strip() and not re.match(r"\s*\.|\s*//", x)]
        fmla = sum(bool(FMLA.match(x)) for x in body)
        rank = carries_sums(body), len({a for a, b in loops if a < lo and hi < b}), fmla
        if fmla and (best is None or rank > best[0]):
            best = (rank, body)
    return best and best[1]


def compile_model(args, model, folder):
    """The package's C and its assembly, of all files that hold kernels."""
    run([args.tenon, "compile", model, "--target", args.target, "-o", folder])
    make = open(os.path.join(folder, "Makefile"), encoding="utf-8").read()
    cc, flags = re.search(r"^CC = (.*)$", make, re.M)[1], re.search(r"^CFLAGS \?= (.*)$", make, re.M)[1]
    for f in sorted(glob.glob(os.path.join(folder, "*.c"))):
        c = open(f, encoding="utf-8").read()
        if "/* step " not in c:
            continue
        s = f[:-2] + ".s"
        run([*cc.split(), *flags.split(), "-fno-inline-functions-called-once", "-fno-inline-small-functions", "-fno-ipa-cp", "-I" + folder, "-S", "-o", s, f])
        yield c, functions(open(s, encoding="utf-8").read())


def figures(args, peak, body):
    """Per core: cycles, percent of FMLAs, percent of arithmetic."""
    fmla, fp = (sum(bool(r.match(x)) for x in body) for r in (FMLA, FP))
    for core in args.cores:
        t = cycles(args, core, body)
        yield core, t, 100 * fmla / peak[core] / t, 100 * fp / peak[core] / t


def table(args, peak, model, folder):
    missed = []
    head = "".join(f" | {c.split('-')[-1]:>6} fma    fp" for c in args.cores)
    print(f"\n{model}\n{'kernel':28} {'steps':>5}  {'kind':14} {'tile':6} {'insns':>5} {'fmla':>4} {'stack':>5}{head} | shape")
    for c, code in compile_model(args, model, folder):
        for k in kernels(c):
            inner = inner_loop(code.get(k.name, []))
            if not inner:
                continue
            line, low = "", []
            for core, t, fma, fp in figures(args, peak, inner):
                line += f" | {t:6.1f} {fma:3.0f} {fp:5.0f}"
                conv = k.kind[0].isdigit() or k.kind.startswith("depthwise")
                if conv and core in args.least and (fp if k.kind.startswith("depthwise") else fma) < args.least[core]:
                    low.append(core)
            fmla, stack = sum(bool(FMLA.match(x)) for x in inner), sum("[sp" in x for x in inner)
            short = k.name.split("_node_")[-1][:28]
            print(f"{short:28} {k.steps:5}  {k.kind:14} {k.tile:6} {len(inner):5} {fmla:4} {stack:5}{line} | {k.shape}{'  LOW' if low else ''}")
            missed += [f"{k.name}: {core}" for core in low]
    return missed


def main():
    args = arguments()
    peak = peaks(args)
    missed = []
    with tempfile.TemporaryDirectory() as tmp:
        for i, model in enumerate(args.models):
            folder = os.path.join(args.keep or tmp, f"{i}_{os.path.splitext(os.path.basename(model))[0]}")
            os.makedirs(os.path.dirname(folder), exist_ok=True)
            missed += table(args, peak, model, folder)
    if args.least:
        print(f"\n{len(missed)} below {args.at_least}" + (": " + ", ".join(missed) if missed else ""))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
