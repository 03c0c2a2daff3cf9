#!/usr/bin/env bash
# `tenon plan` packs the public instances of ../shared/planner, and one of our own without any gap, into their capacity;
# the offsets are checked here, pair by pair. Then what `--ram` says.
set -u
cd "$(dirname "$0")/../.." || exit 1
T=${TENON:-$PWD/build/tenon}
passed=0 failed=0 skipped=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

fine() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    echo "FAIL $1"
}

# Nothing for a plan in which no two buffers that live at once overlap, and the end is not beyond the capacity.
faults() { # PLAN.csv INSTANCE.csv capacity
    awk -F, -v capacity="$3" '
        FNR == 1 { next }
        FILENAME == ARGV[1] { want[$1] = $2 "," $3 "," $4; buffers++; next }
        want[$1] != $2 "," $3 "," $4 { print "buffer " $1 " is not that of the instance" }
        {
            n++; id[n] = $1; lower[n] = $2; upper[n] = $3; size[n] = $4; at[n] = $5
            if ($5 == "" || $5 < 0 || $5 + $4 > capacity) print "buffer " $1 " is out of the arena"
            for (i = 1; i < n; i++)
                if (lower[i] < $3 && $2 < upper[i] && at[i] < $5 + $4 && $5 < at[i] + size[i])
                    print "buffers " id[i] " and " $1 " overlap"
        }
        END { if (n != buffers) print n + 0 " buffers, not " buffers }' "$2" "$1" | head -n 3
}

for f in test/planner/*.csv ../shared/planner/*.csv; do
    if [ ! -f "$f" ]; then
        echo "$f: not here"
        skipped=$((skipped + 1))
        continue
    fi
    name=$(basename "$f" .csv)
    capacity=${name##*.}
    if ! "$T" plan "$f" -o "$work/plan.csv" >"$work/out" 2>&1; then
        bad "$name: $(tail -n 1 "$work/out")"
        continue
    fi
    fine
    cat "$work/out"
    wrong=$(faults "$work/plan.csv" "$f" "$capacity")
    if [ -n "$wrong" ]; then bad "$name: $wrong"; else fine; fi
done

# One byte less than the lower bound is refused, and said.
if "$T" plan test/planner/tight.16384.csv --capacity 16383 >"$work/out" 2>&1; then bad "fits where nothing can"; else fine; fi
if grep -q 'does not fit' "$work/out"; then fine; else bad "does not say that it does not fit"; fi

# The least memory that an error names is enough, one byte less is not, and more never lets the program need more than there is.
for target in cortex-m4 cortex-m55; do
    model=../shared/models/mlperf_tiny/vww_int8.onnx
    if [ ! -f "$model" ]; then
        skipped=$((skipped + 1))
        continue
    fi
    with() { "$T" compile "$model" --target "$target" --ram "$1" -o "$work/model" 2>&1; }
    least=$(with 1 | sed -n 's/.* needs \([0-9]*\) bytes of RAM.*/\1/p')
    if [ -z "$least" ]; then bad "$target: the least memory is not said"; continue; fi
    for ram in "$least" $((least + 4000)); do
        used=$(with "$ram" | sed -n 's/^ram  *\([0-9]*\) bytes of .*/\1/p')
        if [ -n "$used" ] && [ "$used" -le "$ram" ]; then fine; else bad "$target: --ram $ram: ${used:-does not fit}"; fi
    done
    if with $((least - 1)) | grep -q "needs $least bytes of RAM, 1 more than"; then fine; else bad "$target: fits into less than the least"; fi
done

line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ]
