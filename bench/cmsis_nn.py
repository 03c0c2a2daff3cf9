#!/usr/bin/env python3
"""Instructions of an inference by Arm's CMSIS-NN and by tenon, of the same quantised model, compiler and emulator.

    bench/cmsis_nn.py CMSIS_NN MODEL.onnx... [--target cortex-m4] [--optimize speed] [--cflags=-O3]

CMSIS_NN is a checkout of https://github.com/ARM-software/CMSIS-NN, of which this project holds nothing. MODEL is an int8 QDQ
model of Conv, MatMul, Add, Relu, AveragePool and Softmax whose input and output lie as NHWC, as those of MLCommons Tiny. A C
program is written that calls, layer by layer, arm_convolve_wrapper_s8, arm_depthwise_conv_wrapper_s8, arm_fully_connected_s8,
arm_avgpool_s8, arm_elementwise_add_s8 and arm_softmax_s8 with the model's own weights and scales; it is built with -O3 for the
target's processor and runs on the board that `tenon bench` uses, whose clock goes on by 1 ns an instruction. Its result is
compared with onnxruntime's on a seeded input; both round scales in their own ways, so that small differences are right.
CMSIS-NN's calls need no walk through a graph and no checks here, as an interpreter like TFLM adds them.

Needs onnx, numpy, onnxruntime, arm-none-eabi-gcc and qemu-system-arm. $TENON: build/tenon without it."""
import argparse
import glob
import math
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper, shape_inference

TENON = os.path.abspath(os.environ.get("TENON", "build/tenon"))
FLOATS = re.compile(r"_(f16|f32)\.c$")  # sources that are not needed


class Unsupported(Exception):
    pass


def multiplier(real):
    """real = multiplier * 2^(shift - 31), as TFLite's QuantizeMultiplier has it."""
    fraction, shift = math.frexp(real)
    q = round(fraction * (1 << 31))
    return (q // 2, shift + 1) if q == 1 << 31 else (q, shift)


class Model:
    """A QDQ graph: which quantised tensor each float stands for, and who makes it."""

    def __init__(self, path):
        m = shape_inference.infer_shapes(onnx.load(path))
        g = self.graph = m.graph
        self.data = {i.name: numpy_helper.to_array(i) for i in g.initializer}
        self.shape = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in [*g.value_info, *g.input, *g.output]}
        self.maker = {o: n for n in g.node for o in n.output}
        self.readers = {}
        for n in g.node:
            for i in n.input:
                self.readers.setdefault(i, []).append(n)

    def through(self, name):
        """Past what only renames or moves NHWC to NCHW."""
        n = self.maker.get(name)
        while n is not None and n.op_type in ("Reshape", "Transpose"):
            self.check_move(n)
            name, n = n.input[0], self.maker.get(n.input[0])
        return name

    def check_move(self, n):
        if n.op_type == "Reshape" and max(self.shape[n.input[0]], default=1) not in (math.prod(self.shape[n.input[0]]),):
            a, b = ([d for d in self.shape[x] if d != 1] for x in (n.input[0], n.output[0]))
            if a != b:
                raise Unsupported(f"Reshape of {self.shape[n.input[0]]}")
        if n.op_type == "Transpose" and list(helper.get_attribute_value(n.attribute[0])) not in ([0, 3, 1, 2], [0, 2, 3, 1]):
            raise Unsupported("Transpose")

    def dequantised(self, name):
        """The quantised tensor behind a float, its scales and zero point."""
        name = self.through(name)
        n = self.maker.get(name)
        if n is None or n.op_type != "DequantizeLinear":
            raise Unsupported(f"{name} is not dequantised from bytes")
        return self.through(n.input[0]), self.data[n.input[1]].reshape(-1).astype(float), int(self.data[n.input[2]].reshape(-1)[0])

    def quantised(self, name):
        """Where a result goes: the quantised tensor, scale, zero point and the bounds of a Relu before it."""
        n, low = self.readers[name][0], -128
        while n.op_type in ("Relu", "Reshape"):
            low = 0 if n.op_type == "Relu" else low
            n = self.readers[n.output[0]][0]
        if n.op_type != "QuantizeLinear":
            raise Unsupported(f"{n.op_type} behind {name}")
        zero = int(self.data[n.input[2]].reshape(-1)[0])
        return n.output[0], float(self.data[n.input[1]].reshape(-1)[0]), zero, max(zero, -128) if low == 0 else -128


