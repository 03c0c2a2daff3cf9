#!/bin/sh
# From nothing to classified digits: installs what is missing, builds tenon, compiles the digits network to C, builds
# that, classifies the test images and draws them.
set -eu
cd "$(dirname "$0")/.."
sh tools/install.sh
make -s -j2
out=build/demo
data=examples/digits
rm -rf "$out"
echo "== tenon compile $data/digits.onnx -o $out/digits"
build/tenon compile "$data/digits.onnx" -o "$out/digits" --target native
echo "== building the C, and the program that classifies"
make -s -C "$out/digits"
${CC:-cc} -std=gnu11 -O2 -I "$out/digits" "$data/classify.c" "$out/digits/libdigits.a" -lm -o "$out/classify"
echo "== $out/classify"
"$out/classify" "$data/images.npy" "$data/labels.npy" "$out/digits.png" >"$out/result.txt"
cat "$out/result.txt"
printf 'PyTorch         %s (accuracy on the same images)\n' "$(cat "$data/accuracy.txt")"
size "$out/digits/libdigits.a" | awk '$6 == "digits.o" {print "code bytes      " $1}'
sed -n 's/.*DIGITS_WEIGHT_BYTES = \([0-9]*\).*/weight bytes    \1/p; s/.*DIGITS_ARENA_BYTES = \([0-9]*\).*/arena bytes     \1/p' "$out/digits/digits.h"
echo "picture         $out/digits.png"
