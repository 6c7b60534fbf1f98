#!/bin/bash
# Compares gguf-inspect with @huggingface/gguf on the models that the build made, and on real ones
# where they are. Files in which JavaScript's numbers or strings could not hold what is in them
# (64-bit extremes, NaN, invalid UTF-8) are left to tests/conformance.
set -euo pipefail

here=$(dirname "$0")
models=()
for name in tiny-llama tiny-gpt2-vocab tiny-moe vocab-only version-2 version-3 version-3-big-endian \
    alignment-4096 tensor-types; do
    if [ -e "$GGUF_FIXTURES/$name.gguf" ]; then
        models+=("$GGUF_FIXTURES/$name.gguf")
    fi
done
[ ${#models[@]} -ge 5 ] || { echo "the fixtures are not where they were"; exit 1; }
if [ -d "$GGUF_DATA/models" ]; then
    models+=("$GGUF_DATA"/models/*.gguf)
else
    echo "no real models at $GGUF_DATA: built ones only"
fi
exec node "$here/readers-agree.mjs" "$GGUF_BIN/gguf-inspect" "${models[@]}"
