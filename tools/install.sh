#!/bin/sh
# Installs what tenon needs on Debian or Ubuntu, only if something is missing:
#     tools/install.sh [test]      with `test`, what the tests need as well
# Root or sudo is asked for only when there is something to install.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
log=$here/build/install.log
want="gcc make libc6-dev protobuf-c-compiler libprotobuf-c-dev libcjson-dev libstb-dev"
[ "${1:-}" = test ] && want="$want clang libclang-rt-dev binutils pkgconf cmake python3 python3-venv
    gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
    gcc-riscv64-linux-gnu libc6-dev-riscv64-cross clang-19 llvm-19 qemu-user
    lld-19 wasi-libc libclang-rt-19-dev-wasm32 nodejs
    gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm"

has() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

quietly() { # what it says is shown only if it fails
    "$@" >>"$log" 2>&1 || {
        cat "$log" >&2
        echo "failed: $*" >&2
        exit 1
    }
}

missing=
for p in $want; do
    has "$p" || missing="$missing $p"
done
mkdir -p "$here/build"
: >"$log"
if [ -n "$missing" ]; then
    echo "installing:$missing"
    as=
    [ "$(id -u)" = 0 ] || as=sudo
    quietly $as apt-get update -q
    # shellcheck disable=SC2086
    quietly $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
fi
if [ "${1:-}" = test ] && ! "$here/build/venv/bin/python" -c 'import numpy, onnx, onnxruntime' 2>/dev/null; then
    echo "installing from PyPI: numpy onnx onnxruntime (the judges, in build/venv)"
    quietly python3 -m venv "$here/build/venv"
    quietly "$here/build/venv/bin/pip" install -q --disable-pip-version-check numpy onnx onnxruntime
fi
