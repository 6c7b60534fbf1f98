#!/bin/bash
# fixtures/README.md has one line for each recipe, which is the first line of that recipe.
set -euo pipefail
cd "$GGUF_SOURCE/fixtures"
diff -u <(sed -n 's/^| `\([^`]*\)` | \(.*\.\) |$/\1: \2/p' README.md | sort) \
    <(for recipe in *.recipe; do
        printf '%s: %s\n' "${recipe%.recipe}" "$(sed -n '1s/^# //p' "$recipe")"
    done | sort)
