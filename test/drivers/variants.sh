#!/usr/bin/env bash
# The target x86-64: one package whose variants are picked by the processor. Built by its Makefile and by CMake, quiet
# under gcc and clang, each variant that this processor has run by force, and the choice on lesser processors.
set -u
cd "$(dirname "$0")/../.." || exit 1
TENON=${TENON:-$PWD/build/tenon}
if [ "$(uname -m)" != x86_64 ]; then
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
. test/check.sh
export XDG_CACHE_HOME=$work/cache

# Heads of an encoder: indices, a row of weights for each, products, normalisation, a softmax, two outputs.
numbers() { # how many, step, modulus, from: that many between from and from + 2
    awk -v n="$1" -v s="$2" -v m="$3" -v f="$4" 'BEGIN { for (i = 0; i < n; i++) printf "%s%.4g", i ? "," : "", i * s % m * 2 / m + f }'
}
cat >"$work/text.txt" <<END
graph "text"
in %id : i64[1,7]
const %table : f32[11,24] = [$(numbers 264 37 101 -1)]
const %w : f32[24,24] = [$(numbers 576 53 97 -1)]
const %gain : f32[24] = [$(numbers 24 7 23 0)]
%x = Gather(%table, %id) {axis=0} "words"
%k = MatMul(%x, %w) "keys"
%kt = Transpose(%k) {perm=[0,2,1]} "turn"
%s = MatMul(%x, %kt) "scores"
%p = Softmax(%s) {axis=-1} "attention"
%m = MatMul(%p, %x) "mix"
%a = Add(%m, %x) "residual"
%y = LayerNormalization(%a, %gain, _) {axis=-1} "norm"
%g = Erf(%y) "erf"
out %g
out %p
END

# Convolutions of a quantised model: of bytes for AVX-512 VNNI and by twos for lesser ones, on floats for AVX-512 alone.
bytes() { # how many: from -127 to 127
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "%s%d", i ? "," : "", i * 97 % 255 - 127 }'
}
cat >"$work/bytes.txt" <<END
graph "bytes"
in %x : f32[1,16,7,6]
const %scale : f32[] = [0.05]
const %zero : u8[] = [117]
const %w8 : i8[32,16,3,3] = [$(bytes 4608)]
const %by : f32[] = [0.002]
const %none : i8[] = [0]
%q = QuantizeLinear(%x, %scale, %zero)
%d = DequantizeLinear(%q, %scale, %zero)
%w = DequantizeLinear(%w8, %by, %none)
%y = Conv(%d, %w) {pads=[1,1,1,1]}
out %y
END

# Runs a model by whichever variant NAME_run takes and by each variant that the processor has. Ports: see below.
cat >"$work/all.c" <<'END'
#include "model.h"
#include "ports.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
typedef int Run(const model_io *io, void *arena);
static const struct {
    const char *target;
    Run *run;
} variants[] = {
#ifdef VNNI
    {"x86-64-v4+vnni", model_v4_vnni_run},
#endif
    {"x86-64-v4", model_v4_run}, {"x86-64-v3", model_v3_run}, {"x86-64-v1", model_v1_run}};
enum { COUNT = sizeof variants / sizeof *variants };
static _Alignas(MODEL_ARENA_ALIGN) unsigned char arena[MODEL_ARENA_BYTES];
static float want[OUT], got[OUT];
int main(int argc, char **argv) {
    const char *taken = model_variant();
    int at = 0, bad = 0;
    while (at < COUNT && strcmp(variants[at].target, taken)) at++;
    if (at == COUNT || (argc > 1 && strcmp(argv[1], taken))) return printf("took %s\n", taken), 1;
    memset(arena, 0xff, sizeof arena);
    if (run(model_run, want, arena)) return 2;
    for (int v = at; v < COUNT; v++) {
        memset(arena, 0xff, sizeof arena);
        if (run(variants[v].run, got, arena)) return 3;
        if (v == at && memcmp(want, got, sizeof want)) bad = printf("%s itself differs\n", taken);
        for (int i = 0; i < OUT; i++)
            if (!(fabsf(want[i] - got[i]) <= 1e-5f + 1e-4f * fabsf(want[i])))
                bad = printf("%s: %d: %g, %s %g\n", variants[v].target, i, (double)got[i], taken, (double)want[i]);
    }
    if (run(model_run, got, arena + 4) != (MODEL_ARENA_BYTES ? MODEL_ERROR_ALIGN : MODEL_OK)) bad = printf("no alignment\n");
    if (model_run(NULL, arena) != MODEL_ERROR_NULL) bad = printf("no NULL\n");
    return bad != 0;
}
END
mkdir "$work/digits" "$work/text" "$work/bytes"
cat >"$work/digits/ports.h" <<'END'
enum { OUT = 10 };
static int run(int (*by)(const model_io *, void *), float *out, void *memory) {
    float image[64];
    for (int i = 0; i < 64; i++) image[i] = (float)(i * 37 % 17) / 16;
    return by(&(model_io){.image = image, .logits = out}, memory);
}
END
cat >"$work/text/ports.h" <<'END'
enum { OUT = 7 * 24 + 7 * 7 };
static int run(int (*by)(const model_io *, void *), float *out, void *memory) {
    int64_t id[7] = {3, 0, 10, 5, 5, 1, 7};
    return by(&(model_io){.id = id, .g = out, .p = out + 7 * 24}, memory);
}
END

