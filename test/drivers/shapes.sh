#!/usr/bin/env bash
# One package with a plan for each of several shapes: quiet under gcc and clang, picks by the dimensions, refuses others,
# and each plan gives the bytes of a package made for that shape alone.
set -u
cd "$(dirname "$0")/../.." || exit 1
TENON=${TENON:-$PWD/build/tenon}
. test/check.sh
export XDG_CACHE_HOME=$work/cache

says() { # text, command...: it fails and says so
    local text=$1
    shift
    ! "$@" >"$work/said" 2>&1 && grep -q -- "$text" "$work/said"
}

weights=$(awk 'BEGIN { for (i = 0; i < 216; i++) printf "%s%.4g", i ? "," : "", i * 37 % 101 / 50 - 1 }')
cat >"$work/net.txt" <<END
graph "net"
in %x : f32[1,3,height,width]
in %z : f32[batch,4]
const %w : f32[8,3,3,3] = [$weights]
%c = Conv(%x, %w) {pads=[1,1,1,1], strides=[2,1]} "conv"
%r = Relu(%c) "act"
%m = ReduceMean(%r) {axes=[2,3], keepdims=0} "mean"
%s = Softmax(%z) {axis=1} "soft"
out %r
out %m
out %s
END

cat >"$work/main.c" <<'END'
#include "net.h"
#include <stdio.h>
#include <stdlib.h>
static _Alignas(NET_ARENA_ALIGN) unsigned char arena[NET_ARENA_BYTES];
static float x[4096], z[64], r[65536], m[8], s[64];
int main(int argc, char **argv) {
    const net_dims dims = {.height = atoi(argv[1]), .width = atoi(argv[2]), .batch = atoi(argv[3])};
    const net_io io = {.x = x, .z = z, .r = r, .m = m, .s = s};
    if (argc < 5) return net_shape(&dims) == -1 && net_arena_bytes(&dims) == 0 && net_run(&io, &dims, arena) == NET_ERROR_SHAPE &&
                         net_run(&io, NULL, arena) == NET_ERROR_NULL && net_run(NULL, &dims, arena) == NET_ERROR_NULL ? 0 : 1;
    if (net_shape(&dims) < 0 || net_shape(&dims) >= NET_SHAPES || net_arena_bytes(&dims) > sizeof arena) return 2;
    size_t nx = (size_t)(3 * dims.height * dims.width), nz = (size_t)(4 * dims.batch);
    for (size_t i = 0; i < nx; i++) x[i] = (float)(i * 29 % 83) / 41 - 1;
    for (size_t i = 0; i < nz; i++) z[i] = (float)(i * 7 % 5);
    FILE *f = fopen(argv[4], "wb"), *g = fopen(argv[5], "wb");
    fwrite(x, 4, nx, f);
    fwrite(z, 4, nz, g);
    fclose(f);
    fclose(g);
    if (net_run(&io, &dims, arena)) return 3;
    fwrite(r, 4, (size_t)(8 * ((dims.height + 1) / 2) * dims.width), stdout);
    fwrite(m, 4, 8, stdout);
    fwrite(s, 4, nz, stdout);
    return 0;
}
END

strict="-std=c11 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -O1"
plans="--input-shape x=1x3x8x8 --input-shape z=2x4 --input-shape x=1x3x9x12 --input-shape z=1x4 --input-shape x=1x3x16x5"
check "compile" "$TENON" compile "$work/net.txt" -o "$work/all" --target c99 $plans
check "make" make -s -C "$work/all"
check "shared library" make -s -C "$work/all" libnet.so
for cc in gcc clang; do
    check "$cc" $cc $strict -I"$work/all" -o "$work/$cc" "$work/main.c" "$work"/all/net*.c -lm
done
check "with the library" gcc -I"$work/all" -o "$work/lib" "$work/main.c" "$work/all/libnet.a" -lm

