#!/usr/bin/env bash
# runtime/pool: silent under every warning, and its unit test under the sanitizers, with futexes and without.
set -u
cd "$(dirname "$0")/../.." || exit 1
. test/check.sh
warn="-Wall -Wextra -Wconversion -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror"

for cc in gcc clang; do
    if ! command -v $cc >/dev/null; then
        skipped=$((skipped + 3))
        continue
    fi
    for std in c11 gnu11; do
        check "$cc -std=$std" $cc -std=$std -O2 $warn -c runtime/pool/tenon_pool.c -o "$work/pool.o"
    done
    check "$cc without futexes" $cc -U__linux__ -std=c11 -O2 $warn -c runtime/pool/tenon_pool.c -o "$work/pool.o"
done
check "a C++ compiler reads the header" ${CXX:-g++} -x c++ -Wall -Wextra -Wpedantic -Werror -fsyntax-only \
    runtime/pool/tenon_pool.h

build() { # program, flags...
    local program=$1
    shift
    gcc -std=gnu11 -O1 -g1 -I. "$@" test/unit/pool_test.c -o "$work/$program" -pthread
}

for way in "" -U__linux__; do
    for san in thread address,undefined; do
        name=pool-$san$way
        check "build $name" build "$name" -fsanitize=$san -fno-sanitize-recover=undefined $way
        # TSan of gcc 12 dies of high-entropy address layouts
        check "$name" setarch -R "$work/$name"
    done
done

summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
