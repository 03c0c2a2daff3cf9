"""tenon size: sums that add up, the linked image as the binutils see it, a bound of the stack that a run keeps to."""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

TENON = os.path.abspath(os.environ.get("TENON", "build/tenon"))
DIGITS = os.path.abspath("examples/digits/digits.onnx")
SHARED = os.path.abspath(os.environ.get("SHARED", "../shared"))
passed = failed = skipped = 0


def check(what, good, *more):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAIL {what}", *more, sep="\n    ")


def report(folder, *words):
    path = os.path.join(folder, "size.json")
    if os.path.exists(path):
        os.remove(path)
    r = subprocess.run([TENON, "size", *words, "--json", path], capture_output=True, text=True, timeout=600)
    return r, json.load(open(path)) if os.path.exists(path) else None


def sums(what, s):
    check(f"{what}: flash", s["flash"] == sum(s[k] or 0 for k in ("code", "constants", "weights", "libraries", "data")), s)
    check(f"{what}: RAM", s["ram"] == sum(s[k] or 0 for k in ("arena", "inputs", "outputs", "static", "stack")), s)
    own = [f for f in s["functions"] if not f["library"] and not f["merged"]]
    text = sum(f["text"] for f in own)
    check(f"{what}: functions are the code", text <= s["code"] <= text + 16 * len(own) + 16, text, s["code"])
    check(f"{what}: a step within the arena", all(0 <= t["arena"] <= s["arena"] for t in s["steps"]), s["steps"])
    check(f"{what}: a step that needs all of the stack", max(t["stack"] or 0 for t in s["steps"]) <= s["stack"], s)


def image(what, folder, model, board, s):
    """The package by its own Makefile, linked as the user would: functions and data have the same sizes."""
    out = os.path.join(folder, "package")
    subprocess.run([TENON, "compile", model, "-o", out, "--target", board, "--optimize", "size", "--name", "net"],
                   check=True, capture_output=True)
    quiet = subprocess.run(["make", "-s", "-C", out, "net.o", "net_weights.o", "CPPFLAGS=-Wall -Wextra -Wconversion -Werror"],
                           capture_output=True, text=True)
    check(f"{what}: quiet", quiet.returncode == 0, quiet.stderr)
    flags = next(line.split("=", 1)[1] for line in open(os.path.join(out, "Makefile")) if line.startswith("LDFLAGS"))
    subprocess.run(["arm-none-eabi-gcc", "-mthumb", *machine(out), "net.o", "net_weights.o", *flags.split(), "-Wl,-e,net_run", "-lm",
                    "-o", "image"], cwd=out, check=True, capture_output=True)
    sections = subprocess.run(["arm-none-eabi-size", "-A", "image"], cwd=out, check=True, capture_output=True, text=True)
    size = {w[0]: int(w[1]) for w in map(str.split, sections.stdout.splitlines()) if w and w[0].startswith(".")}
    flash = sum(size.get(k, 0) for k in (".vectors", ".text", ".init_array", ".ARM.extab", ".ARM.exidx", ".data"))
    check(f"{what}: flash of the image", flash == s["flash"], flash, s["flash"])
    check(f"{what}: static data of the image", size.get(".data", 0) + size.get(".bss", 0) == s["static"], size, s["static"])
    shutil.rmtree(out)


def machine(out):
    """The words of the Makefile's flags that choose a processor: they choose its libraries too."""
    line = next(line for line in open(os.path.join(out, "Makefile")) if line.startswith("CFLAGS"))
    return [w for w in line.split() if w.startswith("-m")]


def main():
    global skipped
    with tempfile.TemporaryDirectory() as folder:
        r, s = report(folder, DIGITS, "--target", "c99")
        check("c99", r.returncode == 0 and s, r.stderr)
        if s:
            sums("c99", s)
            check("c99: not linked", not s["linked"] and s["libraries"] == 0)
        if not shutil.which("arm-none-eabi-gcc") or not shutil.which("qemu-system-arm"):
            skipped += 1
            return
        models = [DIGITS, *sorted(glob.glob(os.path.join(SHARED, "models/mlperf_tiny/*_int8.onnx")))]
        skipped += len(models) == 1
        for model in models:
            arena = {}
            for target in ("cortex-m0", "cortex-m4", "cortex-m55"):
                what = f"{os.path.basename(model)} {target}"
                r, s = report(folder, model, "--target", target, "--optimize", "size", "--measure")
                check(what, r.returncode == 0 and s, r.stderr)
                if s:
                    sums(what, s)
                    arena[target] = s["arena"]
                    check(f"{what}: nothing static", s["static"] == s["data"] == 0, s["static"], s["data"])
                    check(f"{what}: the stack", 0 < s["stack_measured"] <= s["stack"], s["stack_measured"], s["stack"])
            m4, m55 = arena.get("cortex-m4", 0), arena.get("cortex-m55", 0)
            check(f"{model}: rows are summed over their operands, nearly as channels are", m55 <= m4 + m4 // 16, m55, m4)
            board = "nucleo-l4r5zi"
            r, s = report(folder, model, "--target", board, "--optimize", "size")
            check(f"{model} {board}", r.returncode == 0 and s, r.stderr)
            if s:
                image(f"{os.path.basename(model)} {board}", folder, model, board, s)
        for model in models[:3]:
            r, s = report(folder, model, "--target", "cortex-m4", "--optimize", "size", "--io", "arena", "--measure")
            check(f"{model} --io arena", r.returncode == 0 and s, r.stderr)
            if s:
                sums(f"{model} --io arena", s)
                check("inputs and outputs are in the arena", s["inputs"] == s["outputs"] == 0, s)
            ram = s["ram"] - 64 if s else 1
            r, s = report(folder, model, "--target", "cortex-m4", "--optimize", "size", "--ram", str(ram))
            fits = s and s["ram"] <= ram
            check(f"{model} --ram: it fits, or an error says so", r.returncode == (0 if fits else 1) and (fits or "more than there are" in r.stderr), r.stderr)
        small = os.path.join(folder, "small.board")
        with open(small, "w") as f:
            f.write("target cortex-m4\nflash 0x08000000 8K\nram 0x20000000 1K\nstart arm-m\nldflags --specs=nosys.specs\n")
        r, s = report(folder, DIGITS, "--target", small)
        check("a board that is too small", r.returncode == 1 and s and "flash: " in r.stderr and "more" in r.stderr, r.stderr)
        check("and the report all the same", "TOO MUCH" in r.stdout, r.stdout)


main()
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(failed != 0)
