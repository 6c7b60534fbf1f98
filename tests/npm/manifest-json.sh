#!/bin/bash
# What gguf-manifest prints as JSON is valid under its schemas, and the schema refuses most of what
# the reader refuses.
set -euo pipefail
[ -d "$GGUF_SOURCE/tests/npm/node_modules/ajv" ] || { echo "skipped: npm packages not installed"; exit 77; }
command -v node >/dev/null || { echo "skipped: no node"; exit 77; }

scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-manifest-json.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
shopt -s nullglob
schemas=$GGUF_SOURCE/docs/schemas
tool=$GGUF_BIN/gguf-manifest
valid() { node "$GGUF_SOURCE/tests/npm/validate-json.mjs" "$schemas/$1.schema.json" "${@:2}"; }
run() { # FILE COMMAND...: 0 and 1 are answers; nothing is printed with 3
    local out=$1 status=0
    shift
    "$tool" "$@" >"$out" 2>/dev/null || status=$?
    case $status in
    0 | 1) ;;
    3) find "$out" -empty -delete ;;
    *) echo "gguf-manifest $*: status $status"; exit 1 ;;
    esac
}
mkdir "$scratch"/{create,verify,diff}
for model in "$GGUF_FIXTURES"/{chunked,cut,key,split-0,string,tensor,trailing,version,vocab}*.gguf "$GGUF_DATA"/models/*.gguf; do
    name=$(basename "$model" .gguf)
    run "$scratch/create/$name.json" create --chunk-size 64KiB --tensor-digests "$model"
    [ -e "$scratch/create/$name.json" ] || run "$scratch/create/$name.json" create --cut fixed "$model"
    [ -e "$scratch/create/$name.json" ] || continue
    run "$scratch/verify/$name.json" verify --json "$scratch/create/$name.json" "$GGUF_FIXTURES/chunked-template.gguf"
    run "$scratch/diff/$name.json" diff --json "$scratch/create/chunked.json" "$scratch/create/$name.json"
done
run "$scratch/verify/good.json" verify --json --file-digest "$scratch/create/chunked.json" "$GGUF_FIXTURES/chunked.gguf"
"$tool" verify --json "$scratch/create/chunked.json" "$scratch/missing" >"$scratch/verify/missing.json" 2>/dev/null || :
valid gguf-manifest-1 "$scratch"/create/*.json "$GGUF_SOURCE/tests/fuzz/corpus/manifest/valid.json"
valid gguf-manifest-verify-1 "$scratch"/verify/*.json
valid gguf-manifest-diff-1 "$scratch"/diff/*.json

# What only arithmetic can tell is none of the schema's business; nor is what is not JSON.
refused=()
for manifest in "$GGUF_SOURCE"/tests/fuzz/corpus/manifest/*.json; do
    case $(basename "$manifest" .json) in
    valid* | chunks-twice* | chunks-end-with* | chunks-begin-with* | chunks-with* | chunks-closed* | chunk-member-twice | cut-short-in-chunks) ;;
    not-json | empty | cut-short | trailing-text | deep | member-twice* | nul-in-name | not-utf8 | size-huge) ;;
    chunk-above* | chunk-first* | chunk-gap | chunk-order* | chunk-overlap | chunks-empty | chunks-sha256-disagrees | *-disagrees | max-size-below*) ;;
    name-hex-of* | name-hex-with* | name-twice | path-on-some-chunks | path-twice* | gzip-path-of* | path-scheme-relative) ;;
    size-exponent | tensor-chunks-missing | tensor-chunks-of* | tensor-ends* | tensor-first* | tensor-last-chunk-wrong | size-above-2-63) ;;
    *) refused+=("$manifest") ;;
    esac
done
valid gguf-manifest-1 "${refused[@]}" 2>"$scratch/objections" || :
for manifest in "${refused[@]}"; do
    grep -qF "$manifest: " "$scratch/objections" || { echo "$manifest: the schema has no objection"; exit 1; }
done
