#!/usr/bin/env python3
"""DFT and STFT of random lengths, axes, types and paddings, from a seed, judged by NumPy in double.

    transforms.py [KIND|all [FIRST [COUNT]]]
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "judge"))
from judge import Case, main, np, of  # noqa: E402

LENGTHS = (1, 2, 3, 6, 8, 9, 13, 16, 20, 26, 34, 49, 60, 64, 77, 97, 100, 121, 128, 289, 323, 400, 512, 1000, 1021, 2048)
TOLERANCE = {np.float16: 1e-3, np.float32: 1e-6, np.float64: 1e-13}


def parts(z, kind):
    return np.stack([z.real, z.imag], -1).astype(kind)


def case(op, kind, data, constants, want, opset=20, order=None, **more):
    atol = TOLERANCE[kind] * float(abs(want).max(initial=1))
    return Case(op, data, {"y": kind}, constants, versions={"": opset}, want=[want], rtol=TOLERANCE[kind], atol=atol,
                order=order or ["x", *constants], **more)


def dft(rng):
    kind, length, inverse, onesided = of(rng, *TOLERANCE), of(rng, *LENGTHS), of(rng, 0, 1), of(rng, 0, 1)
    half = inverse and onesided
    if half and length < 2:
        length = 2
    shape, axis = list(of(rng, (), (3,), (2, 3))), of(rng, 0, 1, 2)
    axis = min(axis, len(shape))
    there = length // 2 + 1 if half else max(1, length + of(rng, 0, 0, -3, 5))
    shape.insert(axis, there)
    x = rng.standard_normal((*shape, of(rng, 1, 2))).astype(kind)
    z = x[..., 0] + (1j * x[..., 1].astype(np.float64) if x.shape[-1] == 2 else 0)
    if half:
        y = np.fft.irfft(z, n=length, axis=axis)[..., None].astype(kind)
    else:
        y = (np.fft.ifft if inverse else np.fft.fft)(z, n=length, axis=axis)
        y = parts(np.take(y, range(length // 2 + 1), axis) if onesided else y, kind)
    if of(rng, 0, 1):
        return case("DFT", kind, {"x": x}, {"n": np.int64(length)}, y, opset=17, axis=axis, inverse=inverse, onesided=onesided)
    constants = {"n": np.int64(length), "a": np.int64(axis - len(shape) - 1)}
    return case("DFT", kind, {"x": x}, constants, y, inverse=inverse, onesided=onesided)


def stft(rng):
    kind, length, step, onesided = of(rng, np.float32, np.float64), of(rng, 8, 25, 60, 512), of(rng, 1, 7, 160), of(rng, 0, 1)
    complex_ = 0 if onesided else of(rng, 0, 1)
    x = rng.standard_normal((of(rng, 1, 2), length + of(rng, 0, 5, 400), 1 + complex_)).astype(kind)
    window = rng.random(length).astype(kind) if of(rng, 0, 1) else None
    z = x[..., 0] + (1j * x[..., 1].astype(np.float64) if complex_ else 0)
    frames = np.stack([z[:, i:i + length] for i in range(0, x.shape[1] - length + 1, step)], 1)
    y = np.fft.fft(frames * (1 if window is None else window))
    y = parts(y[..., :length // 2 + 1] if onesided else y, kind)
    constants = {"step": np.int64(step), **({} if window is None else {"window": window}), "length": np.int64(length)}
    order = ["x", "step", "window" if window is not None else "", "length"]
    return case("STFT", kind, {"x": x}, constants, y, opset=17, order=order, onesided=onesided)


main([dft, stft])
