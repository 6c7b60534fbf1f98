#!/bin/bash
# Every manual page passes mandoc's lint and speaks of documents that there are; every tool and the
# library have one.
set -euo pipefail
cd "$GGUF_SOURCE"
command -v mandoc >/dev/null || { echo "skipped: no mandoc"; exit 77; }

failed=0
for page in docs/man/*.[1-9]; do
    # That a page of ours is not installed on this machine is no mistake of the page.
    findings=$({ mandoc -T lint -W style "$page" || true; } |
        grep -v 'referenced manual not found: Xr \(gguf-[a-z]*\|libgguf\)' || true)
    [ -z "$findings" ] || { printf '%s\n' "$findings"; failed=1; }
    grep -qx '\.Os libgguf' "$page" || { echo "$page: wants '.Os libgguf'"; failed=1; }
    # A line that is filled breaks where it likes, and is no command any more.
    ! grep -n '^\.Dl \$' "$page" || { echo "$page: commands are shown by .Bd -literal"; failed=1; }
    while IFS= read -r document; do
        [ -e "$document" ] || { echo "$page: there is no $document"; failed=1; }
    done < <(sed -n 's/^\.Pa \(docs\/[^ ]*\).*/\1/p' "$page")
done
for main in tools/gguf-*/main.c; do
    [ -e "$main" ] || continue
    tool=$(basename "$(dirname "$main")")
    [ -e "docs/man/$tool.1" ] || { echo "docs/man/$tool.1 is missing"; failed=1; }
done
[ -e docs/man/libgguf.3 ] || { echo "docs/man/libgguf.3 is missing"; failed=1; }
exit $failed
