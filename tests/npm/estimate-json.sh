#!/bin/bash
# What gguf-estimate prints is valid: JSON under its schema for every fixture (refused ones too) and
# every real model, SARIF under the structure it promises, JUnit under a schema of that format.
set -euo pipefail
[ -d "$GGUF_SOURCE/tests/npm/node_modules/ajv" ] || { echo "skipped: npm packages not installed"; exit 77; }
command -v node >/dev/null || { echo "skipped: no node"; exit 77; }

scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-estimate-json.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
shopt -s nullglob
odd=$scratch/$'odd "name" <&>%,:\x01\x1b\xe2\x80\xae\n.gguf'
cp "$GGUF_FIXTURES/tiny-moe.gguf" "$odd"
files=("$GGUF_FIXTURES"/*.gguf "$GGUF_DATA"/models/*.gguf "$odd")
schemas=$GGUF_SOURCE/docs/schemas

validate() { node "$GGUF_SOURCE/tests/npm/validate-json.mjs" "$@"; }

run() { # NAME OPTION...: 0, 1 and 3 are answers; anything else is a crash
    local name=$1 status=0
    shift
    "$GGUF_BIN/gguf-estimate" --format "json=$scratch/$name.json" --format "sarif=$scratch/$name.sarif" \
        --format "junit=$scratch/$name.xml" --format "svg=$scratch/$name.svg" \
        --format "size-limit=$scratch/$name.size" "$@" "${files[@]}" 2>/dev/null || status=$?
    case $status in
    0 | 1 | 3) ;;
    *) echo "gguf-estimate $*: status $status"; exit 1 ;;
    esac
}
run all
run gate --strategy chunked --ceiling 1MiB --strict --runtime admission
run llama --runtime llama.cpp --strategy mapped -c 0 -fa -ctk q8_0 -ctv q4_0
run wide --memory64 --address-cap 128KiB --strategy eager-f32 --size 1GiB
run grown --strategy full-copy --baseline "$scratch/all.json" -c 99 --max-growth 1%
validate "$schemas/gguf-estimate-1.schema.json" "$scratch"/*.json
validate "$GGUF_SOURCE/tests/npm/sarif-2.1.0-part.schema.json" "$scratch"/*.sarif
validate "$GGUF_SOURCE/tests/npm/size-limit.schema.json" "$scratch"/*.size
if command -v xmllint >/dev/null; then
    xmllint --noout --schema "$GGUF_SOURCE/tests/npm/junit.xsd" "$scratch"/*.xml 2>"$scratch/log" ||
        { grep -v 'validates$' "$scratch/log"; exit 1; }
    xmllint --noout "$scratch"/*.svg
fi

# The schemas themselves can say no.
refused() { ! validate "$1" "$scratch/wrong" 2>/dev/null; }
sed '0,/"verdict": "fits"/s//"verdict": "perhaps"/' "$scratch/all.json" >"$scratch/wrong"
refused "$schemas/gguf-estimate-1.schema.json"
sed 's/"level": "error"/"level": "bad"/' "$scratch/gate.sarif" >"$scratch/wrong"
refused "$GGUF_SOURCE/tests/npm/sarif-2.1.0-part.schema.json"
if command -v xmllint >/dev/null; then
    sed 's/<failure /<broken /' "$scratch/gate.xml" >"$scratch/wrong.xml"
    if xmllint --noout --schema "$GGUF_SOURCE/tests/npm/junit.xsd" "$scratch/wrong.xml" 2>/dev/null; then
        echo "the schema of JUnit takes anything"
        exit 1
    fi
fi

# A configuration and its schema agree on what is right and on what is wrong.
agree() { # 0|2 JSON: the tool's status
    local status=0 valid=2
    printf '%s' "$2" >"$scratch/config"
    "$GGUF_BIN/gguf-estimate" --quiet --config "$scratch/config" >/dev/null 2>&1 || status=$?
    ! validate "$schemas/gguf-estimate-config-1.schema.json" "$scratch/config" 2>/dev/null || valid=0
    [ "$status" = "$1" ] && [ "$valid" = "$1" ] || { echo "tool $status, schema $valid: $2"; exit 1; }
}
model=$GGUF_FIXTURES/tiny-llama.gguf
agree 0 "[{\"path\": \"$model\", \"limit\": \"128 MiB\", \"strategy\": \"chunked\", \"ctx\": 64}]"
agree 0 "[{\"path\": \"$model\", \"name\": \"x\", \"ceiling\": 134217728, \"flash_attn\": true, \"type_k\": \"q8_0\"}]"
agree 2 "[{\"path\": \"$model\", \"limt\": 1}]"
agree 2 "[{\"path\": \"$model\", \"limit\": \"16M\"}]"
agree 2 "[{\"path\": \"$model\", \"strategy\": \"fast\"}]"
agree 2 "[{\"limit\": 1}]"
agree 2 "[]"
