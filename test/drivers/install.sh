#!/usr/bin/env bash
# `make install` puts everything in its place, and pkg-config and CMake find it there.
set -u
cd "$(dirname "$0")/../.." || exit 1
B=${BUILD:-build}
. test/check.sh
root=$work/root
prefix=$root/usr/local

check "make install" make -s install B="$B" DESTDIR="$root" PREFIX=/usr/local
for f in bin/tenon share/man/man1/tenon.1 share/doc/tenon/LICENSE lib/pkgconfig/tenon.pc \
    lib/cmake/tenon/tenonConfig.cmake lib/cmake/tenon/tenonConfigVersion.cmake; do
    check "$f is installed" test -s "$prefix/$f"
done
check "no placeholder is left" bash -c "! grep -rn '@[A-Z]*@' '$prefix/lib'"
check "the build folder is not named" bash -c "! grep -rnI -F '$PWD' '$prefix/lib' '$prefix/share'"
version=$("$prefix/bin/tenon" --version)
check "the installed program runs" test "${version%% *}" = tenon

if command -v pkg-config >/dev/null; then
    pc() { PKG_CONFIG_PATH=$prefix/lib/pkgconfig pkg-config "$@" tenon; }
    check "pkg-config tells the version" test "$(pc --modversion)" = "${version#tenon }"
    check "pkg-config tells the program" test "$(pc --variable=tenon)" = /usr/local/bin/tenon
else
    skipped=$((skipped + 2))
fi

for threads in 1 2; do
    check "a package for $threads threads" "$prefix/bin/tenon" compile examples/digits/digits.onnx -o "$work/p$threads" \
        --threads $threads --target c99
    check "its Makefile" make -s -C "$work/p$threads" all libdigits.so
    check "its example" "$work/p$threads/digits_example"
    if command -v cmake >/dev/null; then
        check "its CMakeLists.txt" bash -c "cmake -S '$work/p$threads' -B '$work/p$threads/b' &&
            cmake --build '$work/p$threads/b' && cmake --install '$work/p$threads/b' --prefix '$work/p$threads/i'"
        check "what that builds" "$work/p$threads/b/digits_example"
    else
        skipped=$((skipped + 2))
    fi
done
check "no pool without threads" bash -c "! grep -rIlE 'tenon_pool|pthread' '$work/p1'/*.[ch] '$work/p1/Makefile' \
    '$work/p1/CMakeLists.txt' '$work/p1/digits.map.json' && test ! -e '$work/p1/tenon_pool.c'"
check "the pool's header is installed" test -f "$work/p2/i/include/tenon_pool.h"

if command -v cmake >/dev/null; then
    mkdir "$work/project"
    cp examples/digits/digits.onnx "$work/project"
    cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.13)
project(reader C)
find_package(tenon 0.1 REQUIRED)
tenon_add_model(digits digits.onnx FOR x86-64)
tenon_add_model(plain digits.onnx NAME scalar FOR c99 OPTIONS --weights=bin)
tenon_add_model(best digits.onnx)
tenon_add_model(shared digits.onnx THREADS 2 OPTIONS --grain=1)
tenon_add_model(shared_c99 digits.onnx FOR c99 THREADS 3 OPTIONS --grain=1)
add_executable(reader main.c)
target_link_libraries(reader digits plain best shared shared_c99)
END
    cat >"$work/project/main.c" <<'END'
#include "best.h"
#include "digits.h"
#include "scalar.h"
#include "shared.h"
#include "shared_c99.h"
#include <math.h>
#include <string.h>
static _Alignas(64) unsigned char arena[DIGITS_ARENA_BYTES + SCALAR_ARENA_BYTES + BEST_ARENA_BYTES];
int main(void) {
    float image[DIGITS_IMAGE_COUNT], a[DIGITS_LOGITS_COUNT], b[SCALAR_LOGITS_COUNT], c[BEST_LOGITS_COUNT];
    for (int i = 0; i < DIGITS_IMAGE_COUNT; i++) image[i] = (float)(i % 7) / 7;
    if (digits_run(&(digits_io){image, a}, arena) != DIGITS_OK) return 1;
    if (scalar_run(&(scalar_io){image, b}, arena) != SCALAR_OK) return 2;
    if (best_run(&(best_io){image, c}, arena) != BEST_OK) return 3;
    for (int i = 0; i < DIGITS_LOGITS_COUNT; i++)
        if (!(fabsf(a[i] - b[i]) < 1e-4f) || !(fabsf(a[i] - c[i]) < 1e-4f)) return 4;
    tenon_pool *pool = tenon_pool_create(2);
    if (!pool || shared_run_pool(&(shared_io){image, a}, arena, pool) != SHARED_OK) return 5;
    if (shared_c99_run_pool(&(shared_c99_io){image, b}, arena, pool) != SHARED_C99_OK) return 6;
    tenon_pool_destroy(pool);
    if (memcmp(a, c, sizeof a) != 0) return 7;
    for (int i = 0; i < DIGITS_LOGITS_COUNT; i++)
        if (!(fabsf(b[i] - c[i]) < 1e-4f)) return 8;
    return 0;
}
END
    check "CMake finds tenon" cmake -S "$work/project" -B "$work/out" -DCMAKE_PREFIX_PATH="$prefix"
    check "CMake builds models" cmake --build "$work/out"
    check "the models agree" "$work/out/reader"
    check "another version is refused" bash -c "sed -i 's/tenon 0.1/tenon 0.9/' '$work/project/CMakeLists.txt' &&
        ! cmake -S '$work/project' -B '$work/out2' -DCMAKE_PREFIX_PATH='$prefix'"
    sed -i 's/tenon 0.9/tenon 0.1/; s/FOR c99/FOR nothing/' "$work/project/CMakeLists.txt"
    cmake -S "$work/project" -B "$work/out3" -DCMAKE_PREFIX_PATH="$prefix" >"$work/said" 2>&1
    check "an unknown target is named" grep -q 'no target nothing' "$work/said"
else
    skipped=$((skipped + 5))
fi

summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
