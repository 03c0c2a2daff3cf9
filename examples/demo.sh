#!/bin/sh
# From nothing to classified digits: installs what is missing, builds tenon, compiles the digits network to C, builds
# that, classifies the test images and draws them.
set -eu
cd "$(dirname "$0")/.."
out=build/demo
data=examples/digits
sh tools/install.sh
echo "== building tenon"
make -s -j"$(nproc)"
rm -rf "$out"
echo "== tenon compile $data/digits.onnx -o $out/digits"
build/tenon compile "$data/digits.onnx" -o "$out/digits" --target native
echo "== building the C, and the program that classifies"
make -s -C "$out/digits"
${CC:-cc} -std=gnu11 -O2 -I "$out/digits" "$data/classify.c" "$out/digits/libdigits.a" -lm -o "$out/classify"
echo "== $out/classify"
"$out/classify" "$data/images.npy" "$data/labels.npy" "$out/digits.png" >"$out/result.txt"
number() { sed -n "s/.*DIGITS_$1 = \([0-9]*\).*/\1/p" "$out/digits/digits.h"; }
sed -n '/^accuracy/p' "$out/result.txt"
echo "PyTorch         $(cat "$data/accuracy.txt") (accuracy on the same images)"
sed -n '/^latency/p' "$out/result.txt"
size "$out/digits/libdigits.a" | awk '$6 == "digits.o" {print "code bytes      " $1}'
echo "weight bytes    $(number WEIGHT_BYTES)"
echo "arena bytes     $(number ARENA_BYTES)"
echo "the C           $out/digits/digits.c"
echo "picture         $out/digits.png"
