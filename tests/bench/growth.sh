# Sourced by run.sh: how cost grows with what is in a file, as plots.

growth_cases() {
    local count size file
    for count in "${counts[@]}"; do
        "$programs/bench_make_model" "$scratch/keys-$count.gguf" keys="$count" size=8388608
        "$programs/bench_make_model" "$scratch/tensors-$count.gguf" tensors="$count" size=8388608
        add_case "keys-$count" "$bin/gguf-inspect" "$scratch/keys-$count.gguf"
        add_case "tensors-$count" "$bin/gguf-inspect" "$scratch/tensors-$count.gguf"
    done
    measure
    # One file at a time: the largest are not all in the page cache together.
    for size in "${sizes[@]}"; do
        file=$scratch/growing.gguf
        "$programs/bench_make_model" "$file" size="$size"
        add_case "create-$size" "$bin/gguf-manifest" create "$file"
        add_case "chunks-$size" "$bin/gguf-manifest" create --no-file-digest "$file"
        add_case "openssl-$size" openssl dgst -sha256 "$file"
        measure
        rm "$file"
    done
}

series() { # NAME VALUES...: "x y" lines of the cases NAME-VALUE, in ms
    local name=$1 value
    shift
    echo "series ${label[$name]}"
    for value; do
        echo "$value $(microseconds "$name-$value")"
    done | awk '{ print $1, $2 / 1000 }'
}

growth_plots() { # DIRECTORY
    declare -A label=([keys]='keys' [tensors]='tensors' [create]='gguf-manifest create'
        [chunks]='create --no-file-digest' [openssl]='openssl dgst -sha256')
    { echo 'title gguf-inspect, first screen: time by entries in the header'
      echo 'unit count'
      series keys "${counts[@]}"
      series tensors "${counts[@]}"
    } | awk -f "$here/plot.awk" >"$1/performance-inspect.svg"
    { echo 'title SHA-256 of a file in the page cache: time by its size'
      echo 'unit bytes'
      series create "${sizes[@]}"
      series chunks "${sizes[@]}"
      series openssl "${sizes[@]}"
    } | awk -f "$here/plot.awk" >"$1/performance-manifest.svg"
}

growth_rows() {
    # From the third last on, beside which the start of a process is little.
    local first=${counts[-3]} last=${counts[-1]} what
    for what in keys tensors; do
        compare "\`gguf-inspect\`, $last $what" "$what-$last" "$first $what" "$what-$first" "$((last / first))"
    done
    last=${sizes[-1]}
    compare "\`gguf-manifest create\`, $((last >> 20)) MiB" "create-$last" \
        '`openssl dgst -sha256`' "openssl-$last" 1.0
    add_row "its memory" KiB "$(resident "create-$last")" 'limit' 49152 1
}
