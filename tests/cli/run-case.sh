#!/bin/bash
# run-case.sh CASE.sh: runs one case in a fresh directory and compares its exit status, stdout and
# stderr in full with CASE.exit, CASE.stdout and CASE.stderr (missing: 0, empty, empty).
# UPDATE=1 rewrites those files instead. README.md beside this file says how a case is written.
set -euo pipefail

case_file=$(realpath -- "$1")
expected=${case_file%.sh}

wants_data=no
for need in $(sed -n 's/^# needs: *//p' "$case_file"); do
    if [ "$need" = data ]; then
        [ -d "$GGUF_DATA" ] || { echo "skipped: no test data at $GGUF_DATA"; exit 77; }
        wants_data=yes
    elif ! command -v "$need" >/dev/null; then
        echo "skipped: $need is not installed"
        exit 77
    fi
done

scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-case.XXXXXX")
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT
mkdir "$scratch/work" "$scratch/home"
[ ! -d "$GGUF_FIXTURES" ] || ln -s "$GGUF_FIXTURES" "$scratch/work/fixtures"
[ "$wants_data" = no ] || ln -s "$(realpath -- "$GGUF_DATA")" "$scratch/work/data"

status=0
(
    cd "$scratch/work"
    exec env -i PATH="$GGUF_BIN:$PATH" HOME="$scratch/home" TMPDIR="$scratch/home" \
        LC_ALL=C TZ=UTC TERM=dumb \
        FIXTURES="$GGUF_FIXTURES" DATA="$GGUF_DATA" SOURCE="$GGUF_SOURCE" \
        SANITIZE="${GGUF_SANITIZE-}" \
        ASAN_OPTIONS="${ASAN_OPTIONS-}" UBSAN_OPTIONS="${UBSAN_OPTIONS-print_stacktrace=1}" \
        TSAN_OPTIONS="${TSAN_OPTIONS-}" \
        bash "$case_file"
) </dev/null >"$scratch/stdout" 2>"$scratch/stderr" || status=$?

if [ "$status" = 77 ]; then
    cat "$scratch/stdout" "$scratch/stderr"
    exit 77
fi
echo "$status" >"$scratch/exit"
[ "$status" != 0 ] || : >"$scratch/exit"

failed=0
for part in exit stdout stderr; do
    if [ "${UPDATE-}" = 1 ]; then
        if [ -s "$scratch/$part" ]; then
            cp "$scratch/$part" "$expected.$part"
        else
            rm -f "$expected.$part"
        fi
        continue
    fi
    want=/dev/null
    [ ! -e "$expected.$part" ] || want=$expected.$part
    if [ "$part" = exit ] && [ "$(cat "$want")" = 0 ]; then
        want=/dev/null
    fi
    if ! cmp -s "$want" "$scratch/$part"; then
        failed=1
        echo "$part differs (- expected, + found):"
        diff --text -u --label "$part" --label "$part" "$want" "$scratch/$part" || true
    fi
done
exit "$failed"
