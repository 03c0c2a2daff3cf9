"""The command line: usage, outputs, run, verify, convert."""
import io
import os
import struct
import zlib

from make import *

ADD = one("Add", {"x": [4]}, {"w": np.arange(4, dtype=np.float32)})
TWO = model([node("Add", "a b")], {"a": [2], "b": [2]})
DYNAMIC = one("Relu", {"x": ["n", 4]})
PICTURE = one("Relu", {"x": [1, 3, 2, 2]})
RUN = "run m.onnx --engine interpreter "
VERIFY = "verify m.onnx --engine interpreter --data r.npz"
THREE = model([node("Relu", "x", "a", "first"), node("Neg", "a", "b", "second"), node("Abs", "b")], {"x": [4]})
# 0.5 is what a sum is multiplied by: every other one lies halfway
HALF = model([node("QuantizeLinear", "x a z", "q"), node("DequantizeLinear", "q a z", "d"), node("MatMul", "d w", "s"),
              node("QuantizeLinear", "s c z", "r"), node("DequantizeLinear", "r c z", "y")], {"x": [64, 8]}, ["y"],
             {"a": np.float32(.02), "c": np.float32(.0012), "z": np.int8(0),
              "w": np.float32(.03) * (np.arange(32).reshape(8, 4) * 7 % 19 - 9).astype(np.float32)})
BOARDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/target/boards")
WORST = ": max error 2, 3 of 4 elements differ, worst at [3]: got 3, want 1"
DATA = ("the reference interpreter gives the same result: the data are of another model, or the operator is imported or "
        "defined wrongly\n1 case: 0 same, 1 different, 0 failed, largest error ")


def npy(value, fortran=False):
    b = io.BytesIO()
    np.save(b, np.asfortranarray(value) if fortran else value)
    return b.getvalue()


def header(text, data=bytes(16)):
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + data


