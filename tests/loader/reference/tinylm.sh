#!/bin/bash
# tinylm.sh NATIVE WASM|- MAKE_TINYLM: the same for TinyLM-16M in f32 and q8_0, with the growth of a
# process for each load.
set -euo pipefail
command -v node >/dev/null || { echo "skipped: no node"; exit 77; }
[ -e /proc/self/statm ] || { echo "skipped: this system does not say what a process holds"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-tinylm.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
for type in f32 q8_0; do
    "$3" "$type" "$scratch/tinylm-$type.gguf"
done
node "$GGUF_SOURCE/tests/loader/reference/prove.mjs" --growth "$GGUF_BIN/gguf-estimate" "$1" "$2" "$scratch"/*.gguf
