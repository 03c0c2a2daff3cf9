"""What the tables of bad input are made with: models, and the record of one test."""
import dataclasses

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
COMPILE = "compile m.onnx -o out --target c99"


FINE = {"status": 0, "stdout": None, "leaves": ("out",)}  # for what compiles


@dataclasses.dataclass
class Case:
    """files: name -> bytes, str or f(path) that makes it; a model alone is m.onnx. lines: all of stderr, one as it is,
    several in a list; `tenon: m.onnx: ` stands before what does not begin with `tenon` or `Try`."""

    name: str
    files: object
    lines: list
    command: str = COMPILE
    status: int = 1
    stdout: str = ""  # None: not looked at
    env: dict = dataclasses.field(default_factory=dict)
    leaves: tuple = ()  # new files that are right
    info: bool = True  # a command COMPILE at fault is followed by `info m.onnx`, which has to say the same

    def __post_init__(self):
        lines = [self.lines] if isinstance(self.lines, str) else self.lines
        whole = ("tenon", "Try ")
        self.lines = [v if v is None or v.startswith(whole) else "tenon: m.onnx: " + v for v in lines]


def f32(*shape):
    return np.zeros(shape, np.float32)


def i64(*values):
    return np.array(values, np.int64)


def tensor(name, value):
    return value if isinstance(value, TensorProto) else numpy_helper.from_array(np.asarray(value), name)


def value(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def graph(nodes, inputs=None, outputs=("y",), consts=None, **more):
    """inputs: name -> shape, or (shape, element type)."""
    inputs = {"x": [1, 3, 8, 8]} if inputs is None else inputs
    infos = [value(k, *(v if isinstance(v, tuple) else (v,))) for k, v in inputs.items()]
    outs = [value(o, None) for o in outputs]
    return helper.make_graph(nodes, "g", infos, outs, [tensor(k, v) for k, v in (consts or {}).items()], **more)


def model(nodes, inputs=None, outputs=("y",), consts=None, opset=17, ir=8, domains=(), functions=()):
    g = nodes if isinstance(nodes, onnx.GraphProto) else graph(nodes, inputs, outputs, consts)
    versions = ([("", opset)] if opset is not None else []) + [(d, 1) for d in domains]
    sets = [helper.make_opsetid(d, v) for d, v in versions]
    m = helper.make_model(g, opset_imports=sets or None, functions=functions)
    if not sets:
        del m.opset_import[:]
    m.ir_version = ir
    return m


def node(op, ins, outs="y", name="n", **attributes):
    split = lambda s: s.split() if isinstance(s, str) else s
    return helper.make_node(op, split(ins), split(outs), name=name, **attributes)


def one(op, inputs=None, consts=None, opset=17, outs="y", kinds=None, **attributes):
    """One node 'n' that reads the inputs, then the constants."""
    inputs = {"x": [1, 3, 8, 8]} if inputs is None else inputs
    consts = consts or {}
    return model([node(op, list(inputs) + list(consts), outs, **attributes)], inputs, outs.split(), consts, opset)


def folded(op, *operands, opset=17, **attributes):
    """One node over constants alone."""
    consts = {f"c{i}": v for i, v in enumerate(operands)}
    return model([node(op, list(consts), **attributes)], {}, ["y"], consts, opset)


def relu():
    return model([node("Relu", "x")])


def raw_tensor(name, kind, dims, **fields):
    t = TensorProto(name=name, data_type=kind, dims=dims)
    for k, v in fields.items():
        if isinstance(v, list):
            getattr(t, k).extend(v)
        else:
            setattr(t, k, v)
    return t


def with_tensor(t):
    """x + t, which is read as an initialiser."""
    m = model([node("Add", ["x", t.name])], {"x": [4]})
    m.graph.initializer.append(t)
    return m


def external(dims=(4,), name="w", **entries):
    t = raw_tensor(name, FLOAT, dims, data_location=TensorProto.EXTERNAL)
    for k, v in entries.items():
        t.external_data.add(key=k, value=v)
    return t


def small_model():
    """A little of everything: attributes, weights in both ways, a shape that is computed, a symbol, a branch."""
    nodes = [node("Conv", "x w b", "c", "conv", pads=[1, 1, 1, 1], strides=[2, 2]), node("Shape", "c", "s", "shape"),
             node("Gather", "s i", "n", "first"), node("Concat", "n m", "t", "to", axis=0),
             node("Reshape", "c t", "r", "reshape"), node("Softmax", "r", "p", "softmax", axis=1),
             node("If", "q", "y", "if", then_branch=graph([node("Relu", "p", "u", "relu")], {}, ["u"]),
                  else_branch=graph([node("Neg", "p", "v", "neg")], {}, ["v"]))]
    consts = {"w": np.arange(18, dtype=np.float32).reshape(2, 1, 3, 3), "i": i64(0), "m": i64(-1), "q": np.array(True),
              "b": raw_tensor("b", FLOAT, [2], float_data=[0.5, -1.0])}
    return model(nodes, {"x": ["batch", 1, 4, 4]}, ["y"], consts)
