#!/bin/sh
# Installs what the tests need, builds tenon and passes the tests. The last line is `N passed, N failed`, with
# `, N skipped` where some were. The drivers with thousands of cases take a sample; TENON_TEST=full runs all.
set -eu
cd "$(dirname "$0")/.."
export TENON_TEST="${TENON_TEST:-quick}"
sh tools/install.sh test
make -s -j"$(nproc)" all units
exec make -s test
