#!/bin/bash
# symbols.sh LIBRARY: what libgguf exports begins with libgguf_, is declared in a public header, and
# everything declared there is exported; so is loaded beside any other GGUF library without a clash.
set -euo pipefail
library=$1

exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u)
declared=$(cat "$GGUF_SOURCE"/lib/include/libgguf/*.h | tr '\n' ' ' |
    grep -oE 'LIBGGUF_API[^;]*;' | grep -oE '\blibgguf_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u)
[ -n "$exported" ] && [ -n "$declared" ]

failed=0
if foreign=$(grep -v '^libgguf_' <<<"$exported"); then
    echo "exported under a foreign name:" $foreign
    failed=1
fi
undeclared=$(comm -23 <(echo "$exported") <(echo "$declared"))
if [ -n "$undeclared" ]; then
    echo "exported but in no public header:" $undeclared
    failed=1
fi
missing=$(comm -13 <(echo "$exported") <(echo "$declared"))
if [ -n "$missing" ]; then
    echo "declared but not exported:" $missing
    failed=1
fi
exit $failed
