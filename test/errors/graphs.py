"""Models whose graph is wrong: versions, names, operators, tensors, sizes."""
import onnx
from onnx import TensorProto, helper

from make import *


def edited(m, edit):
    edit(m)
    return m


def wrong_wire():
    return b"\x08\x08\x3b\x01\x3c"


def nested(depth):
    """If in If, each level one attribute, graph and node. As bytes: Python's protobuf stops before tenon does."""
    def field(number, data):
        n, out = len(data), bytes([number << 3 | 2])
        while n > 127:
            n, out = n >> 7, out + bytes([n & 127 | 128])
        return out + bytes([n]) + data
    at = node("Relu", "x", "b0", name="r").SerializeToString()
    for i in range(1, depth + 1):
        branch = field(1, at) + field(12, value(f"b{i - 1}", None).SerializeToString())
        at = node("If", "c", f"b{i}", name=f"if{i}").SerializeToString()
        for name in b"then_branch", b"else_branch":
            at += field(5, field(1, name) + field(6, branch) + b"\xa0\x01\x05")
            branch = branch if depth < 20 else field(1, node("Relu", "x", f"b{i - 1}").SerializeToString())
    m = model([], outputs=[f"b{depth}"], consts={"c": np.array(True)})
    g = field(1, at) + m.graph.SerializeToString()
    m.ClearField("graph")
    return m.SerializeToString() + field(7, g)


def function(name, nodes, outs="fy"):
    return helper.make_function("d", name, ["fx"], outs.split(), nodes, [helper.make_opsetid("", 17),
                                                                           helper.make_opsetid("d", 1)])


def laughs(depth):
    """Each function calls the one below ten times."""
    def calls(i):
        at = ["fx"] + [f"t{k}" for k in range(9)] + ["fy"]
        return [helper.make_node(f"f{i - 1}", [at[k]], [at[k + 1]], domain="d") for k in range(10)]
    fs = [function("f0", [helper.make_node("Relu", ["fx"], ["fy"])])]
    fs += [function(f"f{i}", calls(i)) for i in range(1, depth)]
    return model([node(f"f{depth - 1}", "x", domain="d")], functions=fs, domains=["d"])


def chain(n):
    names = ["x"] + [f"v{i}" for i in range(n - 1)] + ["y"]
    return model([node("Relu", [names[i]], [names[i + 1]], name=f"n{i}") for i in range(n)], {"x": [2]})


def sequence_input():
    m = relu()
    m.graph.input.append(helper.make_tensor_sequence_value_info("s", FLOAT, None))
    return m