def shaped(shape, data=bytes(16), descr="<f4"):
    return header(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n", data)


def npz(**arrays):
    b = io.BytesIO()
    np.savez(b, **arrays)
    return b.getvalue()


def png(width=2, height=2):
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + bytes(3 * width) for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def run(name, lines, data, m=ADD, file="x.npy", arguments="--input x=x.npy", **more):
    return Case(name, {"m.onnx": m, file: data}, lines, RUN + arguments, **more)


def usage(name, command, line):
    """Wrong usage in words of argp: `tenon COMMAND: ` before, a second line behind."""
    c = "tenon " + command.split()[0]
    return Case(name, ADD, [f"{c}: {line}", f"Try `{c} --help' or `{c} --usage' for more information."], command, 2)


def case_folder(path):
    os.makedirs(path + "/test_data_set_0")
    with open(path + "/model.onnx", "wb") as f:
        f.write(ADD.SerializeToString())
    for name, v in ("input", np.zeros(4, np.float32)), ("output", np.ones(4, np.float32)):
        with open(f"{path}/test_data_set_0/{name}_0.pb", "wb") as f:
            f.write(tensor("xy"[name == "output"], v).SerializeToString())


def folder(path):
    os.mkdir(path)


def link(to):
    return lambda path: os.symlink(to, path)


ONES = np.ones(4, np.float32)
# of src/pass/passes.def, in their order
PASSES = ("expand_composite, unpack_weights, integers_as_floats, dead_code, fold_constants, eliminate_identity, canonicalise, cse, fold_batch_norm, "
          "fold_scale, merge_constants, substitute, fold_pad, merge_reshape, merge_transpose, hoist_slice, split_projection, "
          "merge_concat, fuse_attention, assign_layout, choose_winograd, multiply_bytes, quantise_operands, sum_bytes, widen_apart, halve_weights, order")

CASES = [
    Case("unknown command", ADD, ["tenon: 'compyle' is not a command", "Try `tenon --help'."], "compyle m.onnx", 2),
    Case("no model", ADD, ["tenon compile: which model?", "Try `tenon compile --help'."], "compile -o out", 2),
    Case("no output", ADD,
         ["tenon compile: where to? Give --output",
          "Try `tenon compile --help'."], "compile m.onnx", 2),
    usage("two models", "compile m.onnx n.onnx -o out", "'n.onnx' is one argument too many"),
    usage("unknown option", COMPILE + " --frobnicate", "unrecognized option '--frobnicate'"),
    usage("option of another command", "info m.onnx --rtol 1", "unrecognized option '--rtol'"),
    usage("option without its value", "compile m.onnx -o", "option requires an argument -- 'o'"),
    usage("unknown target", "compile m.onnx -o out --target pdp11",
          "--target: 'pdp11' is not a target; there are native, c99, baremetal, gnu, x86-64, x86-64-v1, x86-64-v2, x86-64-v3, x86-64-v4, "
          "x86-64-v4+vnni, arm64, arm64+dot, arm64+i8mm, arm64+fp16, armv7, arm64v7, riscv64, riscv64+v, riscv64+v256, wasm, cortex-m0, cortex-m3, cortex-m4, cortex-m7, cortex-m33, cortex-m55, the boards "
          + ", ".join(sorted(f[:-6] for f in os.listdir(BOARDS) if f.endswith(".board"))) + " and files FILE.board"),
    usage("unknown weights", COMPILE + " --weights json", "--weights: 'json' is neither bin nor text"),
    usage("threads abc", COMPILE + " --threads abc", "--threads: 'abc' is not a number of threads from 0 to 256"),
    usage("threads -1", COMPILE + " --threads -1", "--threads: '-1' is not a number of threads from 0 to 256"),
    usage("threads 300", COMPILE + " --threads 300", "--threads: '300' is not a number of threads from 0 to 256"),
    usage("ram many", COMPILE + " --ram many", "--ram: 'many' is not a number of bytes; write it like 49152 or 48K"),
    usage("io", COMPILE + " --io stack", "--io: 'stack' is neither caller nor arena"),
    Case("too little memory", ADD, ["tenon: m.onnx: needs 232 bytes of RAM, 32 more than there are; most in step 1, \"n\" (Add): x 16"],
         "compile m.onnx -o out --target cortex-m4 --ram 200"),
    Case("variants have no common arena", ADD, ["tenon: --io arena: x86-64 has variants, whose arenas differ; choose one, --target x86-64-v4+vnni"],
         "compile m.onnx -o out --target x86-64 --io arena"),
    usage("trips 0", COMPILE + " --trips 0", "--trips: '0' is not a number of iterations from 1 to 1073741824"),
    usage("grain 0", COMPILE + " --grain 0", "--grain: '0' is not a number of operations from 1 on"),
    usage("input-shape without numbers", "info m.onnx --input-shape x=abc",
          "--input-shape: 'x=abc' is no shape; write it like x=1x3x224x224"),
    usage("input-shape with two x", "info m.onnx --input-shape x=1xx4",
          "--input-shape: 'x=1xx4' is no shape; write it like x=1x3x224x224"),
    usage("input-shape negative", "info m.onnx --input-shape x=-4",
          "--input-shape: 'x=-4' is no shape; write it like x=1x3x224x224"),
    usage("input-shape 2^64", "info m.onnx --input-shape x=18446744073709551616",
          "--input-shape: 'x=18446744073709551616' is no shape; write it like x=1x3x224x224"),
    usage("input-shape of rank 9", "info m.onnx --input-shape x=1x1x1x1x1x1x1x1x1",
          "--input-shape: 'x=1x1x1x1x1x1x1x1x1' has more than 8 dimensions"),
    usage("rtol abc", "verify m.onnx --rtol abc", "--rtol: 'abc' is not a number"),
    usage("rtol negative", "verify m.onnx --rtol -1", "--rtol: '-1' is too small, the least is 0"),
    usage("seconds 0", "bench m.onnx --seconds 0", "--seconds: '0' is too small, the least is 0.001"),
    usage("sort by name", "profile m.onnx --sort name", "--sort: 'name' is neither step nor time"),
    usage("option of size for profile", "profile m.onnx --measure", "unrecognized option '--measure'"),
    usage("option of bench for profile", "profile m.onnx --vs mnn", "unrecognized option '--vs'"),
    usage("unknown engine to compare with", "bench m.onnx --vs mnn,tflite",
          "--vs: 'mnn,tflite' is not a list of onnxruntime, openvino, mnn, ncnn with commas between"),
    usage("no engine to compare with", "bench m.onnx --vs=",
          "--vs: '' is not a list of onnxruntime, openvino, mnn, ncnn with commas between"),
    usage("an engine twice", "bench m.onnx --vs mnn,ncnn,mnn", "--vs: 'mnn,ncnn,mnn' names an engine twice"),
    usage("rounds 0", "bench m.onnx --vs mnn --rounds 0", "--rounds: '0' is not a number of rounds from 1 to 1000"),
    Case("rounds of nothing", ADD,
         ["tenon bench: --json, --python and --rounds go with --vs", "Try `tenon bench --help'."],
         "bench m.onnx --rounds 3", 2),
    Case("processor of a target that runs here", ADD,
         "tenon: --core: c99 runs here, where time is measured; leave it out, or choose a target that an emulator runs",
         "bench m.onnx --target c99 --core cortex-a55"),
    Case("milliseconds of a comparison", ADD,
         ["tenon bench: --ms does not go with --vs; take --json", "Try `tenon bench --help'."],
         "bench m.onnx --vs mnn --ms", 2),
    Case("comparison without Python", ADD,
         "tenon: --python: './snake' is not found; install it, or name another with --python or TENON_PYTHON",
         "bench m.onnx --vs mnn --python ./snake"),
    Case("comparison without Python in the environment", ADD,
         "tenon: TENON_PYTHON: 'no-snake' is not found; install it, or name another with --python or TENON_PYTHON",
         "bench m.onnx --vs mnn", env={"TENON_PYTHON": "no-snake"}),
    Case("comparison of another format", {"m.txt": "graph"},
         "tenon: m.txt: --vs: other engines read ONNX files only; write one with `tenon convert'",
         "bench m.txt --vs mnn"),
    Case("comparison with a bound input", ADD, "--vs: other engines do not know --bind; leave it out",
         "bench m.onnx --vs mnn --bind x=v.npy"),
    usage("engine", "run m.onnx --engine steam", "--engine: 'steam' is neither c nor interpreter"),
    usage("mean of two", "run m.onnx --mean 1,2", "--mean: '1,2' is not one number, or three with commas between"),
    usage("std 0", "run m.onnx --std 0", "--std: '0' must not be 0"),
    Case("input-shape of an unknown input", ADD,
         "--input-shape: 'z=4' does not start with NAME= of an input; the input is 'x'",
         "info m.onnx --input-shape z=4"),
    Case("input-shape of another rank", ADD,
         "input 'x': --input-shape has 2 dimensions, the model's input has 1", "info m.onnx --input-shape x=4x4"),
    Case("input-shape against a number", ADD,
         "input 'x': dimension 0 is 4, --input-shape has 5", "info m.onnx --input-shape x=5"),
    Case("input-shape that needs a name", TWO,
         "--input-shape: '4' does not start with NAME= of an input; the inputs are 'a', 'b'",
         "info m.onnx --input-shape 4"),
    Case("input-shape 2^62", DYNAMIC,
         "node 'n' (Relu): a tensor [4611686018427387904,4] is too large: its dimensions make more than 2^46 "
         "elements", COMPILE + " --input-shape x=4611686018427387904x4"),
    Case("two input-shapes of one symbol", model([node("Add", "a b")], {"a": ["n"], "b": ["n"]}),
         "input 'b': dimension 0 is 2 (n), 3 was given; only symbolic dimensions can be given",
         COMPILE + " --input-shape a=2 --input-shape b=3"),
    Case("symbol without a number", DYNAMIC,
         "tenon: warning: m.onnx: input 'x': n counts as 1; --input-shape x=1x4 says what it is",
         COMPILE, **FINE),
    Case("bind of an unknown input", {"m.onnx": ADD, "v.npy": npy(ONES)},
         "--bind names 'q', which is not an input; inputs: x", COMPILE + " --bind q=v.npy"),
    Case("bind without a file", ADD,
         "tenon: v.npy: cannot open: No such file or directory", COMPILE + " --bind x=v.npy"),
    Case("bind of another type", {"m.onnx": ADD, "v.npy": npy(np.ones(4, np.int64))},
         "input 'x': v.npy holds i64, the model takes f32; convert the array with astype()",
         COMPILE + " --bind x=v.npy"),
    Case("config missing", ADD, "tenon: c.json: cannot open: No such file or directory", COMPILE + " --config c.json"),
    Case("config malformed", {"m.onnx": ADD, "c.json": "{"},
         'tenon: c.json: is not a JSON object; the file holds one { "option": value, ... }',
         COMPILE + " --config c.json"),
    Case("config with an unknown key", {"m.onnx": ADD, "c.json": '{"colour": 1}'},
         "tenon: c.json: colour: is not an option of `tenon compile`; keys are named as the options are",
         COMPILE + " --config c.json"),
    Case("config with a wrong value", {"m.onnx": ADD, "c.json": '{"weights": "json"}'},
         "tenon: c.json: weights: json is neither bin nor text", COMPILE + " --config c.json"),
    usage("what to optimise for", "compile m.onnx -o out --optimize small",
          "--optimize: 'small' is neither speed, balanced nor size"),
    Case("unknown pass to skip", ADD,
         "skip: there is no pass 'frobnicate'; the passes are " + PASSES,
         COMPILE + " --skip-pass frobnicate"),
    Case("unknown pass to stop after", ADD,
         "stop after: there is no pass 'frobnicate'; the passes are " + PASSES,
         COMPILE + " --stop-after frobnicate"),
    Case("unknown pass to dump", ADD,
         "dump: there is no pass 'frobnicate'; the passes are " + PASSES,
         COMPILE + " --dump frobnicate"),
    Case("schedule missing", ADD,
         "tenon: s.txt: cannot open: No such file or directory", COMPILE + " --schedule s.txt"),
    Case("schedule of no meaning", {"m.onnx": ADD, "s.txt": "n: frobnicate(i, 4)\n"},
         "node 'n': schedule: 'frobnicate' is no schedule step", COMPILE + " --schedule s.txt"),
    Case("schedule of another kernel", {"m.onnx": ADD, "s.txt": "conv: tile(i0, 4)\n"},
         "tenon: warning: s.txt: there is no kernel 'conv'; the kernels are n",
         COMPILE + " --schedule s.txt", **FINE),
    # where to
    Case("output below a file", {"m.onnx": ADD, "f": "x"},
         "tenon: f: is a file, a folder is needed", "compile m.onnx -o f/out --target c99"),
    Case("output is a file", {"m.onnx": ADD, "out": "x"}, "tenon: out: is a file, a folder is needed", info=False),
    Case("output is a dangling link", {"m.onnx": ADD, "out": link("nowhere/at/all")},
         "tenon: out: is a file, a folder is needed", info=False),
    Case("output file is a folder", {"m.onnx": ADD, "out/m.c/x": "x"},
         "tenon: out/m.c: cannot write: is a folder", info=False),
    Case("output name of 300 characters", ADD,
         "tenon: "
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: cannot make "
         "folder: File name too long", "compile m.onnx -o " + "a" * 300 + " --target c99"),
    Case("name that is no C name", ADD,
         "tenon: warning: --name: '3-d' becomes n3_d, a name in C",
         COMPILE + " --name 3-d", **FINE),
    Case("name of 60 characters", ADD,
         "tenon: warning: --name: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' becomes "
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, a name in C",
         COMPILE + " --name " + "a" * 60, **FINE),
    Case("full disk", ADD,
         "tenon: out/m.h: cannot write: No space left on device", env={"TENON_FAIL_WRITE": "2"}, info=False),
    Case("convert to a full device", {"m.onnx": ADD, "full.json": link("/dev/full")},
         "tenon: full.json: cannot write: No space left on device", "convert m.onnx -o full.json"),
    Case("convert to another form", ADD,
         "tenon: m.tflite: the form is not known; end the name in .json, .txt or .onnx", "convert m.onnx -o m.tflite"),
    Case("convert to no form", ADD,
         "tenon: m: the form is not known; end the name in .json, .txt or .onnx", "convert m.onnx -o m"),
    Case("convert to a folder", {"m.onnx": ADD, "d.json": folder},
         "tenon: d.json: cannot write: is a folder", "convert m.onnx -o d.json"),
    Case("convert below nothing", ADD,
         "tenon: d/m.json: cannot write: No such file or directory", "convert m.onnx -o d/m.json"),
    Case("compiler missing", ADD,
         "tenon: CC: the C compiler 'no-such-cc' is not found; install it (package gcc), set CC to another, or "
         "take --engine interpreter", COMPILE + " --build", env={"CC": "no-such-cc"}),
    Case("compiler fails", ADD,
         "tenon: /usr/bin/false: the C compiler failed with exit status 1; set CC to another compiler",
         "run m.onnx --input x=zeros --target c99", env={"CC": "false"}),
    Case("no temporary folder", ADD,
         "tenon: /dev/null/tmp/tenon-XXXXXX: the temporary folder cannot be made: Not a directory; set TMPDIR to a "
         "folder that can be written", "run m.onnx --input x=zeros --target c99",
         env={"TMPDIR": "/dev/null/tmp", "XDG_CACHE_HOME": "/dev/null/c"}),
    # run
    run("input missing", "input 'x': f32[4] is not given; give --input x=FILE.npy, or x=random:1", b"", arguments=""),
    run("input unknown",
        "--input: 'z=x.npy' does not start with NAME= of an input; the input is 'x'",
        npy(ONES), arguments="--input z=x.npy"),
    run("input without its file",
        "tenon: y.npy: cannot open: No such file or directory", npy(ONES), arguments="--input x=y.npy"),
    run("input given twice",
        "input 'x': --input is given twice for it", npy(ONES), arguments="--input x=x.npy --input x=zeros"),
    run("one of two inputs",
        "input 'b': f32[2] is not given; give --input b=FILE.npy, or b=random:1",
        npy(ONES[:2]), TWO, arguments="--input a=x.npy"),
    run("input of another shape",
        "input 'x': x.npy holds f32[5], the model takes f32[4]", npy(np.ones(5, np.float32))),
    run("input of another rank",
        "input 'x': x.npy holds f32[2,2], the model takes f32[4]", npy(np.ones((2, 2), np.float32))),
    run("input of another type",
        "input 'x': x.npy holds f64, the model takes f32; convert the array with astype()",
        npy(np.ones(4, np.float64))),
    run("input of objects",
        "tenon: x.npy: element type '|O' is not supported; convert the array with astype()",
        header("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }\n")),
    run("input of 2^45 elements",
        "tenon: out of memory; close other programs, raise the limit (ulimit -v) or give a smaller --input-shape",
        b"", one("Relu", {"x": [1 << 45]}), arguments="--input x=zeros"),
    run("random without a seed",
        "input 'x': 'random:x' has no seed; write it like random:1", b"", arguments="--input x=random:x"),
    run("not a .npy", "tenon: x.npy: is not a .npy file; give a file made by numpy.save", b"hello"),
    run("empty .npy", "tenon: x.npy: is not a .npy file; give a file made by numpy.save", b""),
    run(".npy cut in the header", "tenon: x.npy: the file is cut short within its header", npy(ONES)[:40]),
    run(".npy cut in the data",
        "tenon: x.npy: 15 bytes of data do not fit f32[4]; write it again with numpy.save", npy(ONES)[:-1]),
    run(".npy of version 9",
        "tenon: x.npy: version 9 of the .npy format is not supported", npy(ONES).replace(b"NUMPY\x01", b"NUMPY\x09")),
    run(".npy with a huge shape",
        "tenon: x.npy: 16 bytes of data do not fit f32[4611686018427387904,4]; write it again with numpy.save",
        shaped("(4611686018427387904, 4)")),
    run(".npy with an overflowing shape",
        "tenon: x.npy: the header is not what NumPy writes; write it again with numpy.save",
        shaped("(99999999999999999999,)")),
    run(".npy with a negative shape",
        "tenon: x.npy: the header is not what NumPy writes; write it again with numpy.save", shaped("(-4,)")),
    run(".npy of rank 9",
        "tenon: x.npy: arrays of more than 8 dimensions are not supported; write it again with numpy.save",
        shaped("(1,1,1,1,1,1,1,1,4)")),
    run(".npy with an endless header",
        "tenon: x.npy: the header is not what NumPy writes; write it again with numpy.save", header("{" * 60000)),
    run(".npy with code in its header",
        "tenon: x.npy: the header is not what NumPy writes; write it again with numpy.save",
        header("__import__('os').system('id')")),
    run(".npy of records",
        "tenon: x.npy: structured arrays are not supported; write it again with numpy.save",
        header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }\n")),
    run(".npz without the name",
        "tenon: x.npz: the archive has no array 'x'; it has 'p', 'q'",
        npz(p=ONES, q=ONES), file="x.npz", arguments="--input x=x.npz"),
    run(".npz cut",
        "tenon: x.npz: is not a .npz file, or its end is missing; write it again with numpy.savez",
        npz(x=ONES)[:-9], file="x.npz", arguments="--input x=x.npz"),
    run(".npz with a wrong checksum",
        "tenon: x.npz: x: the checksum is wrong; write it again with numpy.savez",
        npz(x=ONES).replace(ONES.tobytes(), bytes(16)), file="x.npz", arguments="--input x=x.npz"),
    run("picture for a vector",
        "tenon: x.png: input 'x': a picture cannot fill it: that takes numbers in [1,C,H,W] or [1,H,W,C] with 1 or "
        "3 channels; give a .npy file", png(), file="x.png", arguments="--input x=x.png"),
    run("picture cut",
        "tenon: x.png: input 'x': the picture cannot be read: Corrupt PNG",
        png()[:-20], PICTURE, "x.png", "--input x=x.png"),
    run("picture of 2^31 pixels",
        "tenon: x.png: input 'x': the picture cannot be read: Very large image (corrupt?)",
        png(2, 2).replace(struct.pack(">II", 2, 2), struct.pack(">II", 1 << 24, 1 << 24)), PICTURE,
        "x.png", "--input x=x.png"),
    run("text as input",
        "tenon: x.txt: it is not a tensor or picture that can be read; give a .npy, .npz, .pb, .png, .jpg or .bmp "
        "file", b"1 2 3 4\n", file="x.txt", arguments="--input x=x.txt"),
    run("damaged .pb",
        "tenon: x.pb: not a readable ONNX file: byte 0: a field reaches beyond its message; the file is damaged or "
        "of another format", b"\x0a\xff\xff\xff", file="x.pb", arguments="--input x=x.pb"),
    run("output folder is a file",
        "is a file, a folder is needed", npy(ONES), arguments="--input x=x.npy --output m.onnx"),
    # verify
    Case("no such data", ADD,
         "tenon: r.npz: cannot open: No such file or directory", VERIFY),
    Case("data of other names", {"m.onnx": ADD, "r.npz": npz(x=ONES, z=ONES)},
         "tenon: r.npz: there is nothing to compare with; name the arrays as the model's outputs are",
         VERIFY),
    Case("data without an input", {"m.onnx": ADD, "r.npz": npz(y=ONES)},
         "input 'x': f32[4] is not given; give --input x=FILE.npy, or x=random:1", VERIFY,
         stdout="1 case: 0 same, 0 different, 1 failed, largest error 0\n"),
    Case("data of another shape", {"m.onnx": ADD, "r.npz": npz(x=ONES, y=ONES[:3])}, [], VERIFY,
         stdout='data: output "y" f32[3]: got f32[4], want f32[3]: DIFFERENT\n'
                'first bad node: "n" (Add), value "y": got f32[4], want f32[3]\n' + DATA + "0\n"),
    Case("data that differ", {"m.onnx": ADD, "r.npz": npz(x=0 * ONES, y=ONES)}, [], VERIFY,
         stdout='data: output "y" f32[4]' + WORST + ": DIFFERENT\n"
                'first bad node: "n" (Add), value "y"' + WORST + "\n" + DATA + "2\n"),
    Case("data that differ from compiled C", {"m.onnx": ADD, "r.npz": npz(x=0 * ONES, y=ONES)}, [],
         "verify m.onnx --target c99 --data r.npz",
         stdout='data: output "y" f32[4]' + WORST + ": DIFFERENT\n"
                'first bad node: "n" (Add), value "y"' + WORST + "\n" + DATA + "2\n"),
    Case("data that differ inside", {"m.onnx": THREE, "r.npz": npz(x=ONES, a=ONES, b=ONES, y=2 * ONES)}, [], VERIFY,
         stdout='data: output "y" f32[4]: max error 1, 4 of 4 elements differ, worst at [0]: got 1, want 2: DIFFERENT\n'
                'first bad node: "second" (Neg), value "b": max error 2, 4 of 4 elements differ, worst at [0]: '
                "got -1, want 1\n" + DATA + "1\n"),
    Case("compiled C that rounds otherwise", HALF, [], "verify m.onnx --target c99",
         stdout='random inputs: output "y" f32[64,4]: max error 0.0012, 17 of 256 elements differ, worst at [13,0]: '
                'got -0.00240000011, want -0.00120000006: DIFFERENT\nfirst bad node: "n" (Mul), value "y": max error 0.0012, '
                "6 of 256 elements differ, worst at [27,1]: got 0.00960000046, want 0.0108000003\n"
                "its compiled kernel is wrong: the interpreter differs on the same graph\n"
                "  unless it is a step of rounding: what lies halfway may become either, and nodes behind it carry that on\n"
                "1 case: 0 same, 1 different, 0 failed, largest error 0.0012\n"),
    Case("case folder that differs", {"c": case_folder}, [], "verify c --engine interpreter",
         stdout='test_data_set_0: output "y" f32[4]' + WORST + ": DIFFERENT\n"
                'first bad node: "n" (Add), value "y"' + WORST + "\n" + DATA + "2\n"),
    Case("case folder without data", {"c/model.onnx": ADD},
         "tenon: c: there are no data sets; a case folder has test_data_set_0/input_0.pb and so on",
         "verify c --engine interpreter"),
    Case("case folder without a model", {"c": folder},
         "tenon: c/model.onnx: cannot open: No such file or directory", "verify c --engine interpreter"),
    Case("interpreter against itself", ADD,
         "--engine: the interpreter would be compared with itself; give --data REF.npz",
         "verify m.onnx --engine interpreter"),
]
