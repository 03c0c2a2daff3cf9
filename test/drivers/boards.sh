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
    awk -v heading="## $1" '$0 == heading {on = 1; next} /^## / {on = 0} on && /^    (target|help|flash|ram|vectors|clock|core|time|start|cc|cflags|ldflags|run) / {print substr($0, 5)}' "$doc"
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
refused() { # words of the message, lines of the board
    printf '%s\n' "${@:2}" >bad.board
    "$T" compile kws.onnx -o bad --target bad.board >said 2>&1
    test $? = 1 && grep -qF "$1" said
}
check "one target" refused "arm64: there is a target already" "target cortex-m4" "target arm64"
check "RAM within 32 bits" refused "ram: ends behind 4 GiB" "target cortex-m4" "flash 0 1M" "ram 0xfffffff0 1G" "start arm-m"
check "memories apart" refused "flash and ram: overlap" "target cortex-m4" "flash 0 1M" "ram 0x1000 1M" "start arm-m"
check "sizes of 64 bits" refused "not an address and a size" "target cortex-m4" "ram 0 17179869185G"
if command -v arm-none-eabi-gcc qemu-system-arm >/dev/null; then
    check "size" "$T" size kws.onnx --target f446.board
    check "of this board's RAM" grep -q 'of 128 KiB' <<<"$("$T" size kws.onnx --target f446.board)"
    check "make" make -s -C kws
    check "an image" test -s kws/kws_example
    check "vectors at the start of the flash" test "$(arm-none-eabi-objdump -h kws/kws_example | awk '$2 == ".vectors" {print $4}')" = 08000000
    check "runs on the emulated board of its target" "$T" run kws.onnx --input image=random:1 --target f446.board
    # The emulator's own clock, a nanosecond an instruction, counts the same and up to 5000 instructions of asking it.
    "$T" bench kws.onnx --target emulated.board >bench.txt
    "$T" compile kws.onnx -o timed --target emulated.board >log && make -s -C timed
    clock=$($(sed -n 's/^run *//p' emulated.board | sed 's/{arguments}/,arg=--time,arg=0.000001/; s/{program}/timed\/kws_example/') |
        awk '/^time: median/ {print 1e6 * $3}')
    check "bench counts what the clock counts" awk -v clock="$clock" '/^count/ {good = clock > $2 && clock < $2 + 5000} END {exit !good}' bench.txt
    check "its steps make the sum" awk '/^step/ {at = index($0, "instructions")} /->/ {sum += substr($0, at, 12)} /^count/ {good = sum == $2} END {exit !good}' bench.txt
    if command -v llvm-mca-19 >/dev/null; then
        check "cycles of a core" grep -q '^cycles  [0-9]* of a cortex-m7, .* estimated by' <<<"$("$T" bench kws.onnx --target f446.board --core cortex-m7)"
        check "cycles of a board and their time" awk '/^cycles/ {n = $2} / ms at 180 MHz$/ {good = n > 0 && $1 / n * 180e3 > 0.99 && $1 / n * 180e3 < 1.01} END {exit !good}' \
            <<<"$("$T" bench kws.onnx --target f446.board)"
    else
        skipped=1
    fi
    mkdir bin
    for tool in arm-none-eabi-gcc qemu-system-arm gcc as ld; do ln -s "$(command -v $tool)" bin/; done
    check "without llvm-mca" grep -q '^cycles  are not estimated: install llvm-mca 19' <<<"$(PATH=$work/bin "$T" bench kws.onnx --target emulated.board)"
else
    skipped=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