cat >"$work/bytes/ports.h" <<'END'
#define VNNI
enum { OUT = 32 * 7 * 6 };
static int run(int (*by)(const model_io *, void *), float *out, void *memory) {
    static float x[16 * 7 * 6];
    for (int i = 0; i < 16 * 7 * 6; i++) x[i] = (float)(i * 37 % 281) / 20 - 7;
    return by(&(model_io){.x = x, .y = out}, memory);
}
END

strict="-std=gnu11 -Wall -Wextra -Wconversion -Wpedantic -Wshadow -Werror -I."
flags() { # file: of its variant
    case $1 in
        *_v4_vnni*) echo -march=x86-64-v4 -mavx512vnni ;;
        *_v4*) echo -march=x86-64-v4 ;;
        *_v3*) echo -march=x86-64-v3 ;;
        *) echo -march=x86-64 ;;
    esac
}
quiet() { # compiler, folder, macro
    local f
    for f in "$2"/*.c; do
        f=$(basename "$f")
        (cd "$2" && $1 $strict ${3:-} $(flags "$f") -O1 -c "$f" -o /dev/null) || return 1
    done
}
imports() { # library: nothing but the C library's functions, and symbols of its own alone are seen
    local alien
    alien=$(nm -u "$1" | awk 'NF == 2 && $2 !~ /^(model_|tenon_pool_|mem(cpy|set)$|(exp|expm1|erf|sqrt|pow|log|tanh|floor|ceil|rint|fmod|fmin|fmax)f?$|_GLOBAL_OFFSET)/ { print $2 }')
    [ -z "$alien" ] || { echo "imports $alien"; return 1; }
    alien=$(nm -g --defined-only "$1" | awk 'NF == 3 && $3 !~ /^model_/ { print $3 }')
    [ -z "$alien" ] || { echo "exports $alien"; return 1; }
}
# The processor as digits.c sees it, less what is named: the variant that it takes then.
lesser() { # folder, statement, variant
    sed "s/const x86_cpu cpu = x86_cpu_here();/x86_cpu cpu = x86_cpu_here(); $2;/" "$1/model.c" >"$1/lesser.c"
    cmp -s "$1/model.c" "$1/lesser.c" && return 1
    gcc -std=gnu11 -O1 -I"$1" "$work/all.c" "$1/lesser.c" "$1"/model_v*[134i].o "$1/model_weights.o" -o "$1/lesser" -lm &&
        "$1/lesser" "$3"
}
compare() { # folder, more flags
    gcc -std=gnu11 -O1 -Wall -Wextra -Werror -I"$1" ${2:-} "$work/all.c" "$1/libmodel.a" -o "$1/all" -lm && "$1/all"
}

here=$("$TENON" targets | awk '/^[^ ]/ { name = $1 } /^ .*runs here( |$)/ && !/by/ && name ~ /^x86-64-v[134]$/ { best = name }
    END { print best }')
whole=$("$TENON" targets | awk '/^[^ ]/ { name = $1 } /^ .*runs here( |$)/ && !/by/ && name ~ /^x86-64-v([13]|4.*)$/ { best = name }
    END { print best }')
package() { # folder, model, weights
    "$TENON" compile "$2" -o "$1" --name model --target x86-64 --weights="$3" --build
}
again() { # the same bytes in another folder
    (mkdir "$work/b" && cd "$work/b" && package "$(basename "$1")" "$2" bin && diff -r "$1" "$work/b/$(basename "$1")")
    local status=$?
    rm -rf "$work/b"
    return $status
}
forced() { # folder, variant
    touch "$1/model.c"
    make -s -C "$1" "CPPFLAGS=-DMODEL_VARIANT=$2" && compare "$1" && "$1/all" "x86-64-$2"
}
by_cmake() { # folder
    cmake -S "$1" -B "$1.cmake" && cmake --build "$1.cmake" -j2 && "$1.cmake/model_example" &&
        cp "$1.cmake/libmodel.a" "$1" && compare "$1" && "$1/all" "$here"
}

cp examples/digits/digits.onnx "$work/digits.onnx"
for file in "$work/digits.onnx" "$work/text.txt"; do
    model=$(basename "${file%.*}") folder=${file%.*}
    check "$model: compile" package "$folder" "$file" bin
    mv "$folder/ports.h" "$work"
    check "$model: the same bytes again" again "$folder" "$file"
    mv "$work/ports.h" "$folder"
    for weights in bin text; do
        check "$model: compile, weights as $weights" package "$folder" "$file" $weights
        check "$model: make" make -s -C "$folder" all libmodel.so
        check "$model: every variant, weights as $weights" compare "$folder"
        check "$model: the example" "$folder/model_example"
    done
    check "$model: the best is taken" "$folder/all" "$here"
    check "$model: symbols" imports "$folder/libmodel.a"
    for cc in gcc clang; do
        if command -v $cc >/dev/null; then
            check "$model: $cc" quiet $cc "$folder"
            check "$model: $cc, one variant" quiet $cc "$folder" -DMODEL_VARIANT=v3
        else
            skipped=$((skipped + 2))
        fi
    done
    if [ "$here" != x86-64-v1 ]; then
        [ "$here" != x86-64-v4 ] || check "$model: without AVX-512's registers" lesser "$folder" 'cpu.state \&= 6' x86-64-v3
        check "$model: without AVX's registers" lesser "$folder" 'cpu.state = 0' x86-64-v1
        check "$model: without AVX2" lesser "$folder" 'cpu.leaf7_b \&= ~(unsigned)bit_AVX2' x86-64-v1
        check "$model: without LZCNT" lesser "$folder" 'cpu.extended_c = 0' x86-64-v1
    else
        skipped=$((skipped + 4))
    fi
    for v in v1 v3 v4; do
        if [[ ! x86-64-$v > $here ]]; then
            check "$model: $v by force" forced "$folder" $v
        else
            skipped=$((skipped + 1))
        fi
    done
    if command -v cmake >/dev/null; then
        check "$model: cmake" by_cmake "$folder"
    else
        skipped=$((skipped + 1))
    fi
    check "$model: tenon verify" "$TENON" verify "$file" --target x86-64
    check "$model: tenon bench" "$TENON" bench "$file" --target x86-64 --seconds 0.01
    check "$model: tenon profile" bash -c "'$TENON' profile '$file' --target x86-64 --seconds 0.01 | grep 'target  *$here'"
done

check "bytes: compile" "$TENON" compile "$work/bytes.txt" -o "$work/bytes" --name model --target x86-64
check "bytes: make" make -s -C "$work/bytes"
check "bytes: every variant" compare "$work/bytes"
check "bytes: the best is taken" "$work/bytes/all" "$whole"
check "bytes: gcc" quiet gcc "$work/bytes"
if [ "$whole" = x86-64-v4+vnni ]; then
    check "bytes: without VNNI" lesser "$work/bytes" 'cpu.leaf7_c = 0' x86-64-v4
else
    skipped=$((skipped + 1))
fi

# Threads: a pool beside the variants, and the same choice for NAME_run_pool.
threads() {
    "$TENON" compile "$work/digits.onnx" -o "$work/threads" --name model --target x86-64 --threads 2 --grain 1 &&
        cp "$work/digits/ports.h" "$work/threads" && make -s -C "$work/threads" all libmodel.so && compare "$work/threads" -pthread &&
        "$work/threads/model_example" --threads 2
}
check "threads" threads
check "threads: gcc" quiet gcc "$work/threads"
if command -v cmake >/dev/null; then
    check "threads: cmake" by_cmake "$work/threads"
else
    skipped=$((skipped + 1))
fi
echo 'a: default' >"$work/schedule"
refused() {
    ! "$TENON" compile "$work/digits.onnx" -o "$work/x" --target x86-64 --schedule "$work/schedule" 2>"$work/said" &&
        grep -q "choose one, --target x86-64-v4" "$work/said" && test ! -e "$work/x"
}
check "no schedule for all" refused

summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
