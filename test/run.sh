#!/usr/bin/env bash
# Runs every driver and adds up their last lines, `N passed, N failed` with `, N skipped` where some were.
#     test/run.sh [PATTERN]      only drivers whose name matches; JOBS=N: how many at a time
# A driver is a program build/test/X_test or a script test/drivers/X.{sh,py}; its log is build/test/X.log. Programs and
# shell scripts run side by side, then the Python drivers, which share their work among the processors themselves.
# TENON_TEST=quick: drivers with thousands of cases take a sample.
set -u
cd "$(dirname "$0")/.." || exit 1
B=${BUILD:-build}
export TENON=${TENON:-$PWD/$B/tenon}
PYTHON=${PYTHON:-python3}
for venv in "$B/venv" build/venv; do
    [ -x "$venv/bin/python" ] && PYTHON=$PWD/$venv/bin/python && break
done
export PYTHON
pattern=${1:-.}
jobs=${JOBS:-$(nproc)}
limit=1800 # seconds a driver may take
logs=$B/test
line_form='^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$'
mkdir -p "$logs"

# The log's last line is the result line, whatever happened.
drive() { # driver, name, log
    local status start=$SECONDS line
    case $1 in
        *.py) timeout "$limit" "$PYTHON" "$1" >"$3" 2>&1 ;;
        *.sh) timeout "$limit" bash "$1" >"$3" 2>&1 ;;
        *) timeout "$limit" "$1" >"$3" 2>&1 ;;
    esac
    status=$?
    line=$(grep -E "$line_form" "$3" | tail -n 1)
    if [ -z "$line" ]; then
        line="0 passed, 1 failed"
        printf '%s: ended without a result line, exit status %d\n%s\n' "$2" "$status" "$(tail -n 5 "$3")"
    elif [ "$status" != 0 ] && [[ $line == *" 0 failed"* ]]; then
        line=${line/ 0 failed/ 1 failed}
        printf '%s: exit status %d\n' "$2" "$status"
    fi
    [[ $line == *" 0 failed"* ]] || grep -iE 'fail|error' "$3" | grep -vE "$line_form" | head -n 20
    echo "$line" >>"$3"
    printf '%-28s %s (%d s)\n' "$2" "$line" $((SECONDS - start))
}

names=()
for t in "$B"/test/*_test test/drivers/*.sh test/drivers/*.py; do
    [ -f "$t" ] || continue
    name=$(basename "$t")
    grep -qE "$pattern" <<<"$name" || continue
    names+=("${name%.*}")
    case $t in
        *.py) wait ;;
        *) while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done ;;
    esac
    drive "$t" "$name" "$logs/${name%.*}.log" &
done
wait

passed=0 failed=0 skipped=0
for name in ${names[@]+"${names[@]}"}; do
    read -r p f s < <(tail -n 1 "$logs/$name.log" | sed -E 's/^([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?$/\1 \2 \4/')
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + ${s:-0}))
done
summary="$passed passed, $failed failed"
[ "$skipped" = 0 ] || summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" = 0 ]
