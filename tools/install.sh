#!/bin/sh
# Installs what tenon needs on Debian or Ubuntu, only if something is missing:
#     tools/install.sh [test]      with `test`, what the tests need as well
# Root or sudo is asked for only when there is something to install.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
want="gcc make libc6-dev protobuf-c-compiler libprotobuf-c-dev libcjson-dev libstb-dev"
[ "${1:-}" = test ] && want="$want clang libclang-rt-14-dev binutils python3 python3-venv"
missing=
for p in $want; do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
done
if [ -n "$missing" ]; then
    echo "installing:$missing"
    as=
    [ "$(id -u)" = 0 ] || as=sudo
    export DEBIAN_FRONTEND=noninteractive
    $as apt-get update -qq
    # shellcheck disable=SC2086
    $as apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
if [ "${1:-}" = test ] && ! "$here/build/venv/bin/python" -c 'import numpy, onnx, onnxruntime' 2>/dev/null; then
    echo "installing from PyPI: numpy onnx onnxruntime (the judges, in build/venv)"
    mkdir -p "$here/build"
    python3 -m venv "$here/build/venv"
    "$here/build/venv/bin/pip" install -q --disable-pip-version-check numpy onnx onnxruntime
fi
