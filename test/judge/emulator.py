"""Batches of small graphs as one program for a processor that is emulated (or this one): inputs are constants of the
program, what comes out is printed, so it needs no files and runs on microcontrollers' images too. See batch.py."""
import functools
import os
import re
import shlex
import shutil
import subprocess

import numpy as np

import batch

SECONDS = 120
STRICT = "-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror".split()
QUIET = "".join(f'#pragma GCC diagnostic ignored "-W{w}"\n' for w in ("conversion", "sign-conversion", "pedantic", "overlength-strings"))
MAIN = r"""
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
enum { GUARD = 64, RUBBISH = 0xA5 };
static unsigned char memory[%(memory)d] __attribute__((aligned(64)));
static size_t used;
/* Bytes between two guards, aligned to 64. */
static void *place(size_t bytes, const unsigned char *data) {
    unsigned char *b = memory + used + GUARD;
    used += (bytes + 2 * GUARD + 63) / 64 * 64;
    if (data) memcpy(b, data, bytes);
    return b;
}
static int outside(const void *begin, size_t bytes) {
    const unsigned char *b = begin;
    for (size_t i = 0; i < GUARD; i++)
        if (b[(ptrdiff_t)i - GUARD] != RUBBISH || b[bytes + i] != RUBBISH) return 1;
    return 0;
}
static void tell(const void *begin, size_t bytes) {
    const unsigned char *b = begin;
    for (size_t i = 0; i < bytes; i++) putchar("0123456789abcdef"[b[i] >> 4]), putchar("0123456789abcdef"[b[i] & 15]);
    putchar('\n');
}
"""


@functools.lru_cache
def machine(target):
    """What programs for the target are compiled for, the target or an emulated board of it, and the command that runs one;
    None where nothing does."""
    said = subprocess.run([batch.TENON, "targets"], capture_output=True, text=True, check=True).stdout
    runs = {}
    for line in said.splitlines():
        if not line.startswith(" "):
            name = line.split()[0]
        elif line.strip().startswith("runs here"):
            runs[name] = line.split(" by ", 1)[1] if " by " in line else ""
    boards = [n for n, run in runs.items() if run and run == runs.get(target) and n.startswith("qemu-")]
    emulator = "" if target == "native" else runs.get(target)
    if emulator is None or emulator and not shutil.which(emulator.split()[0]):
        return None
    return (boards or [target])[0], emulator


def text(data):
    return ",".join(map(str, np.frombuffer(data, np.uint8))) or "0"


def function(job):
    """The C that runs a job and tells its outputs, and the bytes that it takes of the memory."""
    told, n, room, lines = job.told(), job.name, 0, []
    inside = "_io io" not in open(f"{job.folder}/c/{n}.h").read()
    take = lambda size: (size + 2 * batch.GUARD + 63) // 64 * 64
    arena, ports = told["arena"]["bytes"], []
    for i, p in enumerate(told["inputs"]):
        data = np.ascontiguousarray(job.feeds[p["name"]]).tobytes()
        lines.append(f"    static const unsigned char in{i}[] = {{{text(data)}}};")
        if inside:
            ports.append(f"    memcpy((unsigned char *)arena + {p['arena_offset']}, in{i}, {len(data)});")
            continue
        room += take(len(data))
        ports.append(f"    io[{i}] = place({len(data)}, in{i});")
    for i, p in enumerate(told["outputs"]):
        if not inside:
            room += take(p["bytes"])
            ports.append(f"    io[{len(told['inputs']) + i}] = place({p['bytes']}, NULL);")
    room += take(arena)
    calls = [] if inside else ["(const void *)io"]
    threads = "--threads" in job.options
    calls += ["arena"] + (["the_pool"] if threads else [])
    checks = [f"outside(arena, {arena})"]
    if not inside:
        checks += [f"outside(io[{i}], {p['bytes']})" for i, p in enumerate(told["inputs"] + told["outputs"])]
    code = [f"static void do_{n}(void) {{"] + lines + ["    memset(memory, RUBBISH, sizeof memory), used = 0;",
            f"    void *arena = place({arena}, NULL), *io[{len(told['inputs']) + len(told['outputs']) + 1}] = {{0}};", "    (void)io;"] + ports
    code += [f"    const int status = {n}_run{'_pool' if threads else ''}({', '.join(calls)});",
             f'    printf("{job.label} %d %d\\n", status, {" || ".join(checks)});']
    for i, p in enumerate(told["outputs"]):
        at = f"(unsigned char *)arena + {p['arena_offset']}" if inside else f"io[{len(told['inputs']) + i}]"
        code.append(f"    tell({at}, {p['bytes']});")
    return "\n".join(code + ["    fflush(stdout);", "}", ""]), room


