"""An ONNX backend (onnx.backend.base): a model is compiled to C by the program `tenon`, built, and run as a process.

    import tenon.backend
    outputs = tenon.backend.prepare(model).run([x, y])

The program is the one that TENON names, else build/tenon of this source tree, else the one in PATH. Inputs that shapes
depend on (axes, repeats, ...) become constants of the run: the model is compiled for what they hold.
"""
import os
import re
import shutil
import subprocess
import tempfile

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.backend.base import Backend, BackendRep

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Refused(RuntimeError):
    """tenon says in words why it does not take the model or the inputs."""


def program():
    built = os.path.join(TREE, "build", "tenon")
    found = os.environ.get("TENON") or (built if os.path.exists(built) else shutil.which("tenon"))
    if not found:
        raise FileNotFoundError("tenon is neither built nor in PATH; name it with the environment variable TENON")
    return found


def file_name(output):
    """How `tenon run --output` names the file of an output: characters other than A-Z a-z 0-9 _ . - become _."""
    return {"": "_", ".": "_", "..": "__"}.get(output) or re.sub(r"[^A-Za-z0-9_.-]", "_", output)


def is_list(info):
    """A sequence, or an optional one."""
    t = info.type
    return t.HasField("sequence_type") or (t.HasField("optional_type") and t.optional_type.elem_type.HasField("sequence_type"))


def array(value):
    """As numpy has it; strings as objects, as onnx has them."""
    a = np.asarray(value)
    return a.astype(object) if a.dtype.kind in "US" else a


def parts(value, info):
    """An input as the tensors that it stands for, {name: TensorProto}, and as the --length that says how many."""
    if value is None:
        return {}, f"{info.name}=none"
    if is_list(info):
        tensors = {f"{info.name}_{i}": v for i, v in enumerate(value)}
        length = f"{info.name}={len(tensors)}"
    else:
        tensors, length = {info.name: value}, f"{info.name}=1" if info.type.HasField("optional_type") else None
    return {n: v if isinstance(v, onnx.TensorProto) else numpy_helper.from_array(array(v), n) for n, v in tensors.items()}, length


def element_type(info):
    """Number of the element type, inside sequences and optionals too."""
    t = info.type
    if t.HasField("optional_type"):
        t = t.optional_type.elem_type
    if t.HasField("sequence_type"):
        t = t.sequence_type.elem_type
    return t.tensor_type.elem_type


def read(folder, name, element):
    """An output as numpy knows it; element types that it lacks are those of onnx (ml_dtypes). None: there is none."""
    path = os.path.join(folder, file_name(name) + ".npy")
    if not os.path.exists(path):
        return None
    a, want = np.load(path), np.dtype(helper.tensor_dtype_to_np_dtype(element))
    if element == onnx.TensorProto.STRING:
        return a.astype(object)
    return a if a.dtype == want or a.dtype.itemsize != want.itemsize else a.view(want)


def read_output(folder, info):
    if not is_list(info):
        return read(folder, info.name, element_type(info))
    out = []
    while (a := read(folder, f"{info.name}_{len(out)}", element_type(info))) is not None:
        out.append(a)
    return out


class TenonRep(BackendRep):
    """A model and the options of `tenon run` that it is compiled with."""

    def __init__(self, model, options):
        self.folder = tempfile.TemporaryDirectory(prefix="tenon-backend-")
        self.path = os.path.join(self.folder.name, "model.onnx")
        self.options = options
        onnx.save(model, self.path)
        constants = {t.name for t in model.graph.initializer}
        self.inputs = [i for i in model.graph.input if i.name not in constants]
        self.outputs = list(model.graph.output)

    def run(self, inputs, **_):
        """Outputs in the model's order. Inputs are a list in its order, or a dict by name; None: an absent optional."""
        if isinstance(inputs, dict):
            given = inputs.items()
        else:
            given = zip([i.name for i in self.inputs], inputs)
        infos, out = {i.name: i for i in self.inputs}, os.path.join(self.folder.name, "out")
        command = [program(), "run", self.path, "--output", out, "--bind-parameters", *self.options]
        shutil.rmtree(out, ignore_errors=True)
        for number, (name, value) in enumerate(given):
            if value is None and not infos[name].type.HasField("optional_type"):
                continue
            tensors, length = parts(value, infos[name])
            command += ["--length", length] if length else []
            for part, tensor in tensors.items():
                at = os.path.join(self.folder.name, f"input_{number}_{file_name(part)}.pb")
                with open(at, "wb") as f:
                    f.write(tensor.SerializeToString())
                command += ["--input", f"{part}={at}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 1:
            raise Refused(done.stderr.strip())
        if done.returncode:
            raise RuntimeError(f"tenon ended with status {done.returncode}: {done.stderr.strip()}")
        return tuple(read_output(out, o) for o in self.outputs)


class TenonBackend(Backend):
    @classmethod
    def is_compatible(cls, model, device="CPU", **kwargs):
        return True

    @classmethod
    def prepare(cls, model, device="CPU", options=(), **kwargs):
        """options: of `tenon run`, such as ["--target", "c99"]. Nothing is compiled before the shapes of inputs are known."""
        super().prepare(model, device, **kwargs)
        return TenonRep(model, list(options))

    @classmethod
    def run_model(cls, model, inputs, device="CPU", **kwargs):
        return cls.prepare(model, device, **kwargs).run(inputs)

    @classmethod
    def run_node(cls, node, inputs, device="CPU", outputs_info=None, **kwargs):
        """outputs_info: (dtype, shape) of each output, needed for types that do not follow from the inputs'."""
        super().run_node(node, inputs, device, outputs_info, **kwargs)
        arrays = [np.asarray(i) for i in inputs]
        given = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
                 for n, a in zip([n for n in node.input if n], arrays)]
        wanted = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(np.dtype(outputs_info[i][0])),
                                                outputs_info[i][1]) if outputs_info else helper.make_empty_tensor_value_info(n)
                  for i, n in enumerate(node.output)]
        model = helper.make_model(helper.make_graph([node], "node", given, wanted), **kwargs)
        return cls.run_model(onnx.shape_inference.infer_shapes(model), arrays, device)

    @classmethod
    def supports_device(cls, device):
        return device == "CPU"


prepare = TenonBackend.prepare
run_model = TenonBackend.run_model
run_node = TenonBackend.run_node
is_compatible = TenonBackend.is_compatible
supports_device = TenonBackend.supports_device