as_single() { # program, package for this size alone, height, width, batch: they write the same bytes
    local program=$1 single=$2
    shift 2
    "$program" "$@" "$work/x.bin" "$work/z.bin" >"$work/got" &&
        "$single/net_example" --out "$single/out" "$work/x.bin" "$work/z.bin" &&
        cat "$single"/out[012].bin | cmp - "$work/got"
}
same() { # height, width, batch
    local single=$work/single_$1
    "$TENON" compile "$work/net.txt" -o "$single" --target c99 --input-shape "x=1x3x$1x$2" --input-shape "z=$3x4" &&
        make -s -C "$single" && "$work/clang" "$1" "$2" "$3" "$work/x.bin" "$work/z.bin" >/dev/null &&
        as_single "$work/lib" "$single" "$@"
}
same_variant() { # variant, height, width, batch
    local single=$work/single_v_$2
    [ -d "$single" ] || "$TENON" compile "$work/net.txt" -o "$single" --target x86-64 --threads 2 --grain 1 \
        --input-shape "x=1x3x$2x$3" --input-shape "z=$4x4"
    touch "$work"/v/net*x*.c "$single/net.c"
    make -s -C "$single" "CPPFLAGS=-DNET_VARIANT=$1" && make -s -C "$work/v" "CPPFLAGS=-DNET_VARIANT=$1" &&
        gcc -I"$work/v" -o "$work/vlib" "$work/main.c" "$work/v/libnet.a" -lm -pthread &&
        as_single "$work/vlib" "$single" "$2" "$3" "$4"
}
check "8x8" same 8 8 2
check "9x12" same 9 12 1
check "16x5 with the last shape of the other input" same 16 5 1
check "no plan" "$work/gcc" 8 9 2
mkdir "$work/twice"
check "again the same bytes" "$TENON" compile "$work/net.txt" -o "$work/twice/all" --target c99 $plans
check "again the same bytes, compared" diff -r -x '*.o' -x '*.a' -x '*.so' "$work/all" "$work/twice/all"
check "threads" "$TENON" compile "$work/net.txt" -o "$work/threads" --target gnu --threads 2 --grain 1 $plans
check "threads, make" make -s -C "$work/threads"
check "twice the same" says "give each shape once" "$TENON" compile "$work/net.txt" -o "$work/bad" --target c99 \
    --input-shape x=1x3x8x8 --input-shape x=1x3x8x8 --input-shape z=1x4

# A batch of any size: proven, or refused with the node that stands against it.
any_batch() { # what it says, statements that make %y of %x
    printf 'graph "any"\nin %%x : f32[batch,4]\nin %%h : f32[4,batch]\n%s\nout %%y\n' "$2" >"$work/any.txt"
    says "$1" "$TENON" compile "$work/any.txt" -o "$work/bad" --target c99 --input-shape 'x=*x4'
}
check "any batch: a mean over it" any_batch "'mean' (ReduceMean): the batch cannot be of any size: a sample" \
    '%m = ReduceMean(%x) {axes=[0], keepdims=1} "mean"
%y = Sub(%x, %m)'
check "any batch: a sum along it" any_batch "'sum' (CumSum): the batch cannot" '%y = CumSum(%x) {axis=0} "sum"'
check "any batch: samples lie apart" any_batch "samples do not lie behind each other" '%y = Transpose(%x) {perm=[1,0]}'
check "any batch: mixed by a shape" any_batch "not the first dimension of what is given another shape" \
    '%t = Transpose(%x) {perm=[1,0]}
%y = Reshape(%t) {shape=[batch,4]} "mix"'
check "any batch: a slice of it" any_batch "'part' (Slice): the batch cannot" '%y = Slice(%x) {starts=[0,0], steps=[1,1], counts=[1,4]} "part"'
check "any batch: two dimensions" says "one dimension alone can be of any size" "$TENON" compile "$work/net.txt" -o "$work/bad" \
    --target c99 --input-shape 'x=1x3x*x*' --input-shape 'z=1x4'
check "any batch: two inputs" says "one dimension alone can be of any size" "$TENON" compile "$work/net.txt" -o "$work/bad" \
    --target c99 --input-shape 'x=1x3x*x8' --input-shape 'z=*x4'
check "any batch: a number in the model" says "dimension 1 is 3" "$TENON" compile "$work/net.txt" -o "$work/bad" \
    --target c99 --input-shape 'x=1x*x8x8' --input-shape 'z=1x4'
check "any batch: elsewhere" says "is no shape" "$TENON" info "$work/net.txt" --input-shape 'z=*x4'
check "any batch" "$TENON" compile "$work/net.txt" -o "$work/any" --target c99 --input-shape x=1x3x8x8 --input-shape 'z=*x4' --input-shape z=3x4
check "any batch: make" make -s -C "$work/any"
for cc in gcc clang; do
    check "any batch: $cc" $cc $strict -I"$work/any" -fsyntax-only "$work"/any/net*.c
done

