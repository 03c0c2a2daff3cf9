#!/bin/sh
# Installs what the tests need, builds tenon and passes the tests. The last line is `N passed, N failed`, with
# `, N skipped` where some were.
set -eu
cd "$(dirname "$0")/.."
sh tools/install.sh test
make -s -j"$(nproc)" all units
exec make -s test
