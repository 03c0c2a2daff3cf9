"""examples/keyword_spotting: images for emulated boards hear what NumPy's features and onnxruntime hear; images for real ones."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import wave

TENON = os.path.abspath(os.environ.get("TENON", "build/tenon"))
SHARED = os.path.abspath(os.environ.get("SHARED", "../shared"))
MODEL = os.path.join(SHARED, "models/mlperf_tiny/kws_int8.onnx")
SOUND = [os.path.join(SHARED, f"models/tflite_micro/{word}_1000ms.wav") for word in ("yes", "no")]
WORDS = "down go left no off on right stop up yes silence unknown".split()
passed = failed = skipped = 0


def check(what, good, *more):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print(f"FAIL {what}", *more, sep="\n    ")


def features(np, sound):
    """As the model's training has them: [49, 10] coefficients."""
    mel = lambda hertz: 1127 * np.log(1 + hertz / 700)
    edge = np.linspace(mel(20), mel(4000), 42)
    at = mel(np.linspace(0, 8000, 257)[1:])[:, None]
    rise, fall = (at - edge[:-2]) / (edge[1:-1] - edge[:-2]), (edge[2:] - at) / (edge[2:] - edge[1:-1])
    bands = np.vstack([np.zeros((1, 40)), np.maximum(0, np.minimum(rise, fall))])
    sound = np.pad(sound / max(sound.max(), 1), (0, max(0, 16000 - len(sound))))[:16000]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(480) / 480)
    frames = np.stack([sound[i * 320:i * 320 + 480] * window for i in range(49)])
    cosines = np.cos(np.pi * np.outer(np.arange(40) + 0.5, np.arange(10)) / 40) * np.sqrt(2 / 40)
    return np.log(np.abs(np.fft.rfft(frames, 512)) @ bands + 1e-6) @ cosines


def heard_by_onnxruntime(sound):
    import numpy as np
    import onnxruntime
    f = features(np, np.frombuffer(sound, "<i2").astype(np.float64))
    q = np.clip(np.rint(f / 0.5847029) + 83, -128, 127).astype(np.int8).reshape(1, 49, 10, 1)
    score = (onnxruntime.InferenceSession(MODEL).run(None, {"input_1": q})[0][0].astype(int) + 128) / 256
    return WORDS[score.argmax()], score.max()


def example(out, *words):
    r = subprocess.run(["make", "-s", "-C", "examples/keyword_spotting", f"TENON={TENON}", f"OUT={out}", f"MODEL={MODEL}", *words],
                       capture_output=True, text=True, timeout=300)
    return r.returncode, r.stdout + r.stderr


def write_sounds(folder):
    """The recordings, a part of one, and one at half the volume."""
    yes = wave.open(SOUND[0]).readframes(16000)
    for name, data in {"short": yes[4000:26000], "quiet": bytes(b for i in range(0, len(yes), 2) for b in
                       (int.from_bytes(yes[i:i + 2], "little", signed=True) // 2).to_bytes(2, "little", signed=True))}.items():
        path = os.path.join(folder, name + ".wav")
        with wave.open(path, "wb") as f:
            f.setparams((1, 2, 16000, 0, "NONE", ""))
            f.writeframes(data)
        yield path


def main(out):
    for path in [*SOUND, *write_sounds(out)]:
        for board in ("qemu-mps2-an386",) + (("qemu-microbit", "qemu-mps3-an547") if path == SOUND[0] else ()):
            code, log = example(out, "run", f"BOARD={board}", f"WAV={path}")
            word, score = heard_by_onnxruntime(wave.open(path).readframes(16000))
            said = re.search(r"^heard: (\w+) \((\d\.\d\d)\)$", log, re.M)
            good = code == 0 and said and said[1] == word and abs(float(said[2]) - score) < 0.03
            check(f"{path} on {board}: {word} {score:.3f}", good, log)
    code, log = example(out, "image", "BOARD=nucleo-l4r5zi", "SEMIHOSTING=1", f"WAV={SOUND[0]}")
    check("an image for a real board", code == 0 and "for the flash at 0x08000000" in log and "warning" not in log, log)
    check("and its bytes", os.path.getsize(os.path.join(out, "nucleo-l4r5zi/kws.bin")) > 40000)
    code, log = example(out, "run", "BOARD=nucleo-l4r5zi", f"WAV={SOUND[0]}")
    check("a board without emulator", code != 0 and "is not emulated" in log, log)
    code, log = example(out, "size", "BOARD=nucleo-l4r5zi")
    check("size", code == 0 and "stack, a bound" in log, log)


if all(map(os.path.exists, [MODEL, *SOUND])) and shutil.which("arm-none-eabi-gcc") and shutil.which("qemu-system-arm"):
    with tempfile.TemporaryDirectory() as folder:
        main(folder)
else:
    skipped = 1
print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(failed != 0)
