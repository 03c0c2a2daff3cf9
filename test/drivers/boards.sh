#!/usr/bin/env bash
# doc/add_board.md, done as it is written: boards from its text, in a folder of their own.
set -u
cd "$(dirname "$0")/../.." || exit 1
T=${TENON:-$PWD/build/tenon}
passed=0 failed=0 skipped=0
doc=$PWD/doc/add_board.md model=$PWD/examples/digits/digits.onnx
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

check() { # what, command...
    local what=$1
    shift
    if "$@" >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $what"
        tail -n 5 "$work/log"
    fi
}

# The indented lines behind a heading that begin with a key of boards.
block() {
    awk -v heading="## $1" '$0 == heading {on = 1; next} /^## / {on = 0} on && /^    (target|help|flash|ram|vectors|clock|time|start|cc|cflags|ldflags|run) / {print substr($0, 5)}' "$doc"
}

block "A new board" >"$work/f446.board"
block "One that is emulated" >"$work/emulated.board"
cd "$work" || exit 1
cp "$model" kws.onnx
check "the document's emulated board is the compiler's" diff <(sed 's/  */ /g' emulated.board) \
    <(grep -v '^#' "$OLDPWD/src/target/boards/qemu-mps2-an386.board" | sed 's/  */ /g')
check "compile" "$T" compile kws.onnx -o kws --target f446.board
check "origin and size in the linker script" grep -q 'ram (rwx) : ORIGIN = 0x20000000, LENGTH = 131072' kws/kws.ld
check "the same from another folder" "$T" compile kws.onnx -o again --target "$work/f446.board"
check "the same linker script" diff -I 'tenon compile' kws/kws.ld again/kws.ld
if command -v arm-none-eabi-gcc qemu-system-arm >/dev/null; then
    check "size" "$T" size kws.onnx --target f446.board
    check "of this board's RAM" grep -q 'of 128 KiB' <<<"$("$T" size kws.onnx --target f446.board)"
    check "make" make -s -C kws
    check "an image" test -s kws/kws_example
    check "vectors at the start of the flash" test "$(arm-none-eabi-objdump -h kws/kws_example | awk '$2 == ".vectors" {print $4}')" = 08000000
    check "runs on the emulated board of its target" "$T" run kws.onnx --input image=random:1 --target f446.board
    check "bench counts instructions" grep -q ' instructions, ' <<<"$("$T" bench kws.onnx --target emulated.board --seconds 0.001)"
else
    skipped=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
