"""Names that are hostile to messages, files or C."""
from make import *

LONG = "a" * 5000
RELU = one("Relu", {"x": [2]})
C_CODE = "*/ int x = 1 / 0; /*"
TRICKS = [C_CODE, "back\\\nslash", "??/\n??)", "%s%n%d", 'quote"\'`$(id)', "новый узел", "\x01\x02\x7f", "int", "main",
          "memcpy", "", "/* open", "// line", "#define y 0", "a" * 300, "..", "../../up", "x\ty", "\r\n", "3D"]


def unknown(name):
    return model([node("Foo", "x", "y", name)])


def tricks():
    """A chain whose nodes, values and constants have such names."""
    values = ["x"] + [f"{t}{i}" for i, t in enumerate(TRICKS)]
    nodes = [node("Add", [values[i], t + "w"], [values[i + 1]], name=t) for i, t in enumerate(TRICKS)]
    consts = {t + "w": np.full(4, i, np.float32) for i, t in enumerate(TRICKS)}
    m = model(graph(nodes, {"x": [4]}, [values[-1]], consts))
    m.graph.name = C_CODE
    m.producer_name = "*/\n#error\n/*"
    return m


ALIKE = ["a.b", "a_b", "a/b", "a-b", "a b", "A_B"]  # the same identifier, the same file name


def alike(names=ALIKE):
    nodes = [node("Relu", ["x." + n], [n], name=n) for n in names]
    return model(graph(nodes, {"x." + n: [2] for n in names}, names))


def fine(name, m, command=COMPILE + " --build", leaves=("out",)):
    return Case(name, m, [], command, 0, stdout=None, leaves=leaves)


CASES = [
    Case("control characters", unknown("a\nb\tc\x01\x1b[31m"),
         "node 'a\\x0ab\\x09c\\x01\\x1b[31m' (Foo): operator is not supported (domain ai.onnx, version 17); "
         "express it with other operators or as a function of the model"),
    Case("carriage return and quote", unknown("a\r'b"),
         "node 'a\\x0d'b' (Foo): operator is not supported (domain ai.onnx, version 17); express it with other "
         "operators or as a function of the model"),
    Case("end of a comment", unknown(C_CODE),
         "node '*/ int x = 1 / 0; /*' (Foo): operator is not supported (domain ai.onnx, version 17); express it "
         "with other operators or as a function of the model"),
    Case("format characters", unknown("%s%n"),
         "node '%s%n' (Foo): operator is not supported (domain ai.onnx, version 17); express it with other "
         "operators or as a function of the model"),
    Case("very long name", unknown(LONG),
         "node "
         "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...' "
         "(Foo): operator is not supported (domain ai.onnx, version 17); express it with other operators or as a "
         "function of the model"),
    Case("no UTF-8", unknown("\u0085\u2028"),
         "node '\\xc2\\x85\\xe2\\x80\\xa8' (Foo): operator is not supported (domain ai.onnx, version 17); express "
         "it with other operators or as a function of the model"),
    Case("operator with control characters", model([node("Fo\no\x07", "x", "y", "n")]),
         "node 'n' (Fo\\x0ao\\x07): operator is not supported (domain ai.onnx, version 17); express it with other "
         "operators or as a function of the model"),
    Case("operand with control characters", model([node("Relu", ["a\nb"], "y", "n")]),
         "node 'n' (Relu): operand 'a\\x0ab' is neither an input, an initialiser nor an output of another node; "
         "the model is incomplete, export it again"),
    fine("hostile names compile", tricks()),
    Case("hostile names run", tricks(), [], "run m.onnx --input x=zeros --target c99", 0,
         stdout='"3D19" f32[4]\n  min 190, max 190, mean 190\n  values 190 190 190 190\n'),
    fine("names that are alike compile", alike()),
    fine("a model called as a keyword", {"int.onnx": RELU}, "compile int.onnx -o out --target c99 --build"),
    fine("a model called with a digit", {"3-D.onnx": RELU}, "compile 3-D.onnx -o out --target c99 --build"),
    fine("values called as parameters", model([node("Relu", "io", "arena", "m_run")], {"io": [2]}, ["arena"])),
    Case("outputs of one file name", alike(),
         "two outputs would be written to a_b.npy, 'a/b' is one; rename one of them",
         ["run", "m.onnx", "-o", "out", "--engine", "interpreter"] + [f"--input=x.{n}=zeros" for n in ALIKE], 1),
]
