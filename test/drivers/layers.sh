#!/usr/bin/env bash
# Includes point only downward: runtime, base < ir < nest, target < op, plan, emit < import, pass < tune, quantise, train < cli.
# What generated C may link, runtime/, includes nothing but files beside it.
set -u
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0

rank() {
    case $1 in
        runtime | base) echo 0 ;;
        ir) echo 1 ;;
        nest | target) echo 2 ;;
        op | plan | emit) echo 3 ;;
        import | pass) echo 4 ;;
        tune | quantise | train) echo 5 ;;
        cli) echo 6 ;;
    esac
}

fail() {
    echo "FAIL $*"
    failed=$((failed + 1))
}

for folder in src/*/; do
    name=$(basename "$folder")
    mine=$(rank "$name")
    if [ -z "$mine" ]; then
        fail "$folder is a layer that this test does not know"
        continue
    fi
    while IFS=: read -r file line text; do
        header=$(sed -E 's/^[^"]*"([^"]*)".*/\1/' <<<"$text")
        theirs=$(rank "${header%%/*}")
        if [ -z "$theirs" ]; then
            fail "$file:$line: \"$header\" is not named by its layer"
        elif [ "$theirs" -gt "$mine" ]; then
            fail "$file:$line: $name/ must not include \"$header\", which is above it"
        else
            passed=$((passed + 1))
        fi
    done < <(grep -rnE --include='*.[ch]' --include='*.def' '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$folder")
done

while IFS=: read -r file line text; do
    header=$(sed -E 's/^[^"]*"([^"]*)".*/\1/' <<<"$text")
    [[ $header != */* && -f $(dirname "$file")/$header ]] || fail "$file:$line: runtime/ depends on nothing: $text"
done < <(grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' runtime)

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
