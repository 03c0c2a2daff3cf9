#!/usr/bin/env bash
# --optimize size: kernels that differ in numbers alone are one function, the result stays the same, little code comes out
# and it is as quiet as ever. The models are made from a seed.
set -u
cd "$(dirname "$0")/../.." || exit 1
TENON=${TENON:-$PWD/build/tenon}
. test/check.sh
export XDG_CACHE_HOME=$work/cache

# Convolutions of `n` sizes one behind the other: each halves or keeps the picture, one kind of window in all of them.
network() { # file, seed, layers, kernel, group: 1 or dw
    awk -v seed="$2" -v n="$3" -v k="$4" -v kind="$5" '
    function numbers(count,   i) {
        for (i = 0; i < count; i++) {
            seed = (seed * 16807) % 2147483647
            printf "%s%.4g", i ? "," : "[", seed / 1073741823.5 - 1
        }
        print "]"
    }
    BEGIN {
        c = 8; p = int(k / 2); from = "%x"
        print "graph \"net\"\nin %x : f32[1,8,32,24]\nin %z : f32[1,8,32,24]"
        for (i = 0; i < n; i++) {
            oc = kind == "dw" ? c : c * 2; ic = kind == "dw" ? 1 : c
            printf "const %%w%d : f32[%d,%d,%d,%d] = ", i, oc, ic, k, k
            numbers(oc * ic * k * k)
            printf "const %%b%d : f32[%d] = ", i, oc
            numbers(oc)
            printf "%%c%d = Conv(%s, %%w%d, %%b%d) {pads=[%d,%d,%d,%d], group=%d} \"conv%d\"\n", i, from, i, i, p, p, p, p, kind == "dw" ? c : 1, i
            printf "%%r%d = Relu(%%c%d) \"relu%d\"\n", i, i, i
            printf "%%m%d = MaxPool(%%r%d) {kernel_shape=[3,3], pads=[1,1,1,1], strides=[2,2]} \"pool%d\"\n", i, i, i
            from = "%m" i; c = oc
        }
        print "%both = Concat(%x, %z) {axis=1}\nout " from "\nout %both"
    }' >"$1"
}

functions() { grep -c '^static void' "$1"; } # C file
code() { size -A "$1" | awk '/^\.text/ { n += $2 } END { print n }'; }

strict="-Wall -Wextra -Wconversion -Wshadow -Werror"
for spec in "11 4 1 1" "12 4 3 1" "13 4 3 dw" "14 3 5 dw"; do
    read -r seed layers kernel kind <<<"$spec"
    what="kernel $kernel, group $kind"
    network "$work/net.txt" "$seed" "$layers" "$kernel" "$kind"
    for target in gnu c99; do
        for how in speed balanced size; do
            check "$what, $target: compiled for $how" \
                "$TENON" compile "$work/net.txt" --target $target --optimize $how -o "$work/$target-$how" --name net
        done
        std=gnu11
        [ $target = c99 ] && std=c99
        check "$what, $target: quiet" gcc -std=$std -Os $strict -I"$work/$target-size" -c "$work/$target-size/net.c" -o "$work/size.o"
        check "$what, $target: the same code for speed" gcc -std=$std -Os -I"$work/$target-speed" -c "$work/$target-speed/net.c" -o "$work/speed.o"
        check "$what, $target: fewer functions than kernels" \
            test "$(functions "$work/$target-size/net.c")" -lt "$(functions "$work/$target-speed/net.c")"
        check "$what, $target: less code" test "$(code "$work/size.o")" -lt "$(code "$work/speed.o")"
        check "$what, $target: balanced is compiled with -O2" grep -q '^CFLAGS.* -O2 ' "$work/$target-balanced/Makefile"
        check "$what, $target: rows that are only moved" grep -q 'memcpy(' "$work/$target-size/net.c"
        check "$what, $target: imports" test -z "$(nm -u "$work/size.o" | awk '{ print $2 }' |
            grep -vE '^(net_.*|memcpy|memset|_GLOBAL_OFFSET_TABLE_)$')"
        for how in balanced size; do
            check "$what, $target: results for $how" "$TENON" verify "$work/net.txt" --target $target --optimize $how
        done
    done
    # With the sanitizers the example runs over the package itself.
    head -c $((8 * 32 * 24 * 4)) /dev/zero >"$work/x.bin"
    check "$what: sanitized" gcc -std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -I"$work/gnu-size" \
        "$work"/gnu-size/net*.c -o "$work/san" -lm
    check "$what: runs sanitized" "$work/san" "$work/x.bin"
done

# What shares a function: the same kernel at other sizes, whose numbers are in the calls.
network "$work/net.txt" 5 4 3 dw
"$TENON" compile "$work/net.txt" --target c99 --optimize size -o "$work/dw" --name net >/dev/null 2>&1
calls() { grep -o '"function": "[^"]*"' "$work/dw/net.map.json" | sort | uniq -c | awk '{ print $1 }' | sort -n | tail -n 1; }
check "one function for several depthwise convolutions" test "$(calls)" -ge 3
check "the map names functions that are there" bash -c "grep -o '\"function\": \"[^\"]*\"' '$work/dw/net.map.json' | cut -d'\"' -f4 |
    while read -r f; do grep -q \"^static void \$f(\" '$work/dw/net.c' || exit 1; done"

# clang has words of its own.
for target in riscv64+v wasm; do
    command -v clang-19 >/dev/null || continue
    check "$target: builds for size" "$TENON" compile "$work/net.txt" --target $target --optimize size --build -o "$work/$target"
done

# A result over one of its operands, which is the other one as well.
printf 'graph "twice"\nin %%x : f32[3,7]\n%%a = Relu(%%x) "a"\n%%y = Concat(%%a, %%a) {axis=0} "c"\nout %%y\n' >"$work/twice.txt"
"$TENON" compile "$work/twice.txt" --target c99 --optimize size -o "$work/twice" --name net >/dev/null 2>&1
check "an operand twice: quiet" gcc -std=c99 -Os $strict -I"$work/twice" -c "$work/twice/net.c" -o "$work/twice.o"
check "an operand twice: results" "$TENON" verify "$work/twice.txt" --target c99 --optimize size
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