M = "tenon: m.onnx: "
DAMAGED = "; the file is damaged or of another format"
BAD_DIMS = "tensor 'w': a dimension is negative or the size overflows"
CASES = [
    # versions
    Case("no operator set", model([node("Relu", "x")], opset=None),
         "the model does not say its operator set version; export the model again"),
    Case("IR version 0", model([node("Relu", "x")], ir=0),
         "IR version 0 is not supported, 3 to 14 are; convert the model with onnx.version_converter or export it "
         "again"),
    Case("IR version 99", model([node("Relu", "x")], ir=99),
         "IR version 99 is not supported, 3 to 14 are; convert the model with onnx.version_converter or export it "
         "again"),
    Case("operator set 99", model([node("Relu", "x")], opset=99),
         "tenon: warning: m.onnx: operator set version 99 is newer than 28, the newest that is known; results may "
         "differ where operators have changed since", **FINE),
    Case("operator set -1", model([node("Relu", "x")], opset=-1),
         "operator set version -1 of domain ai.onnx does not exist; export the model again"),
    Case("no graph", edited(relu(), lambda m: m.ClearField("graph")),
         "the model has no graph; the file is damaged or of another format"),
    Case("only the domain of another maker", model([node("Relu", "x")], opset=None, domains=["com.acme"]),
         "node 'n' (Relu): domain ai.onnx has no version; the model lacks an opset_import for it"),
    # names and edges
    Case("missing node input", model([node("Add", "x z")]),
         "node 'n' (Add): operand 'z' is neither an input, an initialiser nor an output of another node; the model "
         "is incomplete, export it again"),
    Case("duplicate value name", model([node("Relu", "x", "y", "a"), node("Tanh", "x", "y", "b")]),
         "node 'b' (Tanh): output 'y' is already the name of another value; every name may be given once"),
    Case("node output named as an input", model([node("Relu", "x", "x", "a"), node("Tanh", "x", "y", "b")]),
         "node 'a' (Relu): output 'x' is already the name of another value; every name may be given once"),
    Case("duplicate initialiser", edited(relu(), lambda m: m.graph.initializer.extend([tensor("w", f32(2))] * 2)),
         "initialiser 'w' is given twice; every name may be given once"),
    Case("initialiser without a name", edited(relu(), lambda m: m.graph.initializer.extend([tensor("", f32(2))])),
         "an initialiser has no name; export the model again"),
    Case("duplicate input", edited(relu(), lambda m: m.graph.input.extend([value("x", [1])])),
         "input 'x': is listed twice; every name may be given once"),
    Case("input without a name", edited(relu(), lambda m: m.graph.input.extend([value("", [1])])),
         "input 1 has no name"),
    Case("cycle", model([node("Add", "x b", "a", "first"), node("Relu", "a", "b", "second"), node("Relu", "b")]),
         "nodes form a cycle: 'first' <- 'second'; a graph must not depend on its own results"),
    Case("node that reads itself", model([node("Add", "x y", "y", "self")]),
         "nodes form a cycle: 'self'; a graph must not depend on its own results"),
    Case("no outputs", edited(relu(), lambda m: m.graph.ClearField("output")),
         "the graph has no outputs; export the model with outputs"),
    Case("output of no node", model([node("Relu", "x")], outputs=["z"]),
         "output 'z' is not produced by any node, input or initialiser; the model is incomplete, export it again"),
    Case("output listed twice", model([node("Relu", "x")], outputs=["y", "y"]),
         "output 'y' is listed twice; every name may be given once"),
    Case("node without an operator", model([node("", "x")]),
         "node 'n': operator is not supported (domain ai.onnx, version 17); express it with other operators or as "
         "a function of the model"),
    Case("node without operands", model([node("Relu", "")]), "node 'n' (Relu): operand 0 is missing"),
    Case("node without outputs", model([node("Relu", "x", ""), node("Relu", "x", name="m")]), [], **FINE),
    # operators
    Case("unknown operator", model([node("Frobnicate", "x")]),
         "node 'n' (Frobnicate): operator is not supported (domain ai.onnx, version 17); express it with other "
         "operators or as a function of the model"),
    Case("unknown domain", model([node("Relu", "x", domain="com.acme")]),
         "node 'n' (Relu): domain com.acme has no version; the model lacks an opset_import for it"),
    Case("operator of a known other domain", model([node("Relu", "x", domain="com.acme")], domains=["com.acme"]),
         "node 'n' (Relu): operator is not supported (domain com.acme, version 1); express it with other operators "
         "or as a function of the model"),
    Case("several unsupported operators at once",
         model([node("Foo", "x", "a", "one"), node("Relu", "a", "b", "two"), node("Bar", "x", "c", "three"),
                node("Baz", "x x b", "d", "four"), node("Add", "c d", "y", "five")]),
                ["node 'one' (Foo): operator is not supported (domain ai.onnx, version 17); express it with other "
                 "operators or as a function of the model",
                 "node 'three' (Bar): operator is not supported (domain ai.onnx, version 17); express it with "
                 "other operators or as a function of the model",
                 "node 'four' (Baz): operator is not supported (domain ai.onnx, version 17); express it with "
                 "other operators or as a function of the model"]),
    Case("operator newer than the operator set", one("Gelu", opset=17),
         "node 'n' (Gelu): operator is not supported in version 17 of domain ai.onnx; 20 is the lowest; convert "
         "the model to a newer operator set"),
    Case("too many operands", one("Relu", {"x": [2], "z": [2]}),
         "node 'n' (Relu): has 2 operands, 1 are the most that are supported"),
    Case("too many outputs", one("Relu", outs="y z"), "node 'n' (Relu): output 1, 'z', is not supported"),
    Case("absent operand", model([node("Add", ["x", ""])]), "node 'n' (Add): operand 1 is missing"),
    Case("sequence input", sequence_input(), "input 's': is a sequence: how many tensors it "
         "stands for must be known at compile time; say it with --length s=N"),
    Case("branches of different shapes",
         model([node("If", "c", then_branch=graph([node("Relu", "x", "p")], {}, ["p"]),
                     else_branch=graph([node("Concat", "x x", "q", axis=0)], {}, ["q"]))],
               {"x": [2], "c": ([], TensorProto.BOOL)}),
         "node 'n' (If): cond: operand 'c' must be known at compile time: the result is either f32[2] or f32[4], only "
         "equal types can be selected while running; give it with --bind c=FILE"),
    Case("a loop whose results have no length",
         model([node("Loop", ["m", "", "x"], "v y", body=graph(
             [node("Identity", "ci", "co"), node("Relu", "u", "w"), node("Neg", "u", "s")],
             {"i": ([], TensorProto.INT64), "ci": ([], TensorProto.BOOL), "u": [2, 3]}, ["co", "w", "s"]))],
               {"x": [2, 3], "m": ([], TensorProto.INT64)}, outputs=["v", "y"]),
         "node 'n' (Loop): M: operand 'm' must be known at compile time: the length of a result depends on it, or --trips N "
         "gives the most; give it with --bind m=FILE"),
    Case("a sequence where a tensor is wanted", model([node("SequenceConstruct", "x x", "s"), node("Relu", "s")]),
         "node 'n' (Relu): operand 's' is a sequence, a tensor is needed"),
    Case("a position outside the sequence",
         model([node("SequenceConstruct", "x x", "s"), node("SequenceAt", "s p")], consts={"p": np.array(2)}),
         "node 'n' (SequenceAt): position: 2 is outside a sequence of 2"),
    Case("If without a branch", model([node("If", "c")], {"x": [2]}, consts={"c": np.array(True)}),
         "node 'n' (If): then_branch: the attribute is missing"),
    Case("If nested 40 deep", nested(40),
         "not a readable ONNX file: byte 848: messages are nested more than 64 deep; the model has too many "
         "sub-graphs inside each other"),
        Case("If nested 9 deep", nested(9), [], **FINE),
    Case("function that calls itself", model([node("f", "x", domain="d")], domains=["d"],
         functions=[function("f", [helper.make_node("f", ["fx"], ["fy"], domain="d")])]),
         "node 'f -> n/fy' (f): is not supported: the function calls itself"),
    Case("functions that call each other", model([node("f", "x", domain="d")], domains=["d"],
         functions=[function("f", [helper.make_node("g", ["fx"], ["fy"], domain="d")]),
                    function("g", [helper.make_node("f", ["fx"], ["fy"], domain="d")])]),
                    "node 'f -> n/fy/fy' (f): is not supported: the function calls itself"),
    Case("function with more operands than it takes", model([node("f", "x x", domain="d")], domains=["d"],
         functions=[function("f", [helper.make_node("Relu", ["fx"], ["fy"])])]),
         "node 'n' (f): has 2 operands, the function takes 1"),
    Case("function without that output", model([node("f", "x", "y z", domain="d")], outputs=["z"], domains=["d"],
         functions=[function("f", [helper.make_node("Relu", ["fx"], ["fy"])])]),
         "node 'n' (f): its body has no output for 'z'"),
    Case("exponential inlining", laughs(10), "more than 1000000 nodes; functions count once a call: call fewer"),
    Case("deep chain", chain(20000), [], "info m.onnx", 0, stdout=None),
    # types and shapes of values
    Case("wrong type of operand", one("Sqrt", {"x": ([2], INT64)}),
         "node 'n' (Sqrt): operand 0 'x' i64[2]: Sqrt is not defined for i64"),
    Case("mixed types", one("Add", {"x": [2], "z": ([2], INT64)}),
         "node 'n' (Add): operands differ in type: a is f32, b is i64; insert a Cast"),
    Case("logic of numbers", one("And", {"x": [2], "z": [2]}),
         "node 'n' (And): operand 0 'x' f32[2]: And is not defined for f32"),
    Case("arithmetic of strings", one("Add", {"x": ([2], TensorProto.STRING), "z": ([2], TensorProto.STRING)}),
         "node 'n' (Add): operand 0 'x' holds strings, which Add does not take"),
    Case("element type complex", one("Identity", {"x": ([2], TensorProto.COMPLEX64)}),
         "input 'x': element type COMPLEX64 (14) is not supported; convert the model to a supported type"),
    Case("element type 99", one("Identity", {"x": ([2], 99)}),
         "input 'x': element type of an unknown number (99) is not supported; convert the model to a supported type"),
    Case("element type 0", one("Identity", {"x": ([2], 0)}),
         "input 'x': element type UNDEFINED (0) is not supported; convert the model to a supported type"),
    Case("input without a shape", one("Relu", {"x": None}),
         "input 'x': the model does not say its shape; give it with --input-shape NAME=D0xD1x..."),
    Case("input of rank 9", one("Relu", {"x": [1] * 9}), "input 'x': has 9 dimensions, at most 8 are supported"),
    Case("input of 2^40 x 2^40", one("Relu", {"x": [1 << 40, 1 << 40]}),
         "node 'n' (Relu): a tensor [1099511627776,1099511627776] is too large: its dimensions make more than 2^46 "
         "elements"),
    Case("input of 2^45", one("Relu", {"x": [1 << 45]}), [], **FINE),
    Case("broadcast that does not fit", one("Add", {"x": [2, 3], "z": [2, 4]}),
         "node 'n' (Add): [2,3] and [2,4] do not broadcast: 3 against 4 at dimension 1"),
    Case("symbols that may not fit", one("Add", {"x": ["a"], "z": ["b"]}),
         "node 'n' (Add): [a] and [b]: whether a and b broadcast is not known; give the model's input shapes as "
         "numbers", "convert m.onnx -o out.txt"),
    # tensors
    Case("negative dimension", with_tensor(raw_tensor("w", FLOAT, [-1], raw_data=b"")),
         "tensor 'w': a dimension is negative or the size overflows"),
    Case("2^40 x 2^40", with_tensor(raw_tensor("w", FLOAT, [1 << 40, 1 << 40], raw_data=b"1234")),
         "tensor 'w': a dimension is negative or the size overflows"),
    Case("(2^62 + 3) x 4", with_tensor(raw_tensor("w", FLOAT, [(1 << 62) + 3, 4], raw_data=b"123456789012" * 4)),
         "tensor 'w': a dimension is negative or the size overflows"),
    Case("0 x 2^62 x 4", with_tensor(raw_tensor("w", FLOAT, [0, 1 << 62, 4])),
         "node 'n' (Add): a tensor [0,4611686018427387904,4] is too large: its dimensions make more than 2^46 "
         "elements"),
    Case("rank 9", with_tensor(raw_tensor("w", FLOAT, [1] * 9, raw_data=b"1234")),
         "tensor 'w': 9 dimensions, at most 8 are supported"),
    Case("raw data too short", with_tensor(raw_tensor("w", FLOAT, [4], raw_data=b"1234567890")),
         "tensor 'w': raw_data has 10 bytes, its shape and type need 16"),
    Case("raw data too long", with_tensor(raw_tensor("w", FLOAT, [4], raw_data=bytes(20))),
         "tensor 'w': raw_data has 20 bytes, its shape and type need 16"),
    Case("typed data too short", with_tensor(raw_tensor("w", FLOAT, [4], float_data=[1.0, 2.0])),
         "tensor 'w': 2 elements stored, its shape needs 4"),
    Case("typed data too long", with_tensor(raw_tensor("w", FLOAT, [2], float_data=[1.0, 2.0, 3.0])),
         "tensor 'w': 3 elements stored, its shape needs 2"),
    Case("data of another type", with_tensor(raw_tensor("w", FLOAT, [2], int64_data=[1, 2])),
         "tensor 'w': 0 elements stored, its shape needs 2; the file lacks the tensor's contents"),
    Case("no data", with_tensor(raw_tensor("w", FLOAT, [2])),
         "tensor 'w': 0 elements stored, its shape needs 2; the file lacks the tensor's contents"),
    Case("raw and typed data", with_tensor(raw_tensor("w", FLOAT, [1], raw_data=bytes(4), float_data=[1.0])),
         "tensor 'w': its contents are stored in more than one field; save the model again"),
    Case("two kinds of typed data", with_tensor(raw_tensor("w", FLOAT, [1], int64_data=[2], float_data=[1.0])),
         "tensor 'w': its contents are stored in more than one field; save the model again"),
    Case("packed raw data too long", with_tensor(raw_tensor("w", TensorProto.INT4, [3], raw_data=bytes(3))),
         "tensor 'w': raw_data has 3 bytes, its shape and type need 2"),
    Case("packed typed data too short", with_tensor(raw_tensor("w", TensorProto.UINT2, [5], int32_data=[255])),
         "tensor 'w': 1 elements stored, its shape needs 2"),
    Case("packed byte out of range", with_tensor(raw_tensor("w", TensorProto.FLOAT4E2M1, [2], int32_data=[256])),
         "tensor 'w': element 0, 256, is outside the range of f4e2m1"),
    Case("u8 out of range", with_tensor(raw_tensor("w", TensorProto.UINT8, [1], int32_data=[256])),
         "tensor 'w': element 0, 256, is outside the range of u8"),
    Case("string with a 0", with_tensor(raw_tensor("w", TensorProto.STRING, [1], string_data=[b"a\0b"])),
         "tensor 'w': string 0 has a byte 0 within; strings end with their first byte 0"),
    Case("strings as raw bytes", with_tensor(raw_tensor("w", TensorProto.STRING, [1], raw_data=bytes(8))),
         "tensor 'w': strings are neither raw_data nor external data; store them in string_data"),
    Case("complex tensor", with_tensor(raw_tensor("w", TensorProto.COMPLEX64, [1], raw_data=bytes(8))),
         "tensor 'w': element type COMPLEX64 (14) is not supported; convert the model to a supported type"),
    Case("tensor type 99", with_tensor(raw_tensor("w", 99, [1], raw_data=bytes(8))),
         "tensor 'w': element type of an unknown number (99) is not supported; convert the model to a supported "
         "type"),
    Case("sparse tensor outside its shape", edited(relu(), lambda m: m.graph.sparse_initializer.extend([
        helper.make_sparse_tensor(tensor("s", np.ones(1, np.float32)), tensor("i", i64(9)), [4])])),
        "sparse tensor 's': index 0 is outside the tensor"),
    # symbols
    Case("reshape of what is not known", model([node("Reshape", "x s")], {"x": [4], "s": ([2], INT64)}),
         "node 'n' (Reshape): shape: operand 's' must be known at compile time; give it with --bind s=FILE"),
    Case("symbol that cannot be 1", one("Reshape", {"x": ["n", 3]}, {"s": i64(2, 3)}),
         ["tenon: warning: m.onnx: input 'x': n counts as 1; --input-shape x=1x3 says what it is",
          "node 'n' (Reshape): shape: operand 0 'x' f32[1,3] and [2,3] have different numbers of elements"],
         info=False),
    Case("symbol that has to be known",
         one("Resize", {"x": [1, "h"]}, {"r": f32(0), "s": np.array([1, 1.5], np.float32)}),

         "node 'n' (Resize): scales: a dimension that is not known is resized by 1.5; give the shape with "
         "--input-shape", "convert m.onnx -o out.txt"),
]
