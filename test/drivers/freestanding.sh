#!/usr/bin/env bash
# Code without a C library: what it includes and what it asks for when it is linked, for the processors whose compilers are
# here, and its results, by its own mathematical functions.
set -u
cd "$(dirname "$0")/../.." || exit 1
TENON=${TENON:-$PWD/build/tenon}
. test/check.sh
export XDG_CACHE_HOME=$work/cache

# Every function of nests, in floats and doubles.
functions() { # f32 or f64
    local type=$1 i=0 call
    printf 'graph "functions"\nin %%x : %s[3,7]\n' "$type"
    printf '%%size = Abs(%%x) "abs"\n%%half = Tanh(%%x) "half"\n%%more = Add(%%size, %%half) "more"\n'
    for call in 'Exp(%x)' 'Log(%size)' 'Tanh(%x)' 'Erf(%half)' 'Sqrt(%size)' 'Pow(%size, %half)' 'Floor(%x)' 'Ceil(%x)' 'Round(%x)' \
        'Sin(%x)' 'Cos(%x)' 'Tan(%half)' 'Asin(%half)' 'Acos(%half)' 'Atan(%x)' 'Sinh(%x)' 'Cosh(%x)' 'Asinh(%x)' 'Acosh(%more)' 'Atanh(%half)' \
        'Softplus(%x)' 'Elu(%x)' 'Mod(%x, %half) {fmod=1}' 'Softmax(%x) {axis=1}'; do
        i=$((i + 1))
        printf '%%y%d = %s "%s%d"\nout %%y%d\n' "$i" "$call" "f" "$i" "$i"
    done
}
functions f32 >"$work/f32.txt"
functions f64 >"$work/f64.txt"

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
for model in "$work/f32.txt" "$work/f64.txt" examples/digits/digits.onnx; do
    name=$(basename "${model%.*}")
    WANT=$own check "$name: baremetal" alone "$model" baremetal
    check "$name: verify, baremetal" "$TENON" verify "$model" --target baremetal
    [ "$name" = f64 ] && continue
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

# Each function of nests that is one of the library's.
brought() {
    local name
    for name in $(sed -n 's/^ *FN(.*, "\([a-z0-9]*\)").*/\1/p' src/nest/nest.h); do
        [ -f "runtime/libm/libm_$name.h" ] && [ -f "runtime/libm/libm_${name}f.h" ] || { echo "$name"; return 1; }
    done
    [ -n "${name:-}" ]
}
check "functions of nests" brought

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
        grep -q "asks for memcpy, memset and memmove" "$work/shapes/model.h" || return 1
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
