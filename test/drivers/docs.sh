#!/usr/bin/env bash
# The documents say what the program says: doc/operators.md, doc/tenon.1; and links between documents lead somewhere.
set -u
cd "$(dirname "$0")/../.." || exit 1
T=${TENON:-$PWD/build/tenon}
passed=0 failed=0

check() { # what, command...
    local what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $what"
    fi
}

check "doc/operators.md is not what \`tenon ops' prints: make doc" cmp -s doc/operators.md <("$T" ops)
check "doc/tenon.1 is not what tools/man.sh makes: make doc" cmp -s doc/tenon.1 <(sh tools/man.sh "$T")

commands=$("$T" --help | sed -n 's/^  tenon \([a-z]*\) .*/\1/p')
check "tenon --help lists its commands" test "$(wc -w <<<"$commands")" -ge 10
for c in $commands; do
    check "doc/tenon.1 lacks the command $c" grep -q "^\.SS tenon $c" doc/tenon.1
    for option in $("$T" "$c" --help | grep -oE '^ +(-., +)?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
        check "doc/tenon.1 lacks $option of $c" grep -q -F -- "${option//-/\\-}\\fR" doc/tenon.1
    done
done

while IFS= read -r target; do
    check "doc/schedules.md lacks the step $target" grep -q "\`$target(" doc/schedules.md
done < <(sed -n 's/^    STEP(\([a-z]*\),.*/\1/p' src/nest/schedule.h)

# Relative links and the files that documents name in `backquotes` with a folder in front.
for f in *.md doc/*.md bench/*.md examples/*/README.md; do
    [ -f "$f" ] || continue
    folder=$(dirname "$f")
    while IFS= read -r link; do
        path=${link%%#*}
        [ -z "$path" ] || check "$f: the link $link leads nowhere" test -e "$folder/$path"
    done < <(grep -oE '\]\([^) ]+\)' "$f" | sed -E 's/^\]\(//; s/\)$//' | grep -vE '^(https?|mailto):')
    while IFS= read -r path; do
        check "$f: there is no $path" test -e "$path"
    done < <(grep -oE '`(src|test|tools|runtime|examples|doc|bench)/[A-Za-z0-9_./-]*`' "$f" | tr -d '`' | grep -vE '(NAME|FORMAT|FAMILY|f32xN)' | sort -u)
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
