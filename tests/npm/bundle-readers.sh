#!/bin/bash
# @huggingface/gguf reads every shard and every aligned copy that gguf-bundle makes, and finds in them
# what gguf-inspect finds.
set -euo pipefail
here=$(dirname "$0")
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-bundle-readers.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
tool=$GGUF_BIN/gguf-bundle
models=()
for model in "$GGUF_FIXTURES"/{tiny-llama,tiny-moe,tensor-types,alignment-4096,vocab-only}.gguf "$GGUF_DATA"/models/{stories260K-f32,stories260K-Q4_K_M,llama-2-tiny-random}.gguf; do
    [ -e "$model" ] || continue
    name=$(basename "$model" .gguf)
    size=$(stat -L -c %s "$model")
    "$tool" create "$model" -o "$scratch/$name" --align 16384 --no-sync -q
    "$tool" unpack "$scratch/$name" -o "$scratch/$name-16k.gguf" --no-sync -q
    limit=$({ "$tool" create "$model" -o "$scratch/none" --shards 1 2>&1 || :; } | grep -o '[0-9]* bytes, which\|works is [0-9]*' | grep -o '[0-9]*')
    [ "$limit" -gt $((size / 4)) ] || limit=$((size / 4))
    "$tool" create "$model" -o "$scratch/$name-shards" --shards "$limit" --no-sync -q
    models+=("$scratch/$name-16k.gguf" "$scratch/$name-shards"/*.gguf)
done
for model in "${models[@]}"; do
    "$GGUF_BIN/gguf-inspect" --check=llama.cpp "$model" >"$scratch/found" || { cat "$scratch/found"; exit 1; }
done
# By a name of its own, gguf-inspect takes a shard for the file that it is.
alone=()
for model in "${models[@]}"; do
    alone+=("${model%.gguf}.alone.gguf")
    ln "$model" "${model%.gguf}.alone.gguf"
done
[ ${#models[@]} -ge 15 ] || { echo "only ${#models[@]} files"; exit 1; }
exec node "$here/readers-agree.mjs" "$GGUF_BIN/gguf-inspect" "${alone[@]}"
