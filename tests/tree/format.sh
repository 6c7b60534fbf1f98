#!/bin/bash
# Every C source is as clang-format 14 writes it; other versions write other things.
set -euo pipefail
cd "$GGUF_SOURCE"
formatter=$(command -v clang-format-14 || command -v clang-format || true)
if [ -z "$formatter" ] || ! "$formatter" --version | grep -q 'version 14\.'; then
    echo "skipped: no clang-format 14"
    exit 77
fi
# A table generated from facts may ask to be left alone, as clang-format itself lets it.
find . \( -name node_modules -o -path ./build \) -prune -o -name '*.[ch]' -print0 |
    xargs -0 "$formatter" --dry-run -Werror
