#!/bin/bash
# What gguf-bundle prints as JSON is valid under its schemas, and so are the manifests in bundles.
set -euo pipefail
[ -d "$GGUF_SOURCE/tests/npm/node_modules/ajv" ] || { echo "skipped: npm packages not installed"; exit 77; }
command -v node >/dev/null || { echo "skipped: no node"; exit 77; }

scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-bundle-json.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
tool=$GGUF_BIN/gguf-bundle
valid() { node "$GGUF_SOURCE/tests/npm/validate-json.mjs" "$GGUF_SOURCE/docs/schemas/$1.schema.json" "${@:2}"; }
mkdir "$scratch"/{create,plan,list,verify,prune,manifest}
cd "$scratch"
for name in chunked chunked-template tiny-moe vocab-only version-1; do
    model=$GGUF_FIXTURES/$name.gguf
    "$tool" create "$model" -o "b-$name" --chunk-size 64KiB --gzip --store store --no-sync --json >create/$name.json
    "$tool" create "$model" -n --chunk-size 64KiB --json >plan/$name.json
    "$tool" list "b-$name" --json >list/$name.json
    "$tool" verify "b-$name" --json >verify/$name.json
    cp "b-$name/manifest.json" manifest/$name.json
    "$tool" create "$model" -o "a-$name" --align 16384 --no-sync --json >create/aligned-$name.json
    cp "a-$name/manifest.json" manifest/aligned-$name.json
    "$tool" create "$model" -o "s-$name" --shards 1MB --no-sync --json >create/shards-$name.json
    "$tool" create "$model" -n --shards 1MB --json >plan/shards-$name.json
    "$tool" list "s-$name" --json >list/shards-$name.json
    cp "s-$name/manifest.json" manifest/shards-$name.json
done
touch b-chunked/chunks/$'odd\xff'
"$tool" prune store --json >prune/store.json
"$tool" prune b-chunked -n --json >prune/bundle.json
chunks=(b-chunked/chunks/*.bin)
rm -f "${chunks[0]}" && : >"$scratch/empty" && mv -f "$scratch/empty" "${chunks[1]}" && mv -f "${chunks[2]}" "${chunks[3]}"
"$tool" verify b-chunked --json >verify/bad.json || :
for kind in create plan list verify prune; do
    valid gguf-bundle-$kind-1 $kind/*.json
done
valid gguf-manifest-1 manifest/*.json
