#!/bin/bash
# The outputs in README.md are what the commands print, on the model that the build makes. UPDATE=1
# rewrites them, and the diff is to be read.
set -euo pipefail
readme=$GGUF_SOURCE/README.md
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-readme.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/here"
cp "$GGUF_FIXTURES/tiny-llama.gguf" "$scratch/here"
cd "$scratch/here"
export PATH=$GGUF_BUILD/bin:$PATH

inside=0 run=0
while IFS= read -r line; do
    case $line in
    '```console') inside=1 ;;
    '```') inside=0 ;;
    esac
    if [ $inside = 0 ] || [[ $line = '```console' ]]; then
        printf '%s\n' "$line"
    elif [[ $line = '$ '* ]]; then
        printf '%s\n' "$line"
        # An exit status of 1 is an answer; anything above is a command that does not work.
        bash -c "${line#\$ }" 2>&1 </dev/null || [ $? = 1 ]
        run=$((run + 1))
    fi
done <"$readme" >"$scratch/README.md"
[ "$run" -ge 5 ]
if [ "${UPDATE-}" = 1 ]; then
    cp "$scratch/README.md" "$readme"
fi
diff -u "$readme" "$scratch/README.md"
