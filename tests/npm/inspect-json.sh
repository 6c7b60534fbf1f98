#!/bin/bash
# What gguf-inspect --json prints is valid under its schema, for every fixture (refused ones too) and
# every real model, short and with everything that can be asked for.
set -euo pipefail
[ -d "$GGUF_SOURCE/tests/npm/node_modules/ajv" ] || { echo "skipped: npm packages not installed"; exit 77; }
command -v node >/dev/null || { echo "skipped: no node"; exit 77; }

scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-json.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
shopt -s nullglob
files=("$GGUF_FIXTURES"/*.gguf "$GGUF_DATA"/models/*.gguf)

run() { # NAME OPTION...: 0, 1 and 3 are answers; anything else is a crash
    local name=$1 status=0
    shift
    "$GGUF_BIN/gguf-inspect" --json "$@" "${files[@]}" >"$scratch/$name.json" 2>/dev/null || status=$?
    case $status in
    0 | 1 | 3) ;;
    *) echo "gguf-inspect --json $*: status $status"; exit 1 ;;
    esac
}
run short
run arrays --metadata --array-items 3
run all --metadata --array-items 40 --tensors --tokens=0-300 --check=spec
run data --stats --check-data
head -c 60000 "$GGUF_FIXTURES/tiny-llama.gguf" | "$GGUF_BIN/gguf-inspect" --json --tensors - >"$scratch/stream.json"
node "$GGUF_SOURCE/tests/npm/validate-json.mjs" "$GGUF_SOURCE/docs/schemas/gguf-inspect-1.schema.json" "$scratch"/*.json

# A comparison of what can be compared with one that has everything different, and with itself.
mkdir "$scratch/diff"
for file in "$GGUF_FIXTURES"/{array,cut,edited,floats,key,scalars,split-0,string,tensor,version}*.gguf; do
    for other in "$GGUF_FIXTURES/edited-after.gguf" "$file"; do
        status=0
        "$GGUF_BIN/gguf-inspect" --json --diff "$other" --data "$file" \
            >"$scratch/diff/$(basename "$file")-$(basename "$other").json" 2>/dev/null || status=$?
        case $status in
        0 | 1) ;;
        3) find "$scratch/diff" -type f -empty -delete ;;
        *) echo "gguf-inspect --diff $other $file: status $status"; exit 1 ;;
        esac
    done
done
node "$GGUF_SOURCE/tests/npm/validate-json.mjs" "$GGUF_SOURCE/docs/schemas/gguf-inspect-diff-1.schema.json" "$scratch"/diff/*.json

# The schema itself can say no.
sed 's/"byte_order": "little"/"byte_order": "middle"/' "$scratch/stream.json" >"$scratch/wrong"
! node "$GGUF_SOURCE/tests/npm/validate-json.mjs" "$GGUF_SOURCE/docs/schemas/gguf-inspect-1.schema.json" "$scratch/wrong" 2>/dev/null