def write(jobs, at):
    """The program's source."""
    parts = [function(j) for j in jobs]
    threads = any("--threads" in j.options for j in jobs)
    with open(at + ".c", "w") as f, open(at + "_weights.c", "w") as g:
        f.writelines(j.source() for j in jobs)
        f.write(QUIET + MAIN % {"memory": max(room for _, room in parts)})
        if threads:
            f.write("static tenon_pool *the_pool;\n")
        f.writelines(code for code, _ in parts)
        f.write("int main(void) {\n" + ("    the_pool = tenon_pool_create(2);\n" if threads else ""))
        f.writelines(f"    do_{j.name}();\n" for j in jobs)
        f.write("    return 0;\n}\n")
        g.writelines(f'#include "{j.folder}/c/{j.name}_weights.c"\n' for j in jobs)
    return next((j for j in jobs if "--threads" in j.options), None)


def build(jobs, at):
    """The program, or what the compiler says."""
    threaded = write(jobs, at)
    cc, flags = jobs[0].flags()
    make = open(f"{jobs[0].folder}/c/Makefile").read()
    link = re.search(r"^LDFLAGS \?= (.*)$", make, re.M)
    link = link.group(1).replace(f"-T {jobs[0].name}.ld", f"-T {jobs[0].folder}/c/{jobs[0].name}.ld") if link else ""
    start = f"{jobs[0].folder}/c/{jobs[0].name}_start.c"
    files = [at + ".c", at + "_weights.c"] + [start] * os.path.exists(start)
    if threaded:  # as the package's Makefile does
        subprocess.run([*shlex.split(cc), *shlex.split(flags), "-std=gnu11", "-c", "-o", at + "_pool.o", f"{threaded.folder}/c/tenon_pool.c"], check=True)
        files += [at + "_pool.o", "-pthread"]
    include = [f"-I{j.folder}/c" for j in jobs]
    done = subprocess.run([*shlex.split(cc), *shlex.split(flags), *include, *STRICT, "-o", at + ".program", *files, *shlex.split(link), "-lm"],
                          capture_output=True, text=True)
    script = f"{jobs[0].folder}/c/{jobs[0].name}_example.mjs"
    if os.path.exists(script):
        shutil.copy(script, at + ".program.mjs")
    return next((w for w in done.stderr.splitlines() if "error" in w), f"status {done.returncode}") if done.returncode else None


def run(jobs, at):
    """label -> why. Where the program dies, the job that has not been told is the culprit."""
    emulator = machine(jobs[0].target)[1]
    command = emulator.replace("{arguments}", "") if "{program}" in emulator else emulator + " {program}"
    command = [w.replace("{program}", at + ".program") for w in command.split()]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
        lines, status = done.stdout.splitlines(), done.returncode
    except subprocess.TimeoutExpired as late:
        lines, status = (late.stdout or b"").decode().splitlines(), "late"
    why = {}
    for k, j in enumerate(jobs):
        outputs = j.told()["outputs"]
        if len(lines) < 1 + len(outputs) or not lines[0].startswith(j.label + " "):
            why[j.label] = f"{j.target}: the C ends with status {status} {' '.join(lines)[-200:]}"
            rest = jobs[k + 1:]
            if rest and not build(rest, at):
                why.update(run(rest, at))
            break
        _, code, outside = lines[0].split()
        if code != "0" or outside != "0":
            why[j.label] = f"{j.target}: {j.name}_run returns {code}" if code != "0" else f"{j.target}: written outside of a buffer"
        elif words := j.judged({p["name"]: np.frombuffer(bytes.fromhex(t), np.uint8) for p, t in zip(outputs, lines[1:])}):
            why[j.label] = words
        lines = lines[1 + len(outputs):]
    return why


def build_and_run(jobs, work):
    """label -> why, of jobs of one target and level."""
    at = f"{work}/{jobs[0].label}"
    said = build(jobs, at)
    if said and len(jobs) > 1:  # one of them is the culprit
        why = {label: words for j in jobs for label, words in build_and_run([j], work).items()}
    else:
        why = {jobs[0].label: f"{jobs[0].target}: the C compiler: {said}"} if said else run(jobs, at)
    for end in (".c", "_weights.c", "_pool.o", ".program", ".program.mjs"):
        if os.path.exists(at + end):
            os.remove(at + end)
    return why
