#!/bin/bash
# No unfinished work without a reason, no path of the machine it was written on.
set -euo pipefail
cd "$GGUF_SOURCE"

findings=$(
    find . \( -name node_modules -o -path ./build -o -name .git \) -prune -o -type f -print0 |
        xargs -0 grep -nIE '\b(TODO|FIXME|XXX|HACK)\b($|[^:(])|(^|[^A-Za-z0-9_.])/(home|root|work|Users)/[a-z]' |
        grep -v '^\./tests/tree/leftovers\.sh:' || true
)
if [ -n "$findings" ]; then
    printf '%s\n' "$findings"
    exit 1
fi
