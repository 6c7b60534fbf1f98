#!/bin/bash
# The examples of the tools' manual pages work, one after the other, on models with the names used
# there. Comments in the page may say more about the example below them:
#   .\" exit 1        the status that it ends with, if not 0
#   .\" file NAME     it is no command but what is in NAME
set -uo pipefail
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-examples.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export PATH=$GGUF_BUILD/bin:$PATH

models() { # in a fresh directory: the models that the pages speak of
    mkdir -p models published copy
    local fixture=$GGUF_FIXTURES/tiny-llama.gguf name
    for name in model.gguf model-Q4_K_M.gguf tinyllama.gguf old.gguf models/small-q4_0.gguf \
        models/large.gguf published/model.gguf published/tinyllama.gguf copy/tinyllama.gguf; do
        cp "$fixture" "$name"
    done
    cp "$GGUF_FIXTURES/tiny-moe.gguf" new.gguf
}

# Downloads come from files: curl itself does the rest.
curl() {
    local argument arguments=()
    for argument; do
        [[ $argument != https://example.* ]] || argument=file://$PWD/published/${argument##*/}
        arguments+=("$argument")
    done
    command curl "${arguments[@]}"
}

# One file for each example of PAGE, NUMBER.sh, after NUMBER.remarks.
extract() { # PAGE
    awk '/^\.Sh/ { examples = /EXAMPLES/ }
         !examples { next }
         /^\.\\" / { print substr($0, 5) > (count + 1 ".remarks"); next }
         /^\.Ed/ { inside = 0 }
         inside {
             file = count ".sh"
             gsub(/\\e/, "\\"); gsub(/\\&/, ""); gsub(/\\\(dq/, "\""); print > file
         }
         /^\.Bd/ { inside = 1; count++ }' "$1"
}

failed=0 run=0 skipped=0
for page in "$GGUF_SOURCE"/docs/man/gguf-*.1; do
    name=$(basename "$page")
    mkdir -p "$scratch/$name/examples" "$scratch/$name/here"
    cd "$scratch/$name/examples" && extract "$page" && cd ../here && models
    ls ../examples/*.sh >/dev/null 2>&1 || { echo "$name has no examples"; failed=1; continue; }
    while IFS= read -r example; do
        remarks=${example%.sh}.remarks
        remark() { sed -n "s/^$1 *//p" "$remarks" 2>/dev/null; }
        file=$(remark file)
        if [ -n "$file" ]; then
            cp "$example" "$file"
            continue
        fi
        wanted=$(remark exit)
        (set -e -o pipefail; . "$example") >../stdout 2>../stderr </dev/null
        status=$?
        if [ $status = 127 ]; then
            echo "skipped: $name: $(tail -n 1 ../stderr | sed 's/.*: line [0-9]*: //')"
            skipped=$((skipped + 1))
        elif [ $status != "${wanted:-0}" ]; then
            echo "$name: this ends with status $status, not ${wanted:-0}:"
            cat "$example" ../stderr
            failed=1
        else
            run=$((run + 1))
        fi
    done < <(ls ../examples/*.sh | sort -t/ -k3 -n)
done
echo "$run examples, $skipped not run here"
[ $run -gt 0 ] || failed=1
exit $failed
