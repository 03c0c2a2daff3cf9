#!/usr/bin/env bash
# `--runner`: a stand-in for ssh, which gives its words to a shell in another folder, where programs go through an emulator
# if the target is not this machine's.
set -u
cd "$(dirname "$0")/../.." || exit 1
T=${TENON:-$PWD/build/tenon}
model=$PWD/examples/digits/digits.onnx
. test/check.sh

refused() { # exit status, part of the message, arguments of tenon...
    local status=$1 part=$2
    shift 2
    "$T" "$@" >"$work/said" 2>&1
    [ $? = "$status" ] && grep -qF -- "$part" "$work/said" || { cat "$work/said"; return 1; }
}

mkdir "$work/bin" "$work/board"
cat >"$work/bin/ssh" <<'END'
#!/bin/sh
[ "$1" = board ] || { echo "ssh: Could not resolve hostname $1" >&2; exit 255; }
[ -n "$ASKS" ] && kill -STOP $$ # as reading a password in the background does
shift
echo "Welcome to the board, which greets whoever comes."
cd "$BOARD" && exec sh -c "$(printf '%s' "$*" | sed "s|; \./program|; $EMULATOR ./program|")"
END
mkdir "$work/full"
printf '#!/bin/sh\nexit 1\n' >"$work/full/mktemp"
printf '#!/bin/sh\nkill -4 $$\n' >"$work/bin/dies"
printf '#!/bin/sh\necho lost\nexit 3\n' >"$work/bin/fails"
chmod +x "$work"/bin/* "$work/full/mktemp"
export PATH=$work/bin:$PATH BOARD=$work/board EMULATOR= ASKS= XDG_CACHE_HOME=$work/cache
cd "$work" || exit 1
cp "$model" m.onnx
runner='ssh board TMPDIR=$BOARD'

"$T" run m.onnx --input random:1 -o here >/dev/null
check "run" "$T" run m.onnx --input random:1 -o there --runner "$runner"
check "the same results" cmp here/logits.npy there/logits.npy
check "nothing is left there" test -z "$(ls -A board)"
check "a runner that takes one word" "$T" run m.onnx --input random:1 --runner "sh -c"
check "bench tells the time" grep -q '^target  [^ ]*, by ssh board' <<<"$("$T" bench m.onnx --seconds 0.01 --runner "$runner")"
check "a board that is not there" refused 1 "--runner: 'ssh bord' gave no result (255): ssh: Could not resolve hostname bord" run m.onnx --input random:1 --runner "ssh bord"
check "a program that is not there" refused 1 "--runner: 'sssh board' is not found" run m.onnx --input random:1 --runner "sssh board"
check "no shell behind it" refused 1 "gave no result (0)" run m.onnx --input random:1 --runner "true"
check "no folder" refused 1 "gave no result (93): no folder for temporary files" run m.onnx --input random:1 --runner "ssh board PATH=$work/full:$PATH"
EMULATOR='sleep 9;' check "too slow" refused 1 "was ended after 0.3 seconds; give it longer with --timeout" bench m.onnx --timeout 0.3 --runner "$runner"
ASKS=yes check "a password" refused 1 "wants something typed on the terminal" run m.onnx --input random:1 --runner "$runner"
EMULATOR='exit 1;' check "an answer that breaks off" refused 1 "gave no result (1)" run m.onnx --input random:1 --runner "$runner"
EMULATOR='kill -4 $$;' check "killed on the way" refused 1 "gave no result" run m.onnx --input random:1 --runner "$runner"
EMULATOR=dies check "another processor" refused 1 "cannot run programs for" run m.onnx --input random:1 --runner "$runner"
EMULATOR=fails check "a program that fails" refused 1 "the compiled model failed (3): lost" run m.onnx --input random:1 --runner "$runner"
check "no operating system" refused 2 "--runner needs a target with an operating system, and cortex-m4 has none" run m.onnx --target cortex-m4 --runner "$runner"
check "one kind of code" refused 2 "--runner is for one kind of code; choose --target arm64" run m.onnx --target arm64v7 --runner "$runner"
check "the interpreter" refused 2 "--runner runs compiled code" run m.onnx --engine interpreter --runner "$runner"
check "other engines" refused 2 "--vs compares with engines on this machine" bench m.onnx --vs mnn --runner "$runner"
check "a processor" refused 2 "--runner measures time" bench m.onnx --core cortex-a55 --target arm64 --runner "$runner"
if command -v aarch64-linux-gnu-gcc qemu-aarch64 >/dev/null; then
    export EMULATOR=qemu-aarch64
    check "verify on another processor" "$T" verify m.onnx --target raspberry-pi-4 --runner "$runner"
    EMULATOR='' check "a program for another processor" refused 1 "cannot run programs for raspberry-pi-4 (126)" run m.onnx --input random:1 --target raspberry-pi-4 --runner "$runner"
else
    skipped=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
