#!/bin/bash
# What the check calls an error in the profile llama.cpp, llama.cpp refuses to load, and it loads
# everything else; llama-cpp/differences.txt has the exceptions. The files are one small model with
# one thing wrong in each, written by our writer.
set -euo pipefail
here=$GGUF_SOURCE/tests/npm
[ -d "$here/node_modules/@wllama/wllama" ] || { echo "skipped: npm packages not installed"; exit 77; }
command -v node >/dev/null || { echo "skipped: no node"; exit 77; }
compile=$1 verdict=$2

scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-llama-cpp.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/models"

finish() { # writes the recipe of the case that was read
    [ -n "$name" ] || return 0
    {
        [ -z "$before" ] || printf '%s' "$before"
        sed -e "$edit" "$here/llama-cpp/model.part"
        printf '%s' "$after"
    } >"$scratch/$name.recipe"
}
name='' before='' edit='' after=''
while IFS= read -r line; do
    case $line in
    '#'*) ;;
    '== '*) finish; name=${line#== } before='' edit='' after='' ;;
    '- '*) edit=${line#- } ;;
    version* | big-endian) before+=$line$'\n' ;;
    *) after+=$line$'\n' ;;
    esac
done <"$here/llama-cpp/cases.txt"
finish
"$compile" "$scratch/models" "$scratch"/*.recipe

for model in "$scratch"/models/*.gguf; do
    name=${model##*/}
    if "$verdict" "$model" | grep -qE '^  (open: (ok)?[^o]|llama.cpp: error)'; then
        echo "${name%.gguf} refused"
    else
        echo "${name%.gguf} loads"
    fi
done >"$scratch/ours"
status=0
node "$here/llama-cpp-loads.mjs" "$scratch/models" >"$scratch/theirs" || status=$?
[ "$status" = 0 ] || { cat "$scratch/theirs"; exit "$status"; }
[ "$(wc -l <"$scratch/theirs")" -gt 40 ] && grep -q '^as-it-is loads$' "$scratch/theirs"
diff <(cut -d, -f1 "$here/llama-cpp/differences.txt") \
    <(comm -13 "$scratch/ours" "$scratch/theirs")
