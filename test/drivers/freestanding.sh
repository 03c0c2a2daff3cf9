#!/usr/bin/env bash
# Code without a C library: what it includes and what it asks for when it is linked, for the processors whose compilers are
# here, and its results, by its own mathematical functions.
set -u
cd "$(dirname "$0")/../.." || exit 1
TENON=${TENON:-$PWD/build/tenon}
. test/check.sh
export XDG_CACHE_HOME=$work/cache

# Every function that comes along, and one that does not.
cat >"$work/functions.txt" <<'END'
graph "functions"
in %x : f32[3,7]
%size = Abs(%x) "abs"
%a = Exp(%x) "exp"
%b = Log(%size) "log"
%c = Tanh(%x) "tanh"
%d = Erf(%x) "erf"
%e = Sqrt(%size) "sqrt"
%f = Pow(%size, %x) "pow"
%g = Floor(%x) "floor"
%h = Ceil(%x) "ceil"
%i = Round(%x) "round"
%j = Sin(%x) "sin"
%k = Cos(%x) "cos"
%l = Softplus(%x) "softplus"
%m = Elu(%x) "elu"
%n = Softmax(%x) {axis=1} "softmax"
out %a
out %b
out %c
out %d
out %e
out %f
out %g
out %h
out %i
out %j
out %k
out %l
out %m
out %n
END
sed -e 's/^in .*/&\n%z = Sinh(%x) "sinh"/' -e '$aout %z' "$work/functions.txt" >"$work/sinh.txt"

# No header but the compiler's own; what is undefined is what the header of the package tells.
alone() { # model, target, more options
    local folder=$work/package cc flags includes told alien
    rm -rf "$folder"
    "$TENON" compile "$1" -o "$folder" --name model --target "$2" ${3:+"${@:3}"} || return 1
    cc=$(sed -n 's/^CC = //p' "$folder/Makefile") flags=$(sed -n 's/^CFLAGS ?= //p' "$folder/Makefile")
    [[ $flags == *-ffreestanding* ]] || { echo "flags: $flags"; return 1; }
    includes="-nostdinc -isystem $($cc -print-file-name=include)"
    for part in model model_weights; do
        (cd "$folder" && $cc $flags -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -nostdlib $includes -I. -c $part.c) || return 1
    done
    told=$(tr '\n' ' ' <"$folder/model.h" | sed -e 's/ \* / /g' -e 's/.*it asks for//' -e 's/, and for what the compiler.*//' -e 's/ and /, /g' | tr -d ' ')
    alien=$(nm -u "$folder"/model.o "$folder"/model_weights.o | awk 'NF == 2 && $2 !~ /^(model_|__|_GLOBAL)/ { print $2 }' | sort -u |
        grep -vxF "$(tr ',' '\n' <<<"$told")")
    [ -z "$alien" ] || { echo "undefined $alien, told $told"; return 1; }
    [ -z "${WANT:-}" ] || [ "$told" = "$WANT" ] || { echo "told $told"; return 1; }
}

own=memcpy,memset,memmove
for model in "$work/functions.txt" examples/digits/digits.onnx; do
    name=$(basename "${model%.*}")
    WANT=$own check "$name: baremetal" alone "$model" baremetal
    check "$name: verify, baremetal" "$TENON" verify "$model" --target baremetal
    check "$name: verify, gnu" "$TENON" verify "$model" --target gnu --freestanding
    for pair in aarch64-linux-gnu-gcc:arm64 arm-none-eabi-gcc:cortex-m0 arm-none-eabi-gcc:cortex-m4 riscv64-linux-gnu-gcc:riscv64 \
        clang-19:riscv64+v; do
        if command -v "${pair%%:*}" >/dev/null; then
            WANT=$own check "$name: ${pair#*:}" alone "$model" "${pair#*:}" --freestanding
        else
            skipped=$((skipped + 1))
        fi
    done
done
WANT=$own,sinhf check "a function that is asked for" alone "$work/sinh.txt" baremetal

refused() { # words of the message, options
    ! "$TENON" compile examples/digits/digits.onnx -o "$work/x" "${@:2}" 2>"$work/said" && grep -q -- "$1" "$work/said" && test ! -e "$work/x"
}
# Several shapes in one package: what all of them ask for.
cat >"$work/shapes.txt" <<'END'
graph "shapes"
in %x : f32[N,4]
%a = Sinh(%x) "sinh"
%y = Softmax(%a) {axis=1} "softmax"
out %y
END
shapes() {
    "$TENON" compile "$work/shapes.txt" -o "$work/shapes" --name model --target baremetal --input-shape x=2x4 --input-shape x=3x4 &&
        grep -q "asks for memcpy, memset, memmove and sinhf" "$work/shapes/model.h" || return 1
    for file in "$work"/shapes/model*.c; do
        [[ $file == *_example.c ]] && continue
        gcc -std=c99 -ffreestanding -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -nostdinc -isystem "$(gcc -print-file-name=include)" \
            -I"$work/shapes" -c "$file" -o "$work/shapes/part.o" || return 1
    done
}
check "several shapes" shapes
check "no variants" refused "choose --target x86-64-v4" --target x86-64 --freestanding
check "no threads" refused "threads need a C library" --target c99 --freestanding --threads 2

check "no threads in WebAssembly" refused "programs for wasm have no threads" --target wasm --threads 2
check "no threads on a microcontroller" refused "programs for cortex-m4 have no threads" --target cortex-m4 --threads 2
check "no threads on a board" refused "programs for nucleo-l4r5zi have no threads" --target nucleo-l4r5zi --threads 2

summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
