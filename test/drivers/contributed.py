#!/usr/bin/env python3
"""Operators of com.microsoft: what onnxruntime's own tools make of models, from a seed, judged by onnxruntime. Quantised
results may be one step apart: it multiplies by ratios where we divide.

    contributed.py [KIND|all [FIRST [COUNT]]]
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "judge"))
from judge import BYTES, Case, ints, main, np, of, scale, zero  # noqa: E402


def normal(rng, *shape):
    return rng.standard_normal(shape).astype(np.float32)


def case(op, values, outputs, first=1, **more):
    """The first operands are data, the others constants; None: absent."""
    data = {n: v for n, v in list(values.items())[:first] if v is not None}
    constants = {n: v for n, v in values.items() if v is not None and n not in data}
    order = [n if v is not None else "" for n, v in values.items()]
    return Case(op, data, outputs, constants, order=order, domain="com.microsoft", **more)


def quantised(rng, name, kind, *shape):
    return {name: ints(rng, kind, *shape), name + "s": scale(rng), name + "z": zero(rng, kind)}


def qlinear_binary(rng):
    kind, shape = of(rng, *BYTES), (2, 3, 5)
    a, b = quantised(rng, "a", kind, *shape), quantised(rng, "b", kind, *of(rng, shape, (5,), (3, 1)))
    values = {**a, **b, "ys": scale(rng, 0.1, 0.3), "yz": zero(rng, kind)}
    data = {"a": values["a"], "b": values["b"]}
    constants = {n: v for n, v in values.items() if n not in data}
    return Case(of(rng, "QLinearAdd", "QLinearMul"), data, {"y": kind}, constants, order=list(values), domain="com.microsoft", steps=1)


def qlinear_unary(rng):
    kind = of(rng, *BYTES)
    values = {**quantised(rng, "x", kind, 4, 7), "ys": scale(rng, 0.004, 0.1), "yz": zero(rng, kind)}
    op = of(rng, "QLinearSigmoid", "QLinearLeakyRelu")
    return case(op, values, {"y": kind}, steps=1, **({"alpha": 0.2} if op == "QLinearLeakyRelu" else {}))


def qlinear_softmax(rng):
    kind = of(rng, *BYTES)
    values = {**quantised(rng, "x", kind, 3, 4, 7), "ys": scale(rng, 0.003, 0.01), "yz": zero(rng, kind)}
    return case("QLinearSoftmax", values, {"y": kind}, steps=1, axis=-1, opset=13)


def qlinear_global_pool(rng):
    kind, last = of(rng, *BYTES), of(rng, 0, 1)
    values = {**quantised(rng, "x", kind, 2, 5, 6, 7), "ys": scale(rng, 0.01, 0.05), "yz": zero(rng, kind)}
    return case("QLinearGlobalAveragePool", values, {"y": kind}, steps=1, channels_last=last)


def qlinear_average_pool(rng):
    kind = of(rng, *BYTES)
    values = {**quantised(rng, "x", kind, 1, 5, 6, 7), "ys": scale(rng, 0.02, 0.1), "yz": zero(rng, kind)}
    return case("QLinearAveragePool", values, {"y": kind}, steps=1, kernel_shape=[3, 2], strides=[2, 1], pads=of(rng, [0, 0, 0, 0], [1, 0, 1, 1]),
                count_include_pad=of(rng, 0, 1), channels_last=of(rng, 0, 1))


def qlinear_concat(rng):
    kind = of(rng, *BYTES)
    ys, yz = scale(rng, 0.05, 0.1), zero(rng, kind)
    parts = {**quantised(rng, "a", kind, 2, 3), **quantised(rng, "b", kind, 2, 4)}
    if rng.random() < 0.5:
        parts.update({"as": ys, "az": yz})
    values = {"ys": ys, "yz": yz, **parts}
    data = {n: values[n] for n in ("a", "b")}
    constants = {n: v for n, v in values.items() if n not in data}
    return Case("QLinearConcat", data, {"y": kind}, constants, order=list(values), domain="com.microsoft", steps=1, axis=1)


def qlinear_where(rng):
    kind = of(rng, *BYTES)
    values = {"c": rng.random((3, 4)) < 0.5, **quantised(rng, "a", kind, 3, 4), **quantised(rng, "b", kind, 4), "ys": scale(rng), "yz": zero(rng, kind)}
    return case("QLinearWhere", values, {"y": kind}, steps=1)


def dynamic_quantize_matmul(rng):
    kind, n = of(rng, *BYTES), 6
    columns = of(rng, (), (n,))
    values = {"a": normal(rng, 2, 3, 9), "b": ints(rng, kind, 9, n), "bs": scale(rng, 0.02, 0.1, *columns),
              "bz": of(rng, None, zero(rng, kind, *columns)), "bias": of(rng, None, normal(rng, n))}
    return case("DynamicQuantizeMatMul", values, {"y": np.float32})


def matmul_integer_to_float(rng):
    a, b, n = of(rng, *BYTES), np.int8, 6
    columns = of(rng, (), (n,))
    values = {"a": ints(rng, a, 2, 3, 9), "b": ints(rng, b, 9, n), "as": scale(rng), "bs": scale(rng, 0.02, 0.1, *columns),
              "az": of(rng, None, zero(rng, a)), "bz": of(rng, None, zero(rng, b, *columns)), "bias": of(rng, None, normal(rng, n))}
    return case("MatMulIntegerToFloat", values, {"y": np.float32})


def qgemm(rng):
    a, n, turned = of(rng, *BYTES), 6, of(rng, 0, 1)
    b = of(rng, np.int8, np.uint8) if a == np.uint8 else np.int8
    columns = of(rng, (), (n,))
    values = {"a": ints(rng, a, 3, 9), "as": scale(rng), "az": zero(rng, a), "b": ints(rng, b, *((n, 9) if turned else (9, n))),
              "bs": scale(rng, 0.02, 0.1, *columns), "bz": zero(rng, b, *columns), "c": of(rng, None, ints(rng, np.int32, n))}
    real = rng.random() < 0.3
    if not real:
        values.update({"ys": scale(rng, 1, 3), "yz": zero(rng, a)})
    return case("QGemm", values, {"y": np.float32 if real else a}, transB=turned, steps=1)


def matmul_nbits(rng):
    k, n, block, bits = int(rng.integers(5, 90)), int(rng.integers(1, 20)), of(rng, 16, 32), 4
    blocks = -(-k // block)
    zeros = of(rng, None, ints(rng, np.uint8, n * ((blocks * bits + 7) // 8)))
    values = {"a": normal(rng, *of(rng, (1, k), (2, 3, k))), "b": ints(rng, np.uint8, n, blocks, block * bits // 8), "s": scale(rng, 0.02, 0.1, n * blocks), "z": zeros}
    return case("MatMulNBits", values, {"y": np.float32}, atol=1e-4, K=k, N=n, bits=bits, block_size=block)


def fused_matmul(rng):
    ta, tb, batch = of(rng, 0, 1), of(rng, 0, 1), of(rng, 0, 1)
    a, b = normal(rng, *((2, 5, 3) if ta else (2, 3, 5))), normal(rng, *((2, 4, 5) if tb else (2, 5, 4)))
    if batch:  # [m, batch, k]
        a = np.ascontiguousarray(np.moveaxis(a, 0, 1))
    return case("FusedMatMul", {"a": a, "b": b}, {"y": np.float32}, first=2, transA=ta, transB=tb, transBatchA=batch, alpha=of(rng, 1.0, 0.25))


def fused_gemm(rng):
    more = of(rng, {"activation": "Relu"}, {"activation": "LeakyRelu", "activation_alpha": 0.3}, {"activation": "Tanh"})
    return case("FusedGemm", {"a": normal(rng, 3, 5), "b": normal(rng, 4, 5), "c": normal(rng, 4)}, {"y": np.float32}, transB=1, alpha=0.5, **more)


def fused_conv(rng):
    more = of(rng, {"activation": "Relu"}, {"activation": "LeakyRelu", "activation_params": [0.3]}, {"activation": "Clip", "activation_params": [-0.5, 0.5]},
              {"activation": "HardSigmoid", "activation_params": [0.3, 0.4]})
    z = of(rng, None, normal(rng, 1, 8, 5, 5))
    values = {"x": normal(rng, 1, 4, 5, 5), "w": normal(rng, 8, 4, 3, 3), "b": normal(rng, 8), "z": z}
    return case("FusedConv", values, {"y": np.float32}, pads=[1, 1, 1, 1], kernel_shape=[3, 3], **more)


def skip_norm(rng):
    x, skip, bias = normal(rng, 2, 3, 8), normal(rng, 2, 3, 8), of(rng, None, normal(rng, 8))
    if rng.random() < 0.5:
        values = {"x": x, "skip": skip, "gamma": normal(rng, 8), "beta": of(rng, None, normal(rng, 8)), "bias": bias}
        return case("SkipLayerNormalization", values, {"y": np.float32}, first=2, epsilon=1e-5)
    return case("SkipSimplifiedLayerNormalization", {"x": x, "skip": skip, "gamma": normal(rng, 8), "bias": bias}, {"y": np.float32}, first=2, epsilon=1e-5)


def bias_gelu(rng):
    if rng.random() < 0.5:
        return case("BiasGelu", {"x": normal(rng, 3, 8), "b": normal(rng, 8)}, {"y": np.float32})
    return case("FastGelu", {"x": normal(rng, 3, 8), "b": of(rng, None, normal(rng, 8))}, {"y": np.float32})


def mask_of(rng, batch, queries, keys):
    counts = rng.integers(1, keys + 1, batch)
    flags = (np.arange(keys) < counts[:, None]).astype(np.int32)
    rows = rng.integers(0, 2, (batch, queries, keys)).astype(np.int32)
    rows[..., 0] = 1
    return of(rng, None, counts.astype(np.int32), np.concatenate([counts, np.zeros_like(counts)]).astype(np.int32), flags, rows)


def attention(rng):
    batch, length, width, heads, past = of(rng, 1, 2), 5, 8, 2, of(rng, 0, 3)
    more = {"unidirectional": 1} if rng.random() < 0.5 else {}
    sizes = of(rng, None, [8, 8, 12])
    if sizes and not past:
        more["qkv_hidden_sizes"] = sizes
    total = sum(sizes) if sizes and not past else 3 * width
    values = {"x": normal(rng, batch, length, width), "w": normal(rng, width, total) / 2, "b": normal(rng, total), "mask": mask_of(rng, batch, length, length + past)}
    if past:
        values["mask"] = None
        values["past"] = normal(rng, 2, batch, heads, past, width // heads)
    elif rng.random() < 0.5:
        values.update({"past": None, "bias": normal(rng, 1, heads, length, length)})
    return case("Attention", values, {"y": np.float32, "present": np.float32} if past else {"y": np.float32}, num_heads=heads, **more)


def qattention(rng):
    kind, weight = np.uint8, of(rng, *BYTES)
    values = {"x": ints(rng, kind, 2, 5, 8), "w": ints(rng, weight, 8, 24), "b": normal(rng, 24), "xs": scale(rng, 0.002, 0.005), "ws": scale(rng, 0.002, 0.005),
              "mask": None, "xz": zero(rng, kind), "wz": zero(rng, weight)}
    return case("QAttention", values, {"y": np.float32}, num_heads=2, unidirectional=of(rng, 0, 1))


def multi_head_attention(rng):
    batch, length, keys, heads, size, inner = of(rng, 1, 2), 5, of(rng, 5, 7), 2, 4, of(rng, 4, 6)
    form = of(rng, "plain", "bias", "packed", "heads", "past")
    more = {"scale": 0.3} if rng.random() < 0.3 else {}
    if form == "packed":  # onnxruntime has it on other devices alone
        packed = normal(rng, batch, length, heads, 3, size)
        x, y, z = np.moveaxis(packed, (3, 2), (0, 2))
        scores = np.exp(x @ np.swapaxes(y, -1, -2) * more.get("scale", size**-0.5))
        want = np.moveaxis(scores / scores.sum(-1, keepdims=True) @ z, 1, 2).reshape(batch, length, -1).astype(np.float32)
        return case("MultiHeadAttention", {"q": packed}, {"y": np.float32}, want=[want], num_heads=heads, **more)
    q = normal(rng, batch, length, heads * size)
    if form == "heads":
        values = {"q": q, "k": normal(rng, batch, heads, keys, size), "v": normal(rng, batch, heads, keys, size)}
        return case("MultiHeadAttention", values, {"y": np.float32}, first=3, num_heads=heads, **more)
    if form == "past":
        inner, keys = size, length
        more["unidirectional"] = of(rng, 0, 1)
    values = {"q": q, "k": normal(rng, batch, keys, heads * size), "v": normal(rng, batch, keys, heads * inner),
              "b": normal(rng, heads * (2 * size + inner)) if form == "bias" else None}
    values["mask"] = of(rng, None, (rng.random((batch, keys)) < 0.7).astype(np.int32)) if form != "past" else None
    values["bias"] = normal(rng, 1, heads, length, keys) if form == "plain" and rng.random() < 0.5 else None
    if form == "past":
        values.update({"pk": normal(rng, batch, heads, 3, size), "pv": normal(rng, batch, heads, 3, size)})
    return case("MultiHeadAttention", values, {n: np.float32 for n in (("y", "k2", "v2") if form == "past" else ("y",))}, first=3, num_heads=heads, **more)


def embed_layer_norm(rng):
    ids, segments, mask = rng.integers(0, 11, (2, 5)).astype(np.int32), rng.integers(0, 2, (2, 5)).astype(np.int32), rng.integers(0, 2, (2, 5)).astype(np.int32)
    two = of(rng, True, False)
    values = {"ids": ids, "segments": segments if two else None, "word": normal(rng, 11, 8), "place": normal(rng, 7, 8), "segment": normal(rng, 2, 8) if two else None,
              "gamma": normal(rng, 8), "beta": normal(rng, 8), "mask": of(rng, None, mask), "at": of(rng, None, rng.integers(0, 7, (2, 5)).astype(np.int32))}
    return case("EmbedLayerNormalization", values, {"y": np.float32, "index": np.int32, "sum": np.float32}, epsilon=1e-6)


def rotary(rng):
    size, pairs, heads = 8, of(rng, 0, 1), 3
    part = of(rng, 0, 4)
    x = normal(rng, 2, heads, 5, size) if rng.random() < 0.5 else normal(rng, 2, 5, heads * size)
    ids = of(rng, np.array([2], np.int64), rng.integers(0, 9, (2, 5)))
    more = {"rotary_embedding_dim": part, "num_heads": heads} if part else {}
    table = rng.random((9, (part or size) // 2)).astype(np.float32)
    return case("RotaryEmbedding", {"x": x, "ids": ids, "cos": np.cos(table), "sin": np.sin(table)}, {"y": np.float32}, interleaved=pairs, **more)


def group_query_attention(rng):
    batch, heads, shared, size, rotary = 2, 4, of(rng, 1, 2, 4), 16, of(rng, 0, 1)
    length, past = of(rng, (5, None), (1, 4), (1, 6), (5, 8))
    more = {"do_rotary": rotary, "rotary_interleaved": of(rng, 0, 1)} if rotary else {}
    if rng.random() < 0.3:
        more["softcap"] = 2.0
    if rng.random() < 0.4:
        more["local_window_size"] = 2
    first = length > 1
    total = length if first else int(rng.integers(2, past + 2))
    even = first or rng.random() < 0.5
    seqlens = np.full(batch, total - 1) if even else rng.integers(1, total, batch)
    seqlens[0] = total - 1
    packed = rng.random() < 0.3
    values = {"q": normal(rng, batch, length, (heads + 2 * shared if packed else heads) * size), "k": None if packed else normal(rng, batch, length, shared * size),
              "v": None if packed else normal(rng, batch, length, shared * size), "pk": normal(rng, batch, shared, past, size) if past else None,
              "pv": normal(rng, batch, shared, past, size) if past else None, "lens": seqlens.astype(np.int32), "total": np.array([total], np.int32)}
    if rotary:
        table = rng.random((16, size // 2)).astype(np.float32)
        values.update({"cos": np.cos(table), "sin": np.sin(table)})
    whole = even and (past or 0) + (0 if first and past is None else length) == total or past is None
    make = lambda names, want=None: case("GroupQueryAttention", values, {r: np.float32 for r in names}, first=6, want=want, num_heads=heads, kv_num_heads=shared, **more)
    full = make(("y", "pk2", "pv2"))  # without the other results onnxruntime forgets the past
    return full if whole else make(("y",), full.judge()[:1])  # what lies behind the keys of a batch entry is nobody's concern


def nhwc_max_pool(rng):
    kind = of(rng, *BYTES)
    more = of(rng, {}, {"strides": [2, 2]}, {"pads": [1, 0, 1, 1]}, {"auto_pad": "SAME_UPPER", "strides": [2, 1]})
    return case("NhwcMaxPool", {"x": ints(rng, kind, 2, 6, 7, 3)}, {"y": kind}, kernel_shape=[2, 3], **more)


def quantize_linear(rng):
    kind = of(rng, np.int8, np.uint8, np.int16, np.uint16)
    if rng.random() < 0.5:
        return case("QuantizeLinear", {"x": normal(rng, 3, 4, 5), "s": scale(rng, 0.02, 0.1, 4), "z": np.full(4, 5, kind)}, {"y": kind}, axis=1)
    return case("DequantizeLinear", {"x": ints(rng, kind, 3, 4, 5), "s": scale(rng, 0.02, 0.1), "z": np.array(7, kind)}, {"y": np.float32})


def simplified_layer_norm(rng):
    x = Case("SimplifiedLayerNormalization", {"x": normal(rng, 3, 4, 8)}, {"y": np.float32}, {"scale": normal(rng, 8)}, epsilon=1e-5, axis=-1)
    return x


def qlinear_conv(rng):
    kind, last = np.uint8, of(rng, 0, 1)
    more = of(rng, {}, {"pads": [1, 0, 1, 1]}, {"strides": [2, 1], "auto_pad": "SAME_UPPER"})
    values = {"x": ints(rng, kind, *((1, 6, 7, 3) if last else (1, 3, 6, 7))), "xs": scale(rng), "xz": zero(rng, kind), "w": ints(rng, kind, 4, 3, 2, 3), "ws": scale(rng),
              "wz": zero(rng, kind), "ys": scale(rng, 1, 3), "yz": zero(rng, kind), "b": of(rng, None, ints(rng, np.int16, 4).astype(np.int32))}
    return case("QLinearConv", values, {"y": kind}, steps=1, channels_last=last, **more)


def taken_over(rng):
    """What the standard has by now."""
    x = normal(rng, 2, 3)
    return of(rng, lambda: case("ExpandDims", {"x": x, "axis": np.int32(of(rng, -1, 0, 1))}, {"y": np.float32}),
              lambda: case("Pad", {"x": x, "pads": np.array([0, 1, 2, 1]), "value": np.float32(3)}, {"y": np.float32}, mode="constant"),
              lambda: case("GatherND", {"x": x, "at": np.array([[0, 1], [1, 2]])}, {"y": np.float32}),
              lambda: case("Trilu", {"x": x}, {"y": np.float32}, upper=0),
              lambda: case("GridSample", {"x": normal(rng, 1, 2, 4, 4), "grid": normal(rng, 1, 3, 3, 2) / 2}, {"y": np.float32}, first=2),
              lambda: case("CDist", {"x": x, "z": normal(rng, 4, 3)}, {"y": np.float32}, metric=of(rng, "euclidean", "sqeuclidean")))()


def unfold_tensor(rng):
    x, dim = normal(rng, 2, 7, 5), of(rng, -1, 0, 1)
    return case("UnfoldTensor", {"x": x}, {"y": np.float32}, dim=dim, size=int(rng.integers(1, x.shape[dim] + 1)), step=int(rng.integers(1, 4)))


KINDS = [qlinear_binary, qlinear_unary, qlinear_softmax, qlinear_global_pool, qlinear_average_pool, qlinear_concat, qlinear_where, dynamic_quantize_matmul,
         matmul_integer_to_float, qgemm, matmul_nbits, fused_matmul, fused_gemm, fused_conv, skip_norm, bias_gelu,
         attention, qattention, multi_head_attention, embed_layer_norm, rotary, group_query_attention, nhwc_max_pool,
         quantize_linear, simplified_layer_norm, qlinear_conv, taken_over, unfold_tensor]


if __name__ == "__main__":
    main(KINDS)
