#!/bin/bash
# The runner itself: it passes what agrees, fails what differs, skips on 77 and rewrites on UPDATE=1.
set -euo pipefail

runner=$(dirname "$0")/run-case.sh
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-runner.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export GGUF_DATA=$scratch/no-data

expect() { # STATUS WHAT: what the runner must answer for the case as it is on disk
    local status=0
    bash "$runner" "$scratch/case.sh" >"$scratch/report" 2>&1 || status=$?
    if [ "$status" != "$1" ]; then
        echo "$2: the runner said $status, not $1"
        cat "$scratch/report"
        exit 1
    fi
}

echo true >"$scratch/case.sh"
expect 0 "nothing expected, nothing found"

echo 'echo out; echo err >&2; exit 3' >"$scratch/case.sh"
expect 1 "output without expectations"
UPDATE=1 expect 0 "rewriting"
expect 0 "rewritten expectations"
[ "$(cat "$scratch/case.stdout" "$scratch/case.stderr" "$scratch/case.exit")" = $'out\nerr\n3' ]

for part in stdout stderr exit; do
    cp "$scratch/case.$part" "$scratch/kept"
    printf '%s' "$(cat "$scratch/kept")" >"$scratch/case.$part"
    expect 1 "$part without its final newline"
    echo 9 >>"$scratch/case.$part"
    expect 1 "$part with another line"
    rm "$scratch/case.$part"
    expect 1 "$part missing"
    mv "$scratch/kept" "$scratch/case.$part"
done
expect 0 "expectations put back"

echo true >"$scratch/case.sh"
expect 1 "expectations left over"
UPDATE=1 expect 0 "rewriting to nothing"
[ "$(ls "$scratch"/case.*)" = "$scratch/case.sh" ]

echo 'exit 77' >"$scratch/case.sh"
expect 77 "a case that skips itself"
printf '# needs: data\nexit 1\n' >"$scratch/case.sh"
expect 77 "a case that needs missing data"
printf '# needs: no-such-command-here\nexit 1\n' >"$scratch/case.sh"
expect 77 "a case that needs a missing command"

echo 'echo "${NO_COLOR-unset} $LC_ALL $TZ"; cat; ls -A' >"$scratch/case.sh"
printf 'unset C UTC\n' >"$scratch/case.stdout"
NO_COLOR=1 GGUF_FIXTURES=$scratch/none expect 0 "a clean environment in an empty directory"

mkdir "$scratch/data"
export GGUF_DATA=$scratch/data
GGUF_FIXTURES=$scratch/none NO_COLOR=1 expect 0 "the same where there are real models"
printf '# needs: data\ncd data && echo found\n' >"$scratch/case.sh"
echo found >"$scratch/case.stdout"
expect 0 "a case that needs data finds it"
