#!/bin/bash
# What the library says to every fixture is what verdicts.txt says. UPDATE=1 rewrites the table, and
# its diff is to be read.
set -euo pipefail
table=$GGUF_SOURCE/tests/conformance/verdicts.txt
actual=$(mktemp)
trap 'rm -f "$actual"' EXIT
for recipe in "$GGUF_SOURCE"/fixtures/*.recipe; do
    name=${recipe##*/}
    printf '%s/%s.gguf\n' "$GGUF_FIXTURES" "${name%.recipe}"
done | LC_ALL=C sort | xargs "$1" >"$actual"
if [ "${UPDATE:-}" = 1 ]; then
    cp "$actual" "$table"
fi
diff -u "$table" "$actual"

# Every rule of the check, and every status an opening can end with, is met by a fixture.
missing=0
while read -r name reason; do
    if ! grep -qE "(^  (open|allowing): |(error|warning) )$name( |\$)" "$table"; then
        echo "no fixture meets '$name' ($reason)"
        missing=1
    fi
done < <("$1" --everything)
exit $missing
