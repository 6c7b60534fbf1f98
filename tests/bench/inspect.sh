# Sourced by run.sh: reading headers.

inspect_cases() {
    local model=$scratch/vocabulary.gguf
    "$programs/bench_make_model" "$model" tokens="$vocabulary" size=8388608
    "$programs/bench_make_model" "$scratch/large.gguf" tokens="$vocabulary" size="$largest"
    local header
    header=$("$bin/gguf-manifest" create "$model" | sed -n 's/.*"data_offset": \([0-9]*\).*/\1/p')
    head -c "$header" "$model" >"$scratch/header"
    add_case start "$bin/gguf-inspect" --version
    add_case cat-header cat "$scratch/header"
    add_case inspect "$bin/gguf-inspect" "$model"
    add_case inspect-large "$bin/gguf-inspect" "$scratch/large.gguf"
    add_case estimate "$bin/gguf-estimate" --strategy chunked --ceiling 16GiB "$model"
    if [ -d "$source/tests/npm/node_modules/@huggingface" ] && has node; then
        add_case huggingface node "$source/tests/npm/read-header.mjs" "$model"
    fi
}

inspect_rows() {
    local work="\`gguf-inspect\`, $vocabulary tokens ($(($(stat -c %s "$scratch/header") / 1000)) kB of header)"
    compare "$work" inspect '`cat` of the header, and `--version`' 'cat-header start' 3
    [ ! -e "$times/huggingface" ] || compare 'the same' inspect '`@huggingface/gguf` in node' huggingface
    compare "the same, file of $((largest >> 20)) MiB" inspect-large 'file of 8 MiB' inspect 1.1
    add_row 'memory beyond `--version`' KiB "$(($(resident inspect) - $(resident start)))" 'limit' 4096 1
    compare '`gguf-estimate`, one strategy' estimate '`gguf-inspect`' inspect 1.2
}
