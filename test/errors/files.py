"""Files that are damaged, of another format, or not where they should be; external data."""
import io
import json
import os
import zipfile

from make import *

GOOD = with_tensor(tensor("w", np.arange(4, dtype=np.float32)))
BYTES = GOOD.SerializeToString()
TEXT = 'graph "g"\nin %x : f32[4]\nconst %w : f32[4] = [0, 1, 2, 3]\n%y = Add(%x, %w) "n"\nout %y\n'
JSON = {"format": "tenon graph", "version": 1, "name": "g", "inputs": [{"name": "x", "type": "f32", "shape": [4]}],
        "constants": [{"name": "w", "type": "f32", "shape": [4], "data": [0, 1, 2, 3]}],
        "nodes": [{"op": "Add", "name": "n", "in": ["x", "w"], "out": [{"name": "y"}]}], "outputs": ["y"]}


def cut(at):
    return BYTES[:at if at >= 0 else len(BYTES) + at]


def folder(path):
    os.mkdir(path)


def link(to):
    return lambda path: os.symlink(to, path)


def hard_link(path):
    with open(path + ".other", "wb") as f:
        f.write(bytes(16))
    os.link(path + ".other", path)


def outside(path):
    """A folder beside the model's own, with a file."""
    os.mkdir(path)
    with open(os.path.join(path, "secret"), "wb") as f:
        f.write(bytes(16))


def zipped(**members):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w") as z:
        for k, v in members.items():
            z.writestr(k, v)
    return b.getvalue()


def ext(files=None, **entries):
    """A model whose tensor 'w' of 16 bytes lies elsewhere; w.bin holds it if nothing else is said."""
    return {"m.onnx": with_tensor(external(**entries)), **({"w.bin": bytes(16)} if files is None else files)}


def text(form, changed="", by=""):
    return {"m.txt": form if not changed else TEXT.replace(changed, by)}


def json_form(**changes):
    return {"m.json": json.dumps({**JSON, **changes})}


JSON_COMMAND, TEXT_COMMAND = COMPILE.replace(".onnx", ".json"), COMPILE.replace(".onnx", ".txt")

