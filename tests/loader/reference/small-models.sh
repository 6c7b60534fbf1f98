#!/bin/bash
# small-models.sh NATIVE WASM|-: the reference loader holds what gguf-estimate says, for a compiled
# fixture and for real models in f32, f16 and mixed k-quants.
set -euo pipefail
command -v node >/dev/null || { echo "skipped: no node"; exit 77; }
[ -e "$GGUF_FIXTURES/tiny-llama.gguf" ] || { echo "skipped: no fixtures"; exit 77; }
shopt -s nullglob
exec node "$GGUF_SOURCE/tests/loader/reference/prove.mjs" "$GGUF_BIN/gguf-estimate" "$1" "$2" \
    "$GGUF_FIXTURES/tiny-llama.gguf" "$GGUF_DATA"/models/stories260K-*.gguf
