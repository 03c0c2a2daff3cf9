"""The operators of random graphs, one method a family that tries to add a node."""
from grow import ANY, DOUBLES, FLOATS, INTS, NUMBERS, WIDE, Maker, helper, np


def filled(v):
    """Not empty, or a batch of nothing."""
    return 0 not in v.shape[1:]


class Families(Maker):
    def op_unary(self):
        op = self.of("Relu", "Sigmoid", "Tanh", "Exp", "Sqrt", "Log", "Neg", "Abs", "Erf", "Softplus", "Softsign", "HardSwish", "Elu",
                     "Selu", "Celu", "LeakyRelu", "HardSigmoid", "ThresholdedRelu", "Mish", "Gelu", "Ceil", "Floor", "Round", "Sign",
                     "Reciprocal", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh", "Not",
                     "IsNaN", "IsInf", "BitwiseNot", "Identity", "Shrink")
        attributes = {"alpha": float(self.rng.random() + 0.1)} if op in ("Elu", "Celu", "LeakyRelu", "ThresholdedRelu") else {}
        if op == "Gelu":
            attributes = {"approximate": self.of("none", "tanh")}
        self.try_node(op, [self.pick(["bool"] if op == "Not" else INTS if op == "BitwiseNot" else NUMBERS + ["float16", "int16"])], **attributes)

    def op_binary(self):
        op = self.of("Add", "Sub", "Mul", "Div", "Max", "Min", "Pow", "Mod", "PRelu", "And", "Or", "Xor", "Equal", "Less", "Greater",
                     "LessOrEqual", "GreaterOrEqual", "BitwiseAnd", "BitwiseOr", "BitwiseXor")
        types = ["bool"] if op in ("And", "Or", "Xor") else INTS if op.startswith("Bitwise") else NUMBERS if op in ("Pow", "PRelu") else WIDE
        a = self.pick(types)
        if a is None:
            return
        b = self.like(a)
        if op == "Equal" and self.value[a].dtype.kind == "f":  # a unit in the last place of what made them decides
            x, y = self.value[a].astype(np.float64), self.value[b].astype(np.float64)
            if ((x != y) & (np.abs(x - y) <= 1e-5 * np.abs(x))).any():
                return
        if op == "PRelu" and self.value[b].ndim > self.value[a].ndim:  # the slope broadcasts, x does not
            return
        if op in ("Div", "Mod") and self.value[b].dtype.kind in "iu" and (self.value[b] == 0).any():
            return
        if op == "Pow" and self.chance(0.5):
            b = self.const(np.asarray(self.rng.integers(0, 4, self.value[b].shape), self.of("float32", "int32", "int64", "float64")))
        fmod = 1 if op == "Mod" and (self.value[a].dtype.kind == "f" or self.chance(0.3)) else None
        self.try_node(op, [a, b] if op in ("Div", "Mod", "Pow", "PRelu") or self.chance(0.5) else [b, a], fmod=fmod)

    def op_variadic(self):
        a = self.pick(WIDE)
        if a:
            op, others = self.of("Sum", "Max", "Min", "Mean"), [self.like(a) for _ in range(self.one(0, 3))]
            if self.value[a].dtype == np.float16 and op in ("Sum", "Mean") and len(others) > 1:  # onnxruntime rounds to 16 bits once
                return
            self.try_node(op, [a] + others)

    def op_where(self):
        a = self.pick(WIDE)
        if a:
            shape = [1 if self.chance(0.4) else d for d in self.value[a].shape]
            self.try_node("Where", [self.const(self.fill("bool", shape)), a, self.like(a)])

    def op_cast(self):
        a, to = self.pick(), np.dtype(self.of(*ANY))
        v = self.value[a]
        if to.kind in "iu" and v.dtype.kind == "f" and v.size:  # beyond the range there is no right result
            limits = np.iinfo(to)
            if not (v.min() > limits.min - 1 and v.max() < limits.max):
                return
        self.try_node("Cast", [a], to=helper.np_dtype_to_tensor_dtype(to))

    def op_clip(self):
        a = self.pick(WIDE)
        if a:
            t = self.value[a].dtype
            bounds = [self.const(np.array(b, t)) if self.chance(0.7) else "" for b in ((0, 5) if t.kind == "u" else (-1, 2))]
            self.try_node("Clip", [a] + bounds)

    def op_reduce(self):
        a = self.pick(["float32", "float32", "float64", "int32", "int64", "int8", "uint8", "bool"])
        if not a:
            return
        real = ("ReduceMean", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp") if self.value[a].dtype.kind == "f" and self.value[a].size else ()
        op = self.of("ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceSumSquare", *real)
        rank = self.value[a].ndim
        axes = sorted({self.one(0, rank) for _ in range(self.one(1, 3))}) if rank else []
        axes = [x - rank if self.chance(0.3) else x for x in axes]
        self.try_node(op, [a] + ([self.ints(*axes)] if axes and self.chance(0.8) else []), keepdims=self.of(0, 1),
                      noop_with_empty_axes=self.of(None, None, 1))

    def op_arg(self):
        a = self.pick(NUMBERS, lambda v: v.ndim > 0)
        if a and not (self.value[a].dtype.kind == "f" and np.isnan(self.value[a]).any()):  # to onnxruntime NaN is extreme only as the first
            self.try_node(self.of("ArgMax", "ArgMin"), [a], axis=self.one(-self.value[a].ndim, self.value[a].ndim), keepdims=self.of(0, 1),
                          select_last_index=self.of(0, 1))

    def op_softmax(self):
        a = self.pick(DOUBLES, lambda v: v.ndim > 0)
        if a:
            self.try_node(self.of("Softmax", "LogSoftmax", "Hardmax"), [a], axis=self.one(-self.value[a].ndim, self.value[a].ndim))

    def op_norm(self):
        a = self.pick(DOUBLES, lambda v: v.ndim >= 2 and filled(v))
        if not a:
            return
        s, c, t = self.value[a].shape, self.value[a].shape[1], self.value[a].dtype.name
        f = lambda *d: self.const(self.fill(t, d))
        kind = self.of("layer", "layer", "instance", "batch", "lp", "lrn")
        if kind == "layer":
            axis = self.one(1, len(s))
            self.try_node("LayerNormalization", [a, f(*s[axis:])] + ([f(*s[axis:])] if self.chance(0.6) else []), axis=axis)
        elif kind == "instance":
            # onnxruntime takes x * k + (b - mean * k), whose terms cancel where rows hardly vary
            rows = [row for image in self.value[a] for row in image]
            if all(row.std() + 0.01 > 1e-3 * np.abs(row).max() for row in rows):
                self.try_node("InstanceNormalization", [a, f(c), f(c)])
        elif kind == "batch":
            self.try_node("BatchNormalization", [a, f(c), f(c), f(c), self.const((self.rng.random(c) + 0.1).astype(t))])
        elif kind == "lp":
            self.try_node("LpNormalization", [a], axis=self.one(-1, len(s)), p=self.of(1, 2))
        elif kind == "lrn":
            self.try_node("LRN", [a], size=self.of(1, 3, 5), alpha=0.1)

    def op_matmul(self):
        a = self.pick(["float32", "float32", "float64", "int32"], lambda v: v.ndim >= 1)
        if not a:
            return
        s, n = self.value[a].shape, self.of(1, 3, 8, 17, 32)
        t = self.value[a].dtype.name
        batch = [d if self.chance(0.6) else 1 for d in s[:-2]][self.one(0, max(1, len(s) - 1)):]
        b = self.const(self.fill(t, (s[-1],) if self.chance(0.15) else (*batch, s[-1], n)))
        if self.chance(0.3) and len(s) == 2:
            tb = self.of(0, 1)
            w = self.const(self.fill(t, (n, s[1]) if tb else (s[1], n)))
            bias = [self.const(self.fill(t, self.of((n,), (1, n), (s[0], n), ())))] if self.chance(0.6) else []
            self.try_node("Gemm", [a, w] + bias, transB=tb, alpha=float(self.of(1, 0.5)), beta=float(self.of(1, 2)))
        else:
            self.try_node("MatMul", [a, b])

    def op_einsum(self):
        a = self.pick(NUMBERS, lambda v: v.ndim in (2, 3))
        if a:
            s, t = self.value[a].shape, self.value[a].dtype.name
            if len(s) == 2:
                b = self.const(self.fill(t, (s[1], 5)))
                self.try_node("Einsum", [a, b], equation=self.of("ij,jk->ik", "ij,jk->ki", "ij,jk->i", "ij,jk", "...j,jk->...k"))
            elif self.chance(0.5):
                self.try_node("Einsum", [a], equation=self.of("bij->bji", "bij->b", "bij->", "...ij->...i"))
            else:
                self.try_node("Einsum", [a, self.const(self.fill(t, (s[0], s[2], 3)))], equation=self.of("bij,bjk->bik", "bij,bjk->kib", "bij,bjk->bk"))

    def op_conv(self):
        a = self.pick(FLOATS, lambda v: v.ndim in (3, 4, 5) and filled(v) and v.shape[1] <= 17)
        if not a:
            return
        s = self.value[a].shape
        n, c = len(s) - 2, s[1]
        k, group = [self.of(1, 2, 3) for _ in range(n)], self.of(1, 1, c)
        transposed = self.chance(0.3)
        oc = group * self.of(1, 2, 5)
        w = self.const(self.fill("float32", (c, oc // group, *k) if transposed else (oc, c // group, *k)))
        bias = [self.const(self.fill("float32", (oc,)))] if self.chance(0.5) else []
        auto = self.of(None, None, None, "SAME_UPPER", "SAME_LOWER", "VALID")
        pads = [self.one(0, 2) for _ in range(2 * n)] if auto is None else None
        strides = [self.of(1, 1, 2, 3) for _ in range(n)]
        more = {"output_padding": [self.one(0, x) for x in strides]} if transposed and self.chance(0.3) else {}
        self.try_node("ConvTranspose" if transposed else "Conv", [a, w] + bias, group=group, strides=strides,
                      dilations=[self.of(1, 1, 2) for _ in range(n)], pads=pads, auto_pad=auto, **more)

    def op_pool(self):
        a = self.pick(DOUBLES + ["int8", "uint8", "float16"], lambda v: v.ndim in (3, 4, 5) and filled(v))
        if not a:
            return
        n = self.value[a].ndim - 2
        op = self.of("MaxPool", "MaxPool", "AveragePool", "LpPool", "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")
        if op.startswith("Global"):
            self.try_node(op, [a])
            return
        extra = {"count_include_pad": self.of(0, 1)} if op == "AveragePool" else {}
        k = [min(d, self.of(1, 2, 3)) for d in self.value[a].shape[2:]]
        indices = op == "MaxPool" and self.chance(0.3)
        if self.chance(0.2):
            where = {"auto_pad": self.of("SAME_UPPER", "SAME_LOWER", "VALID")}
        else:
            where = {"pads": [self.one(0, min(2, x)) for x in k] * 2, "ceil_mode": self.of(0, 0, 1)}
        dilations = [self.of(1, 2) if d > 2 * (x - 1) else 1 for d, x in zip(self.value[a].shape[2:], k)]
        if "auto_pad" in where or self.chance(0.6):  # onnxruntime forgets dilations where it pads by itself
            dilations = None
        self.try_node(op, [a], 2 if indices else 1, kernel_shape=k, strides=[self.of(1, 2) for _ in range(n)], dilations=dilations, **where,
                      storage_order=self.of(0, 1) if indices else None, **extra)

    def op_loss(self):
        a = self.pick(FLOATS, lambda v: v.ndim >= 2 and v.size)
        if not a:
            return
        shape = self.value[a].shape
        classes = self.rng.integers(0, shape[1], shape[:1] + shape[2:])
        ignored = self.of(None, -1, 0)
        if ignored is not None:
            classes = np.where(self.rng.random(classes.shape) < 0.3, ignored, classes)
        more = [self.const((self.rng.random(shape[1]) + 0.1).astype(self.value[a].dtype))] if self.chance(0.5) else []
        self.try_node(self.of("SoftmaxCrossEntropyLoss", "NegativeLogLikelihoodLoss"), [a, self.const(classes.astype(self.of("int32", "int64")))] + more,
                      reduction=self.of("none", "sum", "mean"), ignore_index=ignored)

    def op_reshape(self):
        a = self.pick()
        if not a:
            return
        v, kind = self.value[a], self.of("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose")
        if kind == "Reshape":
            size, dims = max(v.size, 1), []
            while v.size and size > 1 and len(dims) < 4 and self.chance(0.8):
                d = self.of(*[d for d in range(1, size + 1) if size % d == 0])
                dims.append(d)
                size //= d
            dims = dims + [size] if v.size else list(v.shape)[::-1]
            at = self.one(0, len(dims)) if dims else 0
            if v.size and at < v.ndim and at < len(dims) and dims[at] == v.shape[at] and self.chance(0.5):
                dims[at] = 0
            elif v.size and dims and self.chance(0.4):
                dims[at] = -1
            self.try_node("Reshape", [a, self.ints(*dims)])
        elif kind == "Flatten":
            self.try_node("Flatten", [a], axis=self.one(-v.ndim, v.ndim + 1))
        elif kind == "Squeeze":
            ones = [d for d, e in enumerate(v.shape) if e == 1]
            self.try_node("Squeeze", [a] + ([self.ints(*ones[:1])] if ones and self.chance(0.7) else []))
        elif kind == "Unsqueeze" and v.ndim < 5:
            axes = list(dict.fromkeys(self.one(0, v.ndim + 1) for _ in range(self.of(1, 2))))
            self.try_node("Unsqueeze", [a, self.ints(*[x - (v.ndim + len(axes)) * self.of(0, 1) for x in axes])])
        elif kind == "Transpose":
            self.try_node("Transpose", [a], perm=[int(d) for d in self.rng.permutation(v.ndim)] if v.ndim and self.chance(0.8) else None)

    def op_concat(self):
        a = self.pick(ANY, lambda v: v.ndim > 0)
        if a:
            axis = self.one(0, self.value[a].ndim)
            s = list(self.value[a].shape)
            s[axis] = self.of(0, 1, 3)
            self.try_node("Concat", [a, self.const(self.fill(self.value[a].dtype.name, s)), a][: self.one(1, 4)], axis=axis)

    def op_split(self):
        a = self.pick(ANY, lambda v: v.ndim > 0)
        if a:
            axis = self.one(0, self.value[a].ndim)
            e = self.value[a].shape[axis]
            if self.opset >= 18 and e > 0 and self.chance(0.4):
                count = self.one(1, min(e, 4) + 1)
                self.try_node("Split", [a], count, axis=axis - self.of(0, self.value[a].ndim), num_outputs=count)
                return
            first = self.one(0, e + 1)
            self.try_node("Split", [a, self.ints(first, e - first)], 2, axis=axis)

    def op_slice(self):
        a = self.pick(ANY, lambda v: v.ndim > 0)
        if not a:
            return
        rank = self.value[a].ndim
        axes = sorted({self.one(0, rank) for _ in range(2)})
        step = [self.of(1, 1, 2, -1, -2) for _ in axes]
        ends = [self.one(-6, 9) if s > 0 else self.of(-(2**31), 0, -3) for s in step]
        self.try_node("Slice", [a, self.ints(*[self.one(-6, 7) for _ in axes]), self.ints(*ends), self.ints(*axes), self.ints(*step)])

    def op_pad(self):
        a = self.pick(["float32", "int32", "int64", "uint8"], lambda v: v.ndim > 0)
        if a:
            v = self.value[a]
            mode = self.of("constant", "constant", "edge", "reflect", "wrap")
            pads = [self.of(0, 1, 2, -1 if mode == "constant" else 0) for _ in range(2 * v.ndim)]
            self.try_node("Pad", [a, self.ints(*pads)] + ([self.const(np.array(3, v.dtype))] if mode == "constant" and self.chance(0.5) else []),
                          mode=mode)

    def op_gather(self):
        a = self.pick(ANY, lambda v: v.ndim > 0 and v.size)
        if not a:
            return
        v, axis = self.value[a], self.one(0, self.value[a].ndim)
        kind, e = self.of("Gather", "GatherElements", "GatherND", "ScatterElements", "ScatterND"), self.value[a].shape[axis]
        at = lambda shape, n: self.const(self.rng.integers(-n, n, shape).astype(np.int64))
        if kind == "Gather":
            index = at(self.shape(self.one(0, 3)), e)
            if self.chance(0.4):  # data, of either type
                index = self.given(self.weights[index].astype(self.of("int32", "int64")))
            self.try_node(kind, [a, index], axis=axis - self.of(0, v.ndim))
        elif kind == "GatherND":
            if v.ndim >= 2 and self.chance(0.4):
                self.try_node(kind, [a, at((v.shape[0], self.one(1, 4), 1), v.shape[1])], batch_dims=1)
            else:
                self.try_node(kind, [a, at((*self.shape(1), 1), v.shape[0])])
        elif kind == "ScatterND":
            order = self.rng.permutation(v.shape[0])[: self.one(1, v.shape[0] + 1)]
            self.try_node(kind, [a, self.const(order.reshape(-1, 1).astype(np.int64)), self.const(self.fill(v.dtype.name, (len(order), *v.shape[1:])))],
                          reduction=self.of(None, None, "add", "mul", "max", "min"))
        else:
            s = tuple(self.one(1, d + 1) for d in v.shape)
            if kind == "GatherElements":
                self.try_node(kind, [a, at(s, e)], axis=axis)
            else:
                reduction = self.of("add", "mul", "max", "min") if s[axis] > 1 or self.chance(0.4) else None  # places that come twice have no order
                self.try_node(kind, [a, at(s, e), self.const(self.fill(v.dtype.name, s))], axis=axis, reduction=reduction)

    def op_shape(self):
        a = self.pick()
        if a:
            r = self.value[a].ndim
            if self.chance(0.3):
                self.try_node("Shape", [a], start=self.one(-3, 4), end=self.of(None, self.one(-3, 5)))
            else:
                self.try_node(self.of("Shape", "Size"), [a])
            if r and self.chance(0.3):
                self.try_node("Expand", [a, self.ints(*[self.of(1, d if d != 1 else 3) for d in self.value[a].shape])])

    def op_tile(self):
        a = self.pick(ANY, lambda v: 0 < v.ndim)
        if a:
            self.try_node("Tile", [a, self.ints(*[self.of(1, 1, 2, 3) for _ in self.value[a].shape])])

    def op_cumsum(self):
        a = self.pick(["float32", "float64", "int32", "int64"], lambda v: v.ndim > 0)
        if a:
            self.try_node("CumSum", [a, self.const(np.array(self.one(-self.value[a].ndim, self.value[a].ndim), np.int64))],
                          exclusive=self.of(0, 1), reverse=self.of(0, 1))

    def op_topk(self):
        a = self.pick(NUMBERS, lambda v: v.ndim > 0 and v.size)
        if a:
            axis = self.one(0, self.value[a].ndim)
            self.try_node("TopK", [a, self.ints(self.one(1, self.value[a].shape[axis] + 1))], 2, axis=axis, largest=self.of(0, 1))

    def op_resize(self):
        a = self.pick(FLOATS + ["uint8", "int8", "int32"], lambda v: v.ndim in (3, 4) and filled(v))
        if not a:
            return
        n = self.value[a].ndim
        scales = [1.0, 1.0] + [float(self.of(0.5, 1, 1.5, 2, 3)) for _ in range(n - 2)]
        mode = self.of("nearest", "linear", "cubic") if n == 4 else self.of("nearest", "linear")
        operands = [a, "", self.const(np.array(scales, np.float32))]
        if self.chance(0.3):
            operands = [a, "", "", self.ints(*self.value[a].shape[:2], *[self.one(1, 9) for _ in range(n - 2)])]
        elif self.opset == 10:
            del operands[1]
        more = {"cubic_coeff_a": self.of(-0.75, -0.5), "exclude_outside": self.of(0, 1)} if mode == "cubic" else {}
        if mode != "nearest" and self.chance(0.3):
            more["antialias"] = 1
        tie = self.value[a].dtype.kind in "iu" and mode != "nearest"  # half a step may lie on either side, as its weights are floats
        self.try_node("Resize", operands, steps=int(tie), mode=mode, **more,
                      coordinate_transformation_mode=self.of("half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"),
                      nearest_mode=self.of("floor", "ceil", "round_prefer_floor"))

    def op_image(self):
        a = self.pick(FLOATS, lambda v: v.ndim == 4 and filled(v))
        if not a:
            return
        n, c, h, w = self.value[a].shape
        kind = self.of("depth", "space", "grid", "crop")
        if kind == "depth" and c % 4 == 0:
            self.try_node("DepthToSpace", [a], blocksize=2, mode=self.of("DCR", "CRD"))
        elif kind == "space" and h % 2 == 0 and w % 2 == 0:
            self.try_node("SpaceToDepth", [a], blocksize=2)
        elif kind == "grid":
            grid = self.given((self.rng.random((n, 5, 4, 2)) * 2.4 - 1.2).astype(np.float32))
            self.try_node("GridSample", [a, grid], mode=self.of("linear", "nearest", "cubic"), align_corners=self.of(0, 1),
                          padding_mode=self.of("zeros", "border", "reflection"))

    def op_other(self):
        kind = self.of("Trilu", "OneHot", "EyeLike", "Det", "ReverseSequence", "NonZero", "Unique", "Compress")
        if kind in ("Trilu", "EyeLike", "Det"):
            a = self.pick(FLOATS, lambda v: v.ndim == 2 or (kind == "Trilu" and v.ndim > 2))
            if kind == "Det" and a and self.value[a].shape[-1] != self.value[a].shape[-2]:
                return
            self.try_node(kind, [a], upper=self.of(0, 1) if kind == "Trilu" else None)
        elif kind == "OneHot":
            a = self.pick(["int64", "int32"])
            if a:
                self.try_node(kind, [a, self.const(np.array(6, np.int64)), self.const(np.array([0, 2], np.float32))],
                              axis=self.one(-1, self.value[a].ndim + 1))
        elif kind == "ReverseSequence":
            a = self.pick(FLOATS, lambda v: v.ndim >= 2 and v.size)
            if a:
                t, b = self.value[a].shape[:2]
                self.try_node(kind, [a, self.const(self.rng.integers(1, t + 1, b).astype(np.int64))])
        elif kind == "Compress":
            a = self.pick(ANY, lambda v: v.ndim > 0 and v.size)
            if a:
                axis = self.one(0, self.value[a].ndim)
                self.try_node(kind, [a, self.const(self.fill("bool", (self.value[a].shape[axis],)))], axis=axis)

    def op_quantise(self):
        a = self.pick(FLOATS, filled)
        if a:
            t, shape, rank = self.of("int8", "uint8", "int16", "uint16"), self.value[a].shape, self.value[a].ndim
            axis = self.one(-rank, rank) if rank and self.chance(0.5) else None
            size, more = (() if axis is None else shape[axis]), {} if axis is None else {"axis": axis}
            if axis is not None and self.opset >= 21 and self.chance(0.4):
                more["block_size"] = self.of(2, 3)
                size = list(shape)
                size[axis] = -(-shape[axis] // more["block_size"])
            pair = [self.const(np.asarray(self.rng.choice([0.05, 0.1, 0.25], size), np.float32)),
                    self.const(np.asarray(self.rng.integers(0, 4, size)).astype(t))]
            q = self.try_node("QuantizeLinear", [a] + pair, **more)
            if q:
                self.try_node("DequantizeLinear", [q] + pair, **more)

    def op_rnn(self):
        # onnxruntime's Softplus of a large gate can be lost: 0 where 0.5 is right
        a = self.pick(DOUBLES, lambda v: v.ndim == 3 and v.size and np.abs(v).max() < 20)
        if not a:
            return
        op, (t, b, i), h = self.of("RNN", "GRU", "LSTM"), self.value[a].shape, self.of(1, 4, 5)
        gates, both = {"RNN": 1, "GRU": 3, "LSTM": 4}[op], self.chance(0.3)
        d = 2 if both else 1
        f = lambda *s: self.const((0.4 * self.rng.standard_normal(s)).astype(self.value[a].dtype))
        lengths = self.const(self.rng.integers(1, t + 1, b).astype(np.int32)) if self.chance(0.3) else ""
        each = {"RNN": 1, "GRU": 2, "LSTM": 3}[op]
        start = [f(d, b, h)] if self.chance(0.4) else []
        if op == "LSTM" and start:
            start += [f(d, b, h)] + ([f(d, 3 * h)] if self.chance(0.5) else [])
        named = [self.of("Relu", "Tanh", "Sigmoid", "LeakyRelu", "HardSigmoid", "Elu", "Softsign", "Softplus") for _ in range(each)]
        self.try_node(op, [a, f(d, gates * h, i), f(d, gates * h, h), f(d, 2 * gates * h) if self.chance(0.7) else "", lengths] + start, self.of(1, 2, each if op == "LSTM" else 2), hidden_size=h,
                      direction="bidirectional" if both else self.of("forward", "reverse"), activations=named * d if self.chance(0.3) else None,
                      clip=self.of(None, None, 0.5), linear_before_reset=self.of(0, 1) if op == "GRU" else None)