class Writer:
    def __init__(self, model):
        self.m, self.name, self.tables, self.calls, self.setup, self.macs = model, {}, [], [], [], 0
        self.bytes = {}

    def tensor(self, name, count):
        if name not in self.name:
            self.name[name] = f"t{len(self.name)}"
            self.bytes[name] = count
        return self.name[name]

    def table(self, kind, values):
        name = f"{kind}_{len(self.tables)}"
        c = {"weight": "int8_t"}.get(kind, "int32_t")
        text = ",".join(str(int(v)) for v in np.asarray(values).reshape(-1))
        const = "" if kind in ("multiplier", "shift") else "const "  # as CMSIS-NN declares them
        self.tables.append(f"static {const}{c} {name}[] __attribute__((aligned(16))) = {{{text}}};")
        return name

    def call(self, kind, text):
        self.calls.append((kind, text))

    def dims(self, n, h, w, c):
        return f"&(const cmsis_nn_dims){{{n}, {h}, {w}, {c}}}"

    def conv(self, n):
        m, at = self.m, {a.name: helper.get_attribute_value(a) for a in n.attribute}
        x, sx, zx = m.dequantised(n.input[0])
        w, sw, zw = m.dequantised(n.input[1])
        bias = m.data[m.dequantised(n.input[2])[0]]
        y, sy, zy, low = m.quantised(n.output[0])
        _, ci, ih, iw = m.shape[n.input[0]]
        _, co, oh, ow = m.shape[n.output[0]]
        weight, group = m.data[w], at.get("group", 1)
        kh, kw = weight.shape[2:]
        depthwise = group > 1
        if zw or (depthwise and (group != ci or ci != co)) or at.get("dilations", [1, 1]) != [1, 1]:
            raise Unsupported("this convolution")
        scales = [multiplier(float(sx[0] * s / sy)) for s in np.broadcast_to(sw, co)]
        order = (1, 2, 3, 0) if depthwise else (0, 2, 3, 1)
        tables = {k: self.table(k, v) for k, v in (("weight", weight.transpose(order)), ("bias", bias),
                  ("multiplier", [s[0] for s in scales]), ("shift", [s[1] for s in scales]))}
        pads, strides = at.get("pads", [0] * 4), at.get("strides", [1, 1])
        common = f"{{{strides[1]}, {strides[0]}}}, {{{pads[1]}, {pads[0]}}}, {{1, 1}}, {{{low}, 127}}"
        params = f"{{{-zx}, {zy}, {'1, ' if depthwise else ''}{common}}}"
        kind, prefix = ("depthwise", "dw_conv") if depthwise else ("convolution", "conv")
        function = f"arm_{'depthwise_conv' if depthwise else 'convolve'}_wrapper_s8"
        i, o = self.dims(1, ih, iw, ci), self.dims(1, oh, ow, co)
        f = self.dims(1 if depthwise else co, kh, kw, co if depthwise else ci)
        k = len(self.setup)
        self.setup.append(f"static const cmsis_nn_{prefix}_params params{k} = {params};")
        self.call(kind, f"need({function}_get_buffer_size(&params{k}, {i}, {f}, {o})) && {function}(&context, &params{k}, "
                  f"&(const cmsis_nn_per_channel_quant_params){{{tables['multiplier']}, {tables['shift']}}}, {i}, "
                  f"{self.tensor(x, ih * iw * ci)}, {f}, {tables['weight']}, {self.dims(1, 1, 1, co)}, {tables['bias']}, {o}, "
                  f"{self.tensor(y, oh * ow * co)})")
        self.macs += oh * ow * co * kh * kw * (1 if depthwise else ci)

    def matmul(self, n):
        m = self.m
        x, sx, zx = m.dequantised(n.input[0])
        w, sw, zw = m.dequantised(n.input[1])
        add = m.readers[n.output[0]][0]
        if add.op_type != "Add":
            raise Unsupported("a MatMul without bias")
        bias = m.data[m.dequantised(add.input[1 - list(add.input).index(n.output[0])])[0]]
        y, sy, zy, low = m.quantised(add.output[0])
        k, nout = m.data[w].shape
        if zw or len(sw) > 1:
            raise Unsupported("this MatMul")
        q = multiplier(float(sx[0] * sw[0] / sy))
        weight, b, i = self.table("weight", m.data[w].T), self.table("bias", bias), len(self.setup)
        self.setup.append(f"static int32_t sums{i}[{nout}];")
        self.calls.append(("once", f"arm_vector_sum_s8(sums{i}, {k}, {nout}, {weight}, {-zx}, 0, {b})"))
        self.call("fully connected", f"arm_fully_connected_s8(&(const cmsis_nn_context){{sums{i}, sizeof sums{i}}}, "
                  f"&(const cmsis_nn_fc_params){{{-zx}, 0, {zy}, {{{low}, 127}}}}, &(const cmsis_nn_per_tensor_quant_params){{{q[0]}, {q[1]}}}, "
                  f"{self.dims(1, 1, 1, k)}, {self.tensor(x, k)}, {self.dims(k, 1, 1, nout)}, {weight}, {self.dims(1, 1, 1, nout)}, {b}, "
                  f"{self.dims(1, 1, 1, nout)}, {self.tensor(y, nout)})")
        self.macs += k * nout

    def add(self, n):
        m = self.m
        if any(m.maker.get(i) is not None and m.maker[i].op_type == "MatMul" for i in n.input):
            return  # a bias
        (a, sa, za), (b, sb, zb) = (m.dequantised(i) for i in n.input)
        y, sy, zy, low = m.quantised(n.output[0])
        twice, count = 2 * max(sa[0], sb[0]), math.prod(m.shape[n.output[0]])
        qa, qb, qy = multiplier(sa[0] / twice), multiplier(sb[0] / twice), multiplier(twice / ((1 << 20) * sy))
        self.call("add", f"arm_elementwise_add_s8({self.tensor(a, count)}, {self.tensor(b, count)}, {-za}, {qa[0]}, {qa[1]}, "
                  f"{-zb}, {qb[0]}, {qb[1]}, 20, {self.tensor(y, count)}, {zy}, {qy[0]}, {qy[1]}, {low}, 127, {count})")

    def pool(self, n):
        m, at = self.m, {a.name: helper.get_attribute_value(a) for a in n.attribute}
        x, sx, zx = m.dequantised(n.input[0])
        y, sy, zy, low = m.quantised(n.output[0])
        _, c, ih, iw = m.shape[n.input[0]]
        _, _, oh, ow = m.shape[n.output[0]]
        (kh, kw), strides, pads = at["kernel_shape"], at.get("strides", [1, 1]), at.get("pads", [0] * 4)
        if not math.isclose(sx[0], sy) or zx != zy:
            raise Unsupported("an AveragePool that changes the scale")
        self.call("pool", f"need(arm_avgpool_s8_get_buffer_size({ow}, {c})) && arm_avgpool_s8(&context, &(const cmsis_nn_pool_params)"
                  f"{{{{{strides[1]}, {strides[0]}}}, {{{pads[1]}, {pads[0]}}}, {{{low}, 127}}}}, {self.dims(1, ih, iw, c)}, "
                  f"{self.tensor(x, ih * iw * c)}, {self.dims(1, kh, kw, c)}, {self.dims(1, oh, ow, c)}, {self.tensor(y, oh * ow * c)})")

    def softmax(self, n):
        x, sx, _ = self.m.dequantised(n.input[0])
        y, _, _, _ = self.m.quantised(n.output[0])
        rows, size = math.prod(self.m.shape[n.input[0]][:-1]), self.m.shape[n.input[0]][-1]
        q, shift = multiplier(min(sx[0] * (1 << 26), (1 << 31) - 1))
        least = -math.floor(31 * (1 << 26) / (1 << shift))
        self.call("softmax", f"(arm_softmax_s8({self.tensor(x, rows * size)}, {rows}, {size}, {q}, {shift}, {least}, {self.tensor(y, rows * size)}), 0)")

    def program(self, given):
        ops = {"Conv": self.conv, "MatMul": self.matmul, "Add": self.add, "AveragePool": self.pool, "Softmax": self.softmax}
        for n in self.m.graph.node:
            if n.op_type in ops:
                ops[n.op_type](n)
            elif n.op_type not in ("QuantizeLinear", "DequantizeLinear", "Relu", "Reshape", "Transpose"):
                raise Unsupported(n.op_type)
        kinds = sorted({k for k, _ in self.calls} - {"once"})
        x, y = self.name[self.m.through(self.m.graph.input[0].name)], self.name[self.m.through(self.m.graph.output[0].name)]
        first = next(c for n, c in self.bytes.items() if self.name[n] == y)
        lines = ['#include "arm_nnfunctions.h"', '#include "arm_nnsupportfunctions.h"', "#include <stdio.h>", "double board_seconds(void);",
                 "static int8_t buffer[1 << 17] __attribute__((aligned(16)));", "static const cmsis_nn_context context = {buffer, sizeof buffer};",
                 "static int need(int32_t bytes) { if (bytes > (int32_t)sizeof buffer) printf(\"buffer %ld\\n\", (long)bytes); return bytes <= (int32_t)sizeof buffer; }",
                 *(f"static int8_t {self.name[n]}[{c}] __attribute__((aligned(16)));" for n, c in self.bytes.items()), *self.tables, *self.setup,
                 f"static const int8_t given[] = {{{','.join(map(str, given.reshape(-1)))}}};",
                 "static double spent[" + str(len(kinds)) + "];", "static int bad;",
                 "#define STEP(kind, call) { const double at = board_seconds(); if ((call) != 0) bad++; spent[kind] += board_seconds() - at; }",
                 "static void infer(void) {"]
        for kind, text in self.calls:
            # a context's size is asked for outside what is measured
            size, found, rest = text.partition(" && ")
            if found:
                lines.append(f"    if (!{size}) bad++;")
            if kind != "once":
                lines.append(f"    STEP({kinds.index(kind)}, {rest if found else text})")
        lines += ["}", "int main(void) {", f"    memcpy({x}, given, sizeof given);"]
        lines += [f"    if ({text} != 0) bad++;" for kind, text in self.calls if kind == "once"]
        lines += ["    double empty = board_seconds(); empty = board_seconds() - empty;", "    infer();"]
        calls = {k: sum(kind == k for kind, _ in self.calls) for k in kinds}
        lines += [f'    printf("count {k}: %.0f\\n", 1e9 * (spent[{i}] - {calls[k]} * empty));' for i, k in enumerate(kinds)]
        lines += ['    printf("bad %d\\nresult", bad);', f"    for (int i = 0; i < {first}; i++) printf(\" %d\", {y}[i]);", '    printf("\\n");',
                  "    return 0;", "}"]
        return "\n".join(lines) + "\n"