CASES = [
    Case("missing file", {}, "cannot open: No such file or directory"),
    Case("empty file", {"m.onnx": b""}, "the file is empty; copy or export it again"),
    Case("folder", {"m.onnx": folder}, "cannot read: is a folder, not a file"),
    Case("fifo", {"m.onnx": os.mkfifo}, "cannot read: is not a regular file"),
    Case("dangling link", {"m.onnx": link("nowhere")}, "cannot open: No such file or directory"),
    Case("path below a file", {"m.onnx": BYTES}, "tenon: m.onnx/x: cannot open: Not a directory", "info m.onnx/x"),
    Case("cut after 1 byte", {"m.onnx": cut(1)},
         "not a readable ONNX file: byte 0: a number is cut off; the file is damaged or of another format"),
    Case("cut in the producer's name", {"m.onnx": cut(4)},
         "not a readable ONNX file: byte 2: a field reaches beyond its message; the file is damaged or of another "
         "format"),
    Case("cut at a third", {"m.onnx": cut(len(BYTES) // 3)},
         "not a readable ONNX file: byte 2: a field reaches beyond its message; the file is damaged or of another "
         "format"),
    Case("cut in the weights", {"m.onnx": cut(BYTES.index(b"\x00\x00\x80\x3f"))},
         "not a readable ONNX file: byte 2: a field reaches beyond its message; the file is damaged or of another "
         "format"),
    Case("cut in the last byte", {"m.onnx": cut(-1)},
         "not a readable ONNX file: byte 81: a field reaches beyond its message; the file is damaged or of another "
         "format"),
    Case("bytes behind the end", {"m.onnx": BYTES + b"\xff\xff"},
         "not a readable ONNX file: byte 87: a field is cut off; the file is damaged or of another format"),
    Case("random bytes", {"m.onnx": bytes((i * 167 + 89) % 251 for i in range(1000))},
         "not a readable ONNX file: byte 9: a field has an unknown encoding; the file is damaged or of another "
         "format"),
    Case("text in a .onnx", {"m.onnx": b"<html>not found</html>\n"},
         "not a readable ONNX file: byte 0: a field has an unknown encoding; the file is damaged or of another "
         "format"),
    Case("Git LFS pointer", {"m.onnx": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"},
         "not a readable ONNX file: byte 0: a field has an unknown encoding; the file is damaged or of another "
         "format"),
    Case("PyTorch archive", {"m.pt": zipped(data="x")},
         "tenon: m.pt: the format of the file is not known; formats that are read: onnx, text, json",
         "compile m.pt -o out --target c99"),
    Case("unknown encoding of a field", {"m.onnx": b"\x08\x08\x3b\x01\x3c"},
         "not a readable ONNX file: byte 2: a field has an unknown encoding; the file is damaged or of another "
         "format"),
    Case("field number 0", {"m.onnx": b"\x08\x08\x02\x01\x3c"},
         "not a readable ONNX file: byte 2: a field has an invalid number; the file is damaged or of another format"),
    Case("length of 2^63", {"m.onnx": b"\x08\x08\x3a" + b"\xff" * 8 + b"\x7f"},
         "not a readable ONNX file: byte 2: a field reaches beyond its message; the file is damaged or of another "
         "format"),
    Case("two graphs", {"m.onnx": BYTES + BYTES},
         "not a readable ONNX file: byte 89: a field that may occur once occurs twice; the file is damaged or of "
         "another format"),
    Case("name that is no UTF-8 and ends early", {"m.onnx": BYTES.replace(b"\x01n", b"\x01\xff")}, [], **FINE),
    # external data
    Case("external: above the folder", ext(location="../secret"),
         "tensor 'w': cannot read file '../secret': \"..\" in the path; a file of its own in '.' or below is needed"),
    Case("external: above it in the middle", ext(location="a/../../secret"),
         "tensor 'w': cannot read file 'a/../../secret': \"..\" in the path; a file of its own in '.' or below is "
         "needed"),
    Case("external: absolute", ext(location="/etc/passwd"),
         "tensor 'w': cannot read file '/etc/passwd': the path is absolute; a file of its own in '.' or below is "
         "needed"),
    Case("external: missing", ext({}, location="w.bin"),
         "tensor 'w': cannot read file 'w.bin': No such file or directory; a file of its own in '.' or below is "
         "needed"),
    Case("external: folder", ext({"w.bin": folder}, location="w.bin"),
         "tensor 'w': cannot read file 'w.bin': is a folder, not a file; a file of its own in '.' or below is "
         "needed"),
    Case("external: symbolic link", ext({"t": bytes(16), "w.bin": link("t")}, location="w.bin"),
         "tensor 'w': cannot read file 'w.bin': a symbolic link in the path; a file of its own in '.' or below is "
         "needed"),
    Case("external: below a symbolic link", ext({"d": outside, "l": link("d")}, location="l/secret"),
         "tensor 'w': cannot read file 'l/secret': a symbolic link in the path; a file of its own in '.' or below "
         "is needed"),
    Case("external: hard link", ext({"w.bin": hard_link}, location="w.bin"),
         "tensor 'w': cannot read file 'w.bin': has more than one hard link; a file of its own in '.' or below is "
         "needed"),
    Case("external: fifo", ext({"w.bin": os.mkfifo}, location="w.bin"),
         "tensor 'w': cannot read file 'w.bin': is not a regular file; a file of its own in '.' or below is needed"),
    Case("external: empty location", ext(location=""), "tensor 'w': external_data has no location"),
    Case("external: no location", ext(offset="0"), "tensor 'w': external_data has no location"),
    Case("external: offset beyond", ext(location="w.bin", offset="17"),
         "tensor 'w': 16 bytes from byte 17 on lie outside external file 'w.bin' of 16 bytes; the file is shorter "
         "than the model says"),
    Case("external: length beyond", ext(location="w.bin", offset="8"),
         "tensor 'w': 16 bytes from byte 8 on lie outside external file 'w.bin' of 16 bytes; the file is shorter "
         "than the model says"),
    Case("external: offset + length overflow", ext(location="w.bin", offset=str((1 << 63) - 1)),
         "tensor 'w': 16 bytes from byte 9223372036854775807 on lie outside external file 'w.bin' of 16 bytes; the "
         "file is shorter than the model says"),
    Case("external: offset abc", ext(location="w.bin", offset="abc"),
         "tensor 'w': external_data offset \"abc\" is not a decimal number"),
    Case("external: offset -4", ext(location="w.bin", offset="-4"),
         "tensor 'w': external_data offset \"-4\" is not a decimal number"),
    Case("external: offset 2^64", ext(location="w.bin", offset=str(1 << 64)),
         "tensor 'w': external_data offset \"18446744073709551616\" is not a decimal number"),
    Case("external: wrong length", ext(location="w.bin", length="12"),
         "tensor 'w': external_data length is 12, its shape and type need 16"),
    Case("external: unknown key", ext(location="w.bin", ofset="4"),
         "tensor 'w': external_data key 'ofset' is not known; known are location, offset, length and checksum"),
    Case("external: in a Constant", model([node("Constant", "", "w", "k", value=external(location="../secret")),
                                           node("Add", "x w")], {"x": [4]}),
                                                      "node 'k' (Constant): tensor 'w': cannot read file "
                                                      "'../secret': \"..\" in the path; a file of its own in '.' "
                                                      "or below is needed"),
    Case("external: good", ext(location="w.bin", offset="0", length="16", checksum="0"), [], **FINE),
    # the text form
    Case("text: empty", text(""),
         'tenon: m.txt: line 1: the text of a graph starts with graph "name", not with the end of the text',
         TEXT_COMMAND),
    Case("text: not defined", text(TEXT, "%x, %w", "%x, %v"),
         "tenon: m.txt: line 4: '%v' is not defined; values are defined above their use", TEXT_COMMAND),
    Case("text: defined twice", text(TEXT, "%w", "%x"), "tenon: m.txt: line 3: '%x' is defined twice", TEXT_COMMAND),
    Case("text: unknown operator", text(TEXT, "Add", "Adder"),
         "tenon: m.txt: line 4: unknown operator 'Adder'", TEXT_COMMAND),
    Case("text: unknown attribute", text(TEXT, " \"n\"", " {axis=1}"),
         "tenon: m.txt: line 4: Add has no attribute 'axis'", TEXT_COMMAND),
    Case("text: too few elements", text(TEXT, ", 3]", "]"),
         "tenon: m.txt: line 3: 3 elements instead of 4", TEXT_COMMAND),
    Case("text: no element type", text(TEXT, "f32[4]\nconst", "f31[4]\nconst"),
         "tenon: m.txt: line 2: 'f31' is no element type", TEXT_COMMAND),
    Case("text: negative dimension", text(TEXT, "f32[4]\nconst", "f32[-4]\nconst"),
         "tenon: m.txt: line 2: '-4' is no dimension; a number >= 0 or an expression over names is needed",
         TEXT_COMMAND),
    Case("text: overflowing dimension", text(TEXT, "f32[4]\nconst", "f32[99999999999999999999]\nconst"),
         "tenon: m.txt: line 2: '99999999999999999999' is no dimension; a number >= 0 or an expression over names "
         "is needed", TEXT_COMMAND),
    Case("text: string not closed", text(TEXT, "\"n\"", "\"n"),
         "tenon: m.txt: line 4: the string does not end on its line", TEXT_COMMAND),
    Case("text: shapes differ", text(TEXT, "in %x : f32[4]", "in %x : f32[5]"),
         "tenon: m.txt: node 'n' (Add): [5] and [4] do not broadcast: 5 against 4 at dimension 0", TEXT_COMMAND),
    Case("text: cut", {"m.txt": TEXT[:60]},
         "tenon: m.txt: line 4: '=' is expected behind the outputs, not the end of the text", TEXT_COMMAND),
    Case("text: NUL byte", text(TEXT, "out", "\0out"),
         "tenon: m.txt: line 5: a statement (in, const, out, %x = ...) is expected, not '\\x00'", TEXT_COMMAND),
    Case("text: huge constant", text(TEXT, "w : f32[4]", "w : f32[4000000000000]"),
         "tenon: m.txt: line 3: fewer elements than the 4000000000000 of its type", TEXT_COMMAND),
    # the JSON form
    Case("JSON: not closed", {"m.json": json.dumps(JSON)[:-1]},
         "tenon: m.json: line 1: this is no JSON", JSON_COMMAND),
    Case("JSON: another", {"m.json": '{"a": 1}'}, "tenon: m.json: a: unknown member", JSON_COMMAND),
    Case("JSON: a list", {"m.json": "[1]"}, "tenon: m.json: an object is expected", JSON_COMMAND),
    Case("JSON: version 9", json_form(version=9), "tenon: m.json: version: version 9 is not known", JSON_COMMAND),
    Case("JSON: unknown operator", json_form(nodes=[{"op": "Adder", "in": ["x"], "out": [{"name": "y"}]}]),
         "tenon: m.json: nodes[0].op: unknown operator 'Adder'", JSON_COMMAND),
    Case("JSON: not defined", json_form(nodes=[{"op": "Relu", "in": ["z"], "out": [{"name": "y"}]}]),
         "tenon: m.json: nodes[0].in[0]: 'z' is not defined before this", JSON_COMMAND),
    Case("JSON: a number as name", json_form(nodes=[{"op": "Relu", "in": [3], "out": [{"name": "y"}]}]),
         "tenon: m.json: nodes[0].in[0]: a string is expected", JSON_COMMAND),
    Case("JSON: too few elements", json_form(constants=[{"name": "w", "type": "f32", "shape": [4], "data": [0]}]),
         "tenon: m.json: constants[0].data: 1 elements instead of 4", JSON_COMMAND),
    Case("JSON: negative dimension", json_form(inputs=[{"name": "x", "type": "f32", "shape": [-4]}]),
         "tenon: m.json: inputs[0].shape[0]: a dimension below 0", JSON_COMMAND),
    Case("JSON: 1e30 as dimension", json_form(inputs=[{"name": "x", "type": "f32", "shape": [1e30]}]),
         "tenon: m.json: inputs[0].shape[0]: an integer beyond 2^53 is written as a string", JSON_COMMAND),
    Case("JSON: nested 2000 deep", {"m.json": '{"format": "tenon graph", "nodes": ' + "[" * 2000},
         "tenon: m.json: line 1: this is no JSON", JSON_COMMAND),
    Case("JSON: output of no node", json_form(outputs=["z"]),
         "tenon: m.json: outputs[0]: 'z' is not defined before this", JSON_COMMAND),
]
