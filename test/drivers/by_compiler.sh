#!/usr/bin/env bash
# The target arm64v7: one package of which a compiler for 64-bit or 32-bit Arm takes its own code and weights. Built by its
# Makefile and by CMake, quiet under both compilers, run by emulators, the other's code in none of the libraries.
set -u
cd "$(dirname "$0")/../.." || exit 1
TENON=${TENON:-$PWD/build/tenon}
. test/check.sh
export XDG_CACHE_HOME=$work/cache
strict="-std=gnu11 -Wall -Wextra -Wconversion -Wpedantic -Wshadow -Werror -Wno-psabi"
cp examples/digits/digits.onnx "$work/digits.onnx"

package() { # folder, weights, more options
    "$TENON" compile "$work/digits.onnx" -o "$1" --name model --target arm64v7 --weights="$2" --build "${@:3}"
}
quiet() { # folder, compiler, flags
    local f
    for f in "$1"/*.c; do (cd "$1" && "$2" $strict $3 -I. -O1 -c "$(basename "$f")" -o /dev/null) || return 1; done
}
own() { # library, nm, what it holds, what it has not
    "$2" "$1" >"$work/symbols" 2>/dev/null
    grep -q " model_$3" "$work/symbols" && ! grep " model_$4" "$work/symbols"
}
by_make() { # folder, compiler, emulator, more arguments of the example
    make -s -C "$1" clean && make -s -C "$1" "CC=$2" all libmodel.so && (cd "$1" && $3 ./model_example "${@:4}")
}
by_cmake() { # folder, compiler, emulator
    cmake -S "$1" -B "$1.$2" -DCMAKE_C_COMPILER="$2" -DCMAKE_SYSTEM_NAME=Linux && cmake --build "$1.$2" && $3 "$1.$2/model_example"
}
refused() { # folder
    ! gcc -I"$1" -c "$1/model.c" -o /dev/null 2>"$work/said" && grep -q "this is for arm64 or armv7" "$work/said"
}
plans() { # folder, compiler
    "$TENON" compile "$work/open.txt" -o "$1" --name model --target arm64v7 --input-shape x=2x16 --input-shape x=5x16 &&
        make -s -C "$1" "CC=$2" && make -s -C "$1" clean
}

cat >"$work/open.txt" <<END
graph "open"
in %x : f32[n,16]
const %w : f32[16,24] = [$(awk 'BEGIN { for (i = 0; i < 384; i++) printf "%s%.4g", i ? "," : "", i * 37 % 101 / 50 - 1 }')]
%y = MatMul(%x, %w) "y"
out %y
END
for weights in text bin; do check "compile, weights as $weights" package "$work/$weights" $weights; done
check "threads" package "$work/threads" bin --threads 2 --grain 1
for row in "arm64 armv7 aarch64-linux-gnu qemu-aarch64" "armv7 arm64 arm-linux-gnueabihf qemu-arm"; do
    read -r mine other triple emulator <<<"$row"
    run="$emulator -L /usr/$triple" flags=
    [ "$mine" = arm64 ] || flags="-march=armv7-a -mfpu=neon-vfpv4 -mfloat-abi=hard"
    if ! command -v "$triple-gcc" >/dev/null || ! command -v "$emulator" >/dev/null; then
        skipped=$((skipped + 1))
        continue
    fi
    for weights in text bin; do
        check "$mine: make, weights as $weights" by_make "$work/$weights" "$triple-gcc" "$run"
        check "$mine: its own code, weights as $weights" own "$work/$weights/libmodel.a" "$triple-nm" "$mine" "$other"
        check "$mine: warnings, weights as $weights" quiet "$work/$weights" "$triple-gcc" "$flags"
    done
    check "$mine: threads" by_make "$work/threads" "$triple-gcc" "$run" --threads 2
    check "$mine: several shapes" plans "$work/plans" "$triple-gcc"
    if command -v cmake >/dev/null; then
        check "$mine: cmake" by_cmake "$work/bin" "$triple-gcc" "$run"
    else
        skipped=$((skipped + 1))
    fi
done
check "no other processor" refused "$work/text"
if command -v qemu-aarch64 >/dev/null && command -v qemu-arm >/dev/null; then
    check "tenon verify runs both" bash -c "'$TENON' verify '$work/digits.onnx' --target arm64v7 | grep -c same | grep -x 2"
else
    skipped=$((skipped + 1))
fi

summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