def command(words, **more):
    r = subprocess.run(words, capture_output=True, text=True, **more)
    if r.returncode:
        sys.exit(f"{' '.join(words[:6])} ...\n{r.stderr[-2000:]}{r.stdout[-500:]}")
    return r.stdout


def package(model, target, folder):
    """The start-up code, linker script and flags that tenon's own images have on the target's emulator."""
    text = command([TENON, "bench", model, "--target", target, "--seconds", "0.001"])
    board = re.search(r"^target +(\S+)", text, re.M)[1]
    command([TENON, "compile", model, "-o", folder, "--target", board, "--name", "net"])
    make = open(os.path.join(folder, "Makefile")).read()
    run = next(line[4:].strip() for line in open(f"src/target/boards/{board}.board") if line.startswith("run "))
    flags = {k: re.search(rf"^{k} \?= (.*)$", make, re.M)[1].split() for k in ("CFLAGS", "LDFLAGS")}
    return flags, run


def library(cmsis, flags, folder):
    """Every integer source, once for all models; the linker takes what is called."""
    names = [f for f in sorted(glob.glob(os.path.join(cmsis, "Source/*/*.c"))) if not FLOATS.search(f)]
    command(["arm-none-eabi-gcc", *flags, "-c", "-w", "-I", os.path.join(cmsis, "Include"), *names], cwd=folder)