# Code for all sizes: as strict, and refused in words.
check "all sizes" "$TENON" compile "$work/net.txt" -o "$work/sizes" --target c99 --input-shape 'x=1x3x[8..64/2]x[8..20]' --input-shape 'z=[2..9]x4'
check "all sizes: make" make -s -C "$work/sizes"
for cc in gcc clang; do
    check "all sizes: $cc" $cc $strict -I"$work/sizes" -o "$work/s$cc" "$work/main.c" "$work"/sizes/net*.c -lm
done
all_sizes() { # height, width, batch: the bytes of a package for this size
    local single=$work/size_$1
    "$TENON" compile "$work/net.txt" -o "$single" --target c99 --input-shape "x=1x3x$1x$2" --input-shape "z=$3x4" &&
        make -s -C "$single" && as_single "$work/sgcc" "$single" "$@"
}
check "all sizes: 8x9" all_sizes 8 9 2
check "all sizes: 34x20" all_sizes 34 20 7
check "all sizes: the largest" all_sizes 64 20 9
check "all sizes: none between the steps" "$work/sgcc" 9 9 2
cat >"$work/names.txt" <<END
graph "names"
in %x : f32[t0,io,h]
in %acc : f32[t0,h,index_max]
%m = MatMul(%x, %acc)
%p = Softmax(%m) {axis=2}
%y = ReduceMax(%p) {axes=[1], keepdims=1}
out %y
END
check "all sizes: names that kernels have" "$TENON" compile "$work/names.txt" -o "$work/names" --target c99 \
    --input-shape 'x=[2..9]x[4..8/2]x6' --input-shape 'acc=[2..9]x6x[2..9]'
check "all sizes: names, gcc" gcc $strict -I"$work/names" -fsyntax-only "$work"/names/names*.c
ranged() { # what it says, --input-shape
    local text=$1
    shift
    says "$text" "$TENON" compile "$work/net.txt" -o "$work/bad" --target c99 "$@"
}
check "all sizes: no multiple of the step" ranged "a range that is none" --input-shape 'x=1x3x[8..63/2]x8' --input-shape z=2x4
check "all sizes: upside down" ranged "a range that is none" --input-shape 'x=1x3x[8..4]x8' --input-shape z=2x4
check "all sizes: not open" ranged "dimension 1 is 3, --input-shape has 4" --input-shape 'x=1x[3..4]x8x8' --input-shape z=2x4
check "all sizes: odd ones" ranged "there is no code for all sizes" --input-shape 'x=1x3x[8..64]x8' --input-shape z=2x4
check "all sizes: from 1" ranged "there is no code for all sizes: at .*batch 1" --input-shape 'x=1x3x[8..64/2]x8' --input-shape 'z=[1..4]x4'
check "all sizes: and any" ranged "not both" --input-shape 'x=1x3x[8..64/2]x8' --input-shape 'z=*x4'
check "all sizes: twice" ranged "one plan alone" --input-shape 'x=1x3x[8..64/2]x8' --input-shape 'x=1x3x[8..64/2]x9' --input-shape z=2x4
check "weights once" test "$(grep -c '^const float' "$work/all/net_weights.c")" = 1
if [ "$(uname -m)" = x86_64 ]; then
    check "variants" "$TENON" compile "$work/net.txt" -o "$work/v" --target x86-64 --threads 2 --grain 1 $plans
    check "variants, make" make -s -C "$work/v"
    check "variants, shared library" make -s -C "$work/v" libnet.so
    variant=$(grep -ow 'v[134]$' <<<"$("$TENON" targets | awk '/^[^ ]/ { name = $1 } /^ .*runs here( |$)/ && !/by/ { print name }')" | sort | uniq)
    for v in $variant; do
        check "variant $v: 9x12" same_variant $v 9 12 1
        check "variant $v: 16x5" same_variant $v 16 5 1
    done
    check "variants, header alone" gcc $strict -fsyntax-only -x c "$work/v/net.h"
else
    skipped=$((skipped + 1))
fi
# strings are in the text in any case, and equal ones once
cat >"$work/words.txt" <<'END'
graph "words"
in %c : bool[2]
in %x : f32[n,3]
const %a : string[2] = ["hi", "there"]
const %b : string[2] = ["hello", "you"]
const %k : f32[3] = [1, 2, 3]
%y = Where(%c, %a, %b)
%r = Mul(%x, %k)
out %y
out %r
END
for w in text bin; do
    check "strings, weights as $w" "$TENON" compile "$work/words.txt" -o "$work/words" --weights "$w" --input-shape x=1x3 --input-shape x=5x3 --build
    check "strings once, weights as $w" test "$(grep -c hello "$work/words/words_weights.c")" = 1
done
check "nothing written" test ! -e "$work/bad"
summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
