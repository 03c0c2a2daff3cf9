#!/usr/bin/env bash
# Runs every driver and adds up their last lines, `N passed, N failed` with `, N skipped` where some were.
#     test/run.sh [PATTERN]      only drivers whose name matches
# A driver is a program build/test/X_test or a script test/drivers/X.{sh,py}; its log is build/test/X.log.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${BUILD:-build}
export TENON=${TENON:-$PWD/$B/tenon}
PYTHON=${PYTHON:-python3}
for venv in "$B/venv" build/venv; do
    [ -x "$venv/bin/python" ] && PYTHON=$venv/bin/python && break
done
export PYTHON
pattern=${1:-.}
passed=0 failed=0 skipped=0
mkdir -p "$B/test"

add() { # name, log, exit status
    local line p f s
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$2" | tail -n 1)
    read -r p f s <<<"$(sed -E 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?.*/\1 \2 \4/' <<<"$line")"
    if [ -z "$line" ]; then
        p=0 f=1
        echo "$1: ended without a result line, exit status $3"
        tail -n 5 "$2"
    elif [ "$3" != 0 ] && [ "$f" = 0 ]; then
        f=1
        echo "$1: exit status $3"
    fi
    [ "$f" = 0 ] || grep -iE 'fail|error' "$2" | head -n 20
    printf '%-28s %s\n' "$1" "${line:-failed}"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + ${s:-0}))
}

for t in "$B"/test/*_test test/drivers/*.sh test/drivers/*.py; do
    [ -f "$t" ] || continue
    name=$(basename "$t")
    grep -qE "$pattern" <<<"$name" || continue
    log=$B/test/${name%.*}.log
    case $t in
        *.py) "$PYTHON" "$t" >"$log" 2>&1 ;;
        *.sh) bash "$t" >"$log" 2>&1 ;;
        *) "$t" >"$log" 2>&1 ;;
    esac
    add "$name" "$log" $?
done
summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