def measure(cmsis, path, o, objects, folder):
    flags, run = package(path, o.target, folder)
    machine = [*o.cflags.split(), "-ffunction-sections", "-fdata-sections", *(f for f in flags["CFLAGS"] if f.startswith(("-m", "-D")))]
    if not os.listdir(objects):
        library(cmsis, machine, objects)
    writer, model = Writer(Model(path)), onnxruntime.InferenceSession(path)
    given = np.random.default_rng(1).integers(-128, 128, model.get_inputs()[0].shape, dtype=np.int8)
    with open(os.path.join(folder, "cmsis.c"), "w") as f:
        f.write(writer.program(given))
    command(["arm-none-eabi-gcc", *machine, "-w", "-I", os.path.join(cmsis, "Include"), "cmsis.c", "net_start.c", *glob.glob(objects + "/*.o"),
             *flags["LDFLAGS"], "-lm", "-o", "image"], cwd=folder)
    out = command(run.replace("{program}", "image").replace("{arguments}", "").split(), cwd=folder, timeout=300)
    if "bad 0" not in out:
        sys.exit(f"{path}: CMSIS-NN refuses a layer\n{out}")
    want = model.run(None, {model.get_inputs()[0].name: given})[0].reshape(-1).astype(int)
    got = np.array(re.search(r"^result(.*)$", out, re.M)[1].split(), int)
    kinds = {k: int(c) for k, c in re.findall(r"^count ([^:]*): (\d+)$", out, re.M)}
    own = command([TENON, "bench", path, "--target", o.target, "--seconds", "0.001", "--optimize", o.optimize])
    return writer.macs, kinds, int(re.search(r"^count +(\d+)", own, re.M)[1]), int(abs(want - got).max())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("cmsis")
    p.add_argument("models", nargs="+")
    p.add_argument("--target", default="cortex-m4")
    p.add_argument("--optimize", default="speed", choices=["speed", "size"])
    p.add_argument("--cflags", default="-O3", help="for CMSIS-NN; -O3 without it")
    o = p.parse_args()
    cmsis = os.path.abspath(o.cmsis)
    if not os.path.exists(os.path.join(cmsis, "Include/arm_nnfunctions.h")):
        sys.exit(f"{o.cmsis} is no checkout of CMSIS-NN")
    print(f"{o.target}, instructions of an inference\n")
    print("| network | MACs | CMSIS-NN | a MAC | tenon | a MAC | CMSIS-NN / tenon | largest difference |\n|" + " --- |" * 8)
    details = []
    with tempfile.TemporaryDirectory() as objects:
        for path in o.models:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    macs, kinds, own, far = measure(cmsis, os.path.abspath(path), o, objects, folder)
                except Unsupported as e:
                    sys.exit(f"{path}: {e} has no call here")
            name, all_ = os.path.splitext(os.path.basename(path))[0], sum(kinds.values())
            print(f"| {name} | {macs} | {all_} | {all_ / macs:.2f} | {own} | {own / macs:.2f} | {all_ / own:.2f} | {far} |", flush=True)
            details.append(f"{name}: " + ", ".join(f"{k} {c}" for k, c in kinds.items()))
    print("\n" + "\n".join(details))


main()
