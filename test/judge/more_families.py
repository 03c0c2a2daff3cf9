"""Operators of random graphs that need more than one node, or operands made to measure: sampling, signals, sizes that depend
on data, control flow, sequences, attention; and those that drivers have as models of one node (quantised ones, ai.onnx.ml,
com.microsoft)."""
import os
import sys

from families import Families
from grow import FLOATS, INTS, NUMBERS, helper, np, numpy_helper

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "drivers"))
import contributed  # noqa: E402
import ml_models  # noqa: E402
import quantised  # noqa: E402

UNSIGNED = ["uint8", "uint16", "uint32", "uint64"]
FEW_BITS = ("BFLOAT16", "FLOAT8E4M3FN", "FLOAT8E5M2", "FLOAT8E4M3FNUZ", "FLOAT8E5M2FNUZ", "INT4", "UINT4")


class MoreFamilies(Families):
    def normal(self, *shape):
        return self.const(self.rng.standard_normal(shape).astype(np.float32))

    def image(self, fits=lambda v: True):
        return self.pick(FLOATS, lambda v: v.ndim == 4 and v.size and v.size < 4000 and fits(v))

    # ---- one node ----

    def op_shift(self):
        a = self.pick(UNSIGNED)
        if a:
            self.try_node("BitShift", [a, self.const(np.asarray(self.rng.integers(0, 7, self.value[a].shape), self.value[a].dtype))],
                          direction=self.of("LEFT", "RIGHT"))

    def op_bits(self):
        a = self.pick(INTS + UNSIGNED)
        if a and self.chance(0.5):
            self.try_node("BitwiseNot", [a])
        elif a:
            self.try_node(self.of("BitwiseAnd", "BitwiseOr", "BitwiseXor"), [a, self.like(a)])

    def op_logic(self):
        a = self.pick(["bool"])
        if a and self.chance(0.3):
            self.try_node("Not", [a])
        elif a:
            self.try_node(self.of("And", "Or", "Xor", "Equal"), [a, self.like(a)])

    def op_special(self):
        """NaN, infinities and zeros of either sign, where the standard says what is made of them."""
        t = self.of("float32", "float64", "float16")
        v = np.asarray(self.fill(t, self.shape(self.one(0, 3))), t)
        v = np.where(self.rng.random(v.shape) < 0.6, self.rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], v.shape), v).astype(t)
        a, op = self.given(v), self.of("IsNaN", "IsInf", "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Acosh", "Cast")
        if op == "IsInf":
            self.try_node(op, [a], detect_negative=self.of(None, 0), detect_positive=self.of(None, 0))
        elif op == "IsNaN":
            self.try_node(op, [a])
        elif op == "Cast":
            self.try_node(op, [a], to=helper.TensorProto.BOOL)
        elif op == "Acosh":
            self.try_node(op, [self.given((1 + self.rng.random(v.shape)).astype(t))])
        else:
            self.try_node(op, [a, self.like(a)])

    def op_like(self):
        a, b = self.pick(), self.pick()
        if a and b and (self.value[a].dtype.kind != "f" or self.value[b].dtype.kind in "fb"):
            self.try_node("CastLike", [a, b])

    def op_made(self):
        """Values that come from nothing."""
        kind = self.of("Constant", "ConstantOfShape", "Range", "HannWindow", "HammingWindow", "BlackmanWindow", "MelWeightMatrix")
        number = lambda v, t=np.int64: self.const(np.array(v, t))
        if kind == "Constant":
            t = self.of(*NUMBERS)
            self.try_node(kind, [], value=numpy_helper.from_array(np.asarray(self.fill(t, self.shape()), t)))
        elif kind == "ConstantOfShape":
            t = self.of(*NUMBERS, "bool")
            self.try_node(kind, [self.ints(*self.shape(self.one(0, 4)))], value=numpy_helper.from_array(np.asarray(self.fill(t, (1,)), t)))
        elif kind == "Range":
            t = self.of("int64", "int32", "float32", "float64")
            start, step = self.of(-3, 0, 2), self.of(1, 2, -1, -3)
            self.try_node(kind, [number(v, t) for v in (start, start + step * self.one(-1, 9), step)])
        elif kind == "MelWeightMatrix":
            values = [number(self.one(2, 9)), number(self.of(8, 16, 31)), number(self.of(8000, 8192)), number(self.of(0, 100), np.float32), number(3000, np.float32)]
            self.try_node(kind, values)
        else:
            self.try_node(kind, [number(self.one(1, 20))], periodic=self.of(0, 1))

    def op_groups(self):
        a = self.pick(FLOATS, lambda v: v.ndim >= 3 and v.size and v.shape[1] % 2 == 0)
        if a:
            c = self.value[a].shape[1]
            self.try_node("GroupNormalization", [a, self.normal(*[c if self.opset >= 21 else 2]), self.normal(*[c if self.opset >= 21 else 2])],
                          num_groups=2)

    def op_statistics(self):
        a = self.pick(FLOATS, lambda v: v.ndim >= 2 and v.size > 8)
        if not a:
            return
        n = self.value[a].ndim
        if self.chance(0.5):
            self.try_node("MeanVarianceNormalization", [a], axes=sorted({self.one(0, n) for _ in range(2)}) if n != 4 or self.chance(0.6) else None)
        else:
            axis = self.one(-n, n)
            self.try_node("RMSNormalization", [a, self.normal(*self.value[a].shape[axis:])], axis=axis)

    def op_gate(self):
        a = self.pick(FLOATS + ["float16"])
        if a and self.chance(0.5):
            self.try_node("Swish", [a], alpha=self.of(None, 0.5, 1.7))
        elif a:
            self.try_node(self.of("QuickGelu", "Gelu"), [a], domain="com.microsoft")

    def op_dropout(self):
        a = self.pick(FLOATS)
        if a:
            self.try_node("Dropout", [a], self.of(1, 2) if self.opset >= 12 else 1, ratio=0.3 if self.opset < 12 else None)

    def op_crop(self):
        a = self.pick(NUMBERS, lambda v: v.ndim > 0 and v.size)
        if a:
            axes = sorted({self.one(0, self.value[a].ndim) for _ in range(2)})
            self.try_node("CenterCropPad", [a, self.ints(*[self.one(1, 9) for _ in axes])], axes=axes)

    def op_blocks(self):
        kernel, size = [self.one(1, 4) for _ in range(2)], [self.one(4, 8) for _ in range(2)]
        pads, strides = [self.one(0, 2) for _ in range(4)], [self.of(1, 2) for _ in range(2)]
        places = [(size[d] + pads[d] + pads[d + 2] - kernel[d]) // strides[d] + 1 for d in range(2)]
        x = self.add_input("float32", (self.one(1, 3), self.one(1, 4) * kernel[0] * kernel[1], places[0] * places[1]))
        self.try_node("Col2Im", [x, self.ints(*size), self.ints(*kernel)], pads=pads, strides=strides)

    def op_affine(self):
        n = self.one(1, 4)
        if self.chance(0.5):
            self.try_node("AffineGrid", [self.add_input("float32", (n, 2, 3)), self.ints(n, 3, 5, 6)], align_corners=self.of(0, 1))
        else:
            self.try_node("AffineGrid", [self.add_input("float32", (n, 3, 4)), self.ints(n, 3, 2, 4, 5)], align_corners=self.of(0, 1))

    def op_regions(self):
        a = self.image()
        if not a:
            return
        n, c, h, w = self.value[a].shape
        count = self.one(1, 5)
        corners = self.rng.random((count, 2)) * (w, h)
        boxes = np.concatenate([corners, corners + self.rng.random((count, 2)) * (w, h) + 0.3], 1).astype(np.float32)
        batch = self.rng.integers(0, n, count)
        if self.chance(0.6):
            self.try_node("RoiAlign", [a, self.const(boxes), self.const(batch)], mode=self.of("avg", "max"), output_height=self.one(1, 4),
                          output_width=self.one(1, 4), sampling_ratio=self.of(0, 1, 2), spatial_scale=self.of(1.0, 0.5),
                          coordinate_transformation_mode=self.of("half_pixel", "output_half_pixel"))
        else:
            rois = np.concatenate([batch[:, None], np.round(boxes)], 1).astype(np.float32)
            self.try_node("MaxRoiPool", [a, self.const(rois)], pooled_shape=[self.one(1, 4), self.one(1, 4)], spatial_scale=self.of(1.0, 0.5))

    def op_deform(self):
        a = self.image(lambda v: v.shape[2] >= 3 and v.shape[3] >= 3)
        if a:
            n, c, h, w = self.value[a].shape
            k, groups = self.of(1, 2, 3), self.of(1, c)
            oh, ow = h - k + 1, w - k + 1
            more = [self.normal(4 * groups), self.const(self.rng.random((n, k * k, oh, ow)).astype(np.float32))] if self.chance(0.5) else []
            self.try_node("DeformConv", [a, self.normal(4 * groups, c // groups, k, k), self.normal(n, 2 * k * k, oh, ow), *more], group=groups,
                          kernel_shape=[k, k], pads=[0] * 4)

    def op_unpool(self):
        a = self.image(lambda v: v.shape[2] >= 2 and v.shape[3] >= 2)
        if a:
            k = len(self.nodes)
            nodes = [helper.make_node("MaxPool", [a], [f"v{k}_0", f"v{k}_1"], name=f"n{k}", kernel_shape=[2, 2], strides=[2, 2]),
                     helper.make_node("MaxUnpool", [f"v{k}_0", f"v{k}_1"], [f"v{k}_2"], name=f"n{k + 1}", kernel_shape=[2, 2], strides=[2, 2])]
            self.try_nodes(nodes, [f"v{k}_0", f"v{k}_2"])

    def op_signal(self):
        kind, n = self.of("DFT", "STFT"), self.of(4, 7, 16)
        if kind == "DFT":
            x = self.add_input(self.of("float32", "float64"), (self.one(1, 4), n, self.one(1, 5), self.of(1, 2)))
            turned = self.of(0, 1)
            sided = 0 if turned or self.value[x].shape[-1] == 2 else self.of(0, 1)
            length = self.const(np.array(self.of(4, 9), np.int64)) if self.chance(0.4) else ""
            axis = {"axis": 1} if self.opset < 20 else {}
            where = [self.const(np.array(self.of(1, 2), np.int64))] if self.opset >= 20 else []
            self.try_node(kind, [x, length] + where, inverse=turned, onesided=sided, **axis)
        else:
            x = self.add_input("float32", (self.one(1, 3), 4 * n, 1))
            window = self.const(self.rng.random(n).astype(np.float32))
            self.try_node(kind, [x, self.const(np.array(self.one(1, n), np.int64)), window, self.const(np.array(n, np.int64))], onesided=self.of(0, 1))

    def op_old(self):
        """What later versions of the standard lack."""
        a = self.image(lambda v: v.size < 500)
        if a and self.chance(0.5):
            scales = [1.0, 1.0, float(self.of(1, 2, 3)), float(self.of(1, 2))]
            more = {"scales": scales} if self.opset < 9 else {}
            self.try_node("Upsample", [a] + ([] if more else [self.const(np.array(scales, np.float32))]), mode=self.of("nearest", "linear"), **more)
        elif a:
            s = tuple(self.one(1, d + 1) for d in self.value[a].shape[:3]) + (1,)
            self.try_node("Scatter", [a, self.const(self.rng.integers(0, self.value[a].shape[3], s)), self.normal(*s)], axis=3)

    def op_window(self):
        a = self.pick(["int32", "int64"], lambda v: v.ndim in (1, 2) and v.size and v.shape[-1] >= 3)
        if a:
            self.try_node("TfIdfVectorizer", [a], mode=self.of("TF", "IDF", "TFIDF"), min_gram_length=self.of(1, 2), max_gram_length=2, max_skip_count=self.of(0, 1, 2),
                          ngram_counts=[0, 4], ngram_indexes=[0, 1, 3, 2, 5, 4], pool_int64s=[1, 2, 3, 4, 1, 2, 3, 4], weights=[0.5, 1.5, 2, 1, 3, 0.25])

    def op_state(self):
        kind, n, t, d = self.of("TensorScatter", "RotaryEmbedding", "Attention"), self.one(1, 3), self.one(2, 9), self.of(4, 8)
        x = lambda *s: self.add_input("float32", s)
        if kind == "TensorScatter":
            length = self.one(1, t + 1)
            self.try_node(kind, [x(n, 2, t, d), x(n, 2, length, d), self.const(self.rng.integers(0, t - length + 1, n))], axis=-2)
        elif kind == "RotaryEmbedding":
            half = d // 2
            angles = self.rng.random((20, half))
            pair = [self.const(np.cos(angles).astype(np.float32)), self.const(np.sin(angles).astype(np.float32))]
            self.try_node(kind, [x(n, 2, t, d), *pair, self.const(self.rng.integers(0, 20, (n, t)))], interleaved=self.of(0, 1))
        else:
            heads, shared = self.of((2, 2), (4, 2), (3, 1)), self.one(1, 8)
            mask = self.const(self.fill(self.of("bool", "float32"), (t, shared))) if self.chance(0.4) else ""
            if mask and self.value[mask].dtype == bool:
                self.value[mask][:, 0] = True
                self.weights[mask] = self.value[mask]
            self.try_node(kind, [x(n, heads[0], t, d), x(n, heads[1], shared, d), x(n, heads[1], shared, d), mask], is_causal=self.of(0, 1),
                          scale=self.of(None, 0.3), softcap=self.of(None, 2.0))

    def op_bits_few(self):
        """There and back through an element type that C lacks."""
        a = self.pick(FLOATS)
        if a:
            k, to = len(self.nodes), getattr(helper.TensorProto, self.of(*FEW_BITS))
            if to in (helper.TensorProto.INT4, helper.TensorProto.UINT4):
                self.try_nodes([helper.make_node("QuantizeLinear", [a, (s := self.const(np.float32(0.5)))], [f"t{k}"], name=f"n{k}", output_dtype=to),
                                helper.make_node("DequantizeLinear", [f"t{k}", s], [f"v{k}_0"], name=f"n{k + 1}")], [f"v{k}_0"])
            else:
                self.try_nodes([helper.make_node("Cast", [a], [f"t{k}"], name=f"n{k}", to=to),
                                helper.make_node("Cast", [f"t{k}"], [f"v{k}_0"], name=f"n{k + 1}", to=1)], [f"v{k}_0"])

    # ---- sizes that depend on data ----

    def op_sized(self):
        kind = self.of("NonZero", "Unique", "Compress", "NonMaxSuppression")
        if kind == "NonMaxSuppression":
            count, classes = self.one(2, 12), self.one(1, 4)
            corners = self.rng.random((1, count, 2))
            boxes = np.concatenate([corners, corners + 0.2 + self.rng.random((1, count, 2)) * 0.5], 2).astype(np.float32)
            self.try_node(kind, [self.const(boxes) if self.chance(0.5) else self.given(boxes), self.given(self.rng.random((1, classes, count)).astype(np.float32)),
                                 self.const(np.array([self.one(1, 6)])), self.const(np.array([0.4], np.float32)), self.const(np.array([0.3], np.float32))],
                          sized=True, center_point_box=self.of(0, 1))
            return
        a = self.pick(["float32", "int32", "int64", "bool", "uint8"] if kind == "NonZero" else FLOATS + ["int64"], lambda v: v.ndim > 0 and 0 < v.size < 300)
        if not a:
            return
        axis = self.one(0, self.value[a].ndim) if self.chance(0.6) else None
        if self.chance(0.4):
            self.follow(kind, a)
        elif kind == "NonZero":
            self.try_node(kind, [a], sized=True)
        elif kind == "Unique":
            self.try_node(kind, [a], self.one(1, 5), sized=True, axis=axis, sorted=self.of(0, 1))
        else:
            n = self.value[a].size if axis is None else self.value[a].shape[axis]
            self.try_node(kind, [a, self.given(self.rng.random(n) < 0.5)], sized=True, axis=axis)

    def follow(self, kind, a):
        """What hands a count on: positions, what lies there, and element-wise operators."""
        k, v = len(self.nodes), f"v{len(self.nodes)}"
        node = lambda op, i, o, **more: nodes.append(helper.make_node(op, i, [o], name=f"n{k}_{len(nodes)}", **more))
        nodes = []
        if kind == "NonZero":
            node("NonZero", [a], v + "_p")
            node("Transpose", [v + "_p"], v + "_t", perm=[1, 0])
            node("GatherND", [a, v + "_t"], v + "_0")
        elif kind == "Compress":
            node("Compress", [a, self.given(self.rng.random(self.value[a].size) < 0.5)], v + "_0")
        else:
            node("Unique", [a], v + "_0")
        at = v + "_0"
        if self.value[a].dtype == np.float32:
            for i in range(self.one(0, 3)):
                op = self.of("Tanh", "Abs", "Mul", "Add")
                node(op, [at] + ([self.const(np.float32(self.of(0.5, 2)))] if op in ("Mul", "Add") else []), f"{v}_{i + 1}")
                at = f"{v}_{i + 1}"
        self.try_nodes(nodes, [at], sized=True)

    # ---- control flow and sequences ----

    def graph(self, name, nodes, inputs, outputs):
        info = lambda n, t, s: helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(np.dtype(t)), s)
        return helper.make_graph(nodes, name, [info(*i) for i in inputs], [info(*o) for o in outputs])

    def few(self, k, tag, a):
        """One to three element-wise nodes on `a`, which may read what lies around them; and what they end in."""
        nodes, at = [], a
        if len(tag) < 3 and self.chance(0.2):  # a branch inside
            c, to = self.const(np.array(self.chance(0.5))) if self.chance(0.4) else self.given(np.array(self.chance(0.5))), f"b{k}_{tag}c"
            branch = lambda end: self.graph(end, *[(n, [], [(o, "float32", self.shape_of)]) for n, o in [self.few(k, tag + end, at)]][0])
            nodes.append(helper.make_node("If", [c], [to], name=f"n{k}_{tag}c", then_branch=branch("t"), else_branch=branch("e")))
            at = to
        for i in range(self.one(1, 4)):
            op, to = self.of("Relu", "Tanh", "Abs", "Neg", "Sigmoid", "Add", "Mul", "Max"), f"b{k}_{tag}{i}"
            around = [n for n, v in self.value.items() if v.dtype == np.float32 and (v.ndim == 0 or v.shape == self.shape_of) and (self.open(n) or n in self.weights)]
            operands = [at, self.of(*around) if around else at] if op in ("Add", "Mul", "Max") else [at]
            nodes.append(helper.make_node(op, operands, [to], name=f"n{k}_{tag}{i}"))
            at = to
        return nodes, at

    def op_control(self):
        a = self.pick(FLOATS, lambda v: v.ndim > 0 and 0 < v.size < 500)
        if not a:
            return
        k, kind = len(self.nodes), self.of("If", "Loop", "Scan")
        self.shape_of = s = self.value[a].shape
        if kind == "If":
            (then, t), (other, o) = self.few(k, "t", a), self.few(k, "e", a)
            c = self.given(np.array(self.chance(0.5))) if self.chance(0.6) else self.const(np.array(self.chance(0.5)))
            nodes = [helper.make_node("If", [c], [f"v{k}_0"], name=f"n{k}", then_branch=self.graph("t", then, [], [(t, "float32", s)]),
                                      else_branch=self.graph("e", other, [], [(o, "float32", s)]))]
            self.try_nodes(nodes, [f"v{k}_0"])
        elif kind == "Loop":
            body, o = self.few(k, "l", f"s{k}")
            keep = helper.make_node("Identity", [f"c{k}_in"], [f"c{k}_out"])
            each = helper.make_node("ReduceMax", [o], [f"r{k}"], keepdims=0) if self.chance(0.5) else helper.make_node("Identity", [o], [f"r{k}"])
            rs = () if each.op_type == "ReduceMax" else s
            turns = np.array(self.one(0, 5), np.int64)
            m = self.const(turns) if self.chance(0.6) else self.given(turns)
            if m not in self.weights and self.chance(0.5):
                self.bound.add(m)
            nodes = [helper.make_node("Loop", [m, "", a], [f"v{k}_0", f"v{k}_1"], name=f"n{k}", body=self.graph(
                "b", [keep, *body, each], [(f"i{k}", "int64", ()), (f"c{k}_in", "bool", ()), (f"s{k}", "float32", s)],
                [(f"c{k}_out", "bool", ()), (o, "float32", s), (f"r{k}", "float32", rs)]))]
            if m in self.weights or m in self.bound:
                self.try_nodes(nodes, [f"v{k}_0", f"v{k}_1"])
            else:
                nodes[0].output[1] = ""
                self.try_nodes(nodes, [f"v{k}_0"])
        elif len(s) >= 2:
            self.shape_of = s[1:]
            body, o = self.few(k, "s", f"e{k}")
            add = helper.make_node("Add", [f"s{k}", o], [f"s{k}_out"])
            start = self.const(self.fill("float32", s[1:]))
            nodes = [helper.make_node("Scan", [start, a], [f"v{k}_0", f"v{k}_1"], name=f"n{k}", num_scan_inputs=1, scan_input_directions=[self.of(0, 1)], body=self.graph(
                "b", [*body, add, helper.make_node("Tanh", [f"s{k}_out"], [f"y{k}"])], [(f"s{k}", "float32", s[1:]), (f"e{k}", "float32", s[1:])],
                [(f"s{k}_out", "float32", s[1:]), (f"y{k}", "float32", s[1:])]))]
            self.try_nodes(nodes, [f"v{k}_0", f"v{k}_1"])

    def op_sequence(self):
        a = self.pick(FLOATS + ["int64"], lambda v: v.ndim > 0 and v.size)
        if not a:
            return
        k, at, nodes, last = len(self.nodes), f"q{len(self.nodes)}", [], 0
        node = lambda op, i, o, **more: nodes.append(helper.make_node(op, i, o, name=f"n{k}_{len(nodes)}", **more))
        number = lambda v: self.const(np.array(v, np.int64))
        axis = self.one(0, self.value[a].ndim)
        if self.chance(0.15):
            node("SequenceEmpty", [], [at + "e"], dtype=helper.np_dtype_to_tensor_dtype(self.value[a].dtype))
            node("SequenceInsert", [at + "e", a], [at])
        elif self.chance(0.5):
            size, last = self.value[a].shape[axis], self.value[a].shape[axis] - 1
            node("SplitToSequence", [a] + ([self.ints(*([1] * size))] if self.chance(0.5) else []), [at], axis=axis)
        else:
            same = [n for n, v in self.value.items() if v.dtype == self.value[a].dtype and v.shape == self.value[a].shape and self.open(n)]
            last = self.one(0, 3)
            node("SequenceConstruct", [a] + [self.of(*same) for _ in range(last)], [at])
        for step in range(self.one(0, 3)):
            to, op = f"{at}_{step}", self.of("SequenceInsert", "SequenceErase", "Optional")
            if op == "Optional" and self.opset >= 18:
                node("Optional", [at], [to + "o"])
                node("OptionalHasElement", [to + "o"], [f"v{k}_h{step}"])
                node("OptionalGetElement", [to + "o"], [to])
            elif op == "SequenceInsert":
                extra = self.of(a, self.const(self.fill(self.value[a].dtype.name, self.value[a].shape)))
                node(op, [at, extra] + ([number(self.one(-last - 1, last + 2))] if self.chance(0.6) else []), [to])
                last += 1
            elif op == "SequenceErase" and last > 0:
                node(op, [at] + ([number(self.one(-last - 1, last + 1))] if self.chance(0.6) else []), [to])
                last -= 1
            else:
                continue
            at = at if op == "Optional" and self.opset < 18 else to
        ends = [o for n in nodes for o in n.output if "_h" in o]
        if self.opset >= 17 and self.chance(0.3):
            t = helper.np_dtype_to_tensor_dtype(self.value[a].dtype)
            body = helper.make_graph([helper.make_node("Neg", [f"m{k}_in"], [f"m{k}_out"])], "map", [helper.make_tensor_value_info(f"m{k}_in", t, None)],
                                     [helper.make_tensor_value_info(f"m{k}_out", t, None)])
            node("SequenceMap", [at], [at + "m"], body=body)
            at += "m"
        node("SequenceLength", [at], [f"v{k}_0"])
        if self.chance(0.6):
            node("SequenceAt", [at, number(self.one(-last - 1, last + 1))], [f"v{k}_1"])
            ends.append(f"v{k}_1")
        if self.chance(0.6):
            node("ConcatFromSequence", [at], [f"v{k}_2"], axis=axis, new_axis=self.of(0, 0, 1))
            ends.append(f"v{k}_2")
        self.try_nodes(nodes, [f"v{k}_0"] + ends)

    # ---- what drivers have as models of one node ----

    def from_case(self, kinds):
        """The node of such a model, in this graph: operands of a fitting type and size are values that are there already."""
        case = self.of(*kinds)(self.rng)
        if case.want is not None:  # onnxruntime is no judge of it
            return
        node, versions = case.model.graph.node[0], {o.domain: o.version for o in case.model.opset_import}
        if node.domain == "ai.onnx.ml":
            if any(n.domain == "ai.onnx.ml" for n in self.nodes) and versions[node.domain] != self.ml:
                return
            self.ml = versions[node.domain]
        names = {t.name: self.const(numpy_helper.to_array(t)) for t in case.model.graph.initializer}
        for n, v in case.data.items():
            near = [o for o, w in self.value.items() if self.open(o) and w.dtype == v.dtype and w.size == v.size > 1]
            near = self.of(*near) if near and v.dtype not in (np.int32, np.int64) and self.chance(0.6) else None  # lengths and positions stay
            if near and self.value[near].shape != v.shape and (turned := self.try_node("Reshape", [near, self.ints(*v.shape)])):
                near = turned
            names[n] = near if near and self.value[near].shape == v.shape else self.given(v)
        if node.op_type == "DynamicQuantizeLinear" and not self.value[names[node.input[0]]].any():
            return  # of zeros alone: the reference says that the scale is 1/255, onnxruntime 1
        k = len(self.nodes)
        ends = [f"v{k}_{i}" if o else "" for i, o in enumerate(node.output)]
        fresh = helper.make_node(node.op_type, [names.get(i, "") for i in node.input], ends, name=f"n{k}", domain=node.domain)
        fresh.attribute.extend(node.attribute)
        self.try_nodes([fresh], [e for e in ends if e], case.steps)

    def op_quantised(self):
        self.from_case(quantised.KINDS)

    def op_learned(self):
        self.from_case(ml_models.KINDS)

    def op_contributed(self):
        self.from_case(contributed.KINDS)
