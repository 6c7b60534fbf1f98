#!/bin/bash
# Every word that is offered as an option's argument is one that the tool understands.
set -euo pipefail
scripts=$GGUF_BUILD/tools/completions/bash
[ -d "$scripts" ] || { echo "skipped: this build made no completions"; exit 77; }
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-words.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

checked=0 failed=0
for script in "$scripts"/gguf-*; do
    tool=${script##*/}
    . "$script"
    commands=$("$GGUF_BUILD/bin/$tool" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
    for command in ${commands:-''}; do
        # shellcheck disable=SC2086 # no command is no argument
        options=$("$GGUF_BUILD/bin/$tool" $command --help | grep -oE '^ .{0,8}--[a-z0-9-]+' | grep -oE -- '--.*')
        for option in $options; do
            # shellcheck disable=SC2206
            COMP_WORDS=("$tool" $command "$option" = '') COMPREPLY=()
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            "_${tool//-/_}" 2>/dev/null || true
            for word in ${COMPREPLY[@]+"${COMPREPLY[@]}"}; do
                status=0
                # shellcheck disable=SC2086
                "$GGUF_BUILD/bin/$tool" $command "$option=$word" "$GGUF_FIXTURES/tiny-llama.gguf" \
                    >out 2>&1 </dev/null || status=$?
                checked=$((checked + 1))
                # That another option or operand is missing is no fault of the word.
                if [ $status = 2 ] && grep -qF -e "$word" -e "$option" out; then
                    echo "$tool $command $option=$word: $(head -n 1 out)"
                    failed=1
                fi
            done
        done
    done
done
echo "$checked words"
[ $checked -gt 0 ] && exit $failed
