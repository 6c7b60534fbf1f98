#!/bin/bash
# Every measurement runs, and makes a table with its rows and two plots that are well-formed; the rest of
# the page stays.
set -euo pipefail
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-smoke.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
printf '%s\n' before '<!-- measured -->' 'old numbers' '<!-- end -->' after >"$scratch/page.md"

bash "$GGUF_SOURCE/tests/bench/run.sh" --smoke --build "$GGUF_BUILD" --into "$scratch/page.md" >"$scratch/printed"
cat "$scratch/page.md"

fail() { echo "$*"; exit 1; }
[ "$(head -n 2 "$scratch/page.md")" = $'before\n<!-- measured -->' ] || fail "the page begins otherwise"
[ "$(tail -n 2 "$scratch/page.md")" = $'<!-- end -->\nafter' ] || fail "the page ends otherwise"
! grep -q 'old numbers' "$scratch/page.md" || fail "old numbers are still there"
for row in '`gguf-inspect`, 1000 tokens' '`gguf-estimate`' '`gguf-manifest create`, 2 MiB' '`verify`' '1000 keys' '1000 tensors'; do
    grep -qF "$row" "$scratch/page.md" || fail "no row $row"
done
[ ! -x "$GGUF_BUILD/bin/gguf-bundle" ] || grep -qF '`unpack`' "$scratch/page.md" || fail "no row about bundles"
if grep -E '^\|' "$scratch/page.md" | grep -vE '^\|([^|]*\|){7}$'; then
    fail "a row has not 7 columns"
fi
for plot in inspect manifest; do
    [ "$(grep -c '<polyline' "$scratch/performance-$plot.svg")" -ge 2 ] || fail "the plot has no lines"
    ! command -v xmllint >/dev/null || xmllint --noout "$scratch/performance-$plot.svg"
done
