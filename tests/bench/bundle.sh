# Sourced by run.sh: writing models in pieces, and putting them together again.

# A model of SIZE bytes of data that is not the hole make_model leaves, which nobody would have to write.
dense_model() { # FILE SIZE
    "$programs/bench_make_model" "$1" size="$2"
    dd if="$scratch/payload" of="$1" bs=1M iflag=count_bytes oflag=seek_bytes conv=notrunc status=none \
        count="$2" seek="$(($(stat -c %s "$1") - $2))"
}

bundle_cases() {
    local tool="$bin/gguf-bundle" file=$scratch/payload.gguf
    [ -x "$tool" ] || return 0
    payload
    dense_model "$file" "$payload_size"
    "$tool" create -q "$file" -o "$scratch/ready" --store "$scratch/store"
    "$bin/gguf-manifest" create -q "$file" -o "$scratch/ready.json"
    # What one case left to be written is not for the next one to wait for. A sync of all file systems
    # would wait for whatever else this machine writes.
    local gone="rm -rf '$scratch/bundle' '$scratch/copy' '$scratch/casync'"
    [ -n "$smoke" ] || gone+="; sync -f '$scratch'"
    add_case bundle-digest openssl dgst -sha256 "$file"
    add_case bundle-cp --before "$gone" cp "$file" "$scratch/copy"
    add_case cp-sync --before "$gone" sh -c 'cp "$1" "$2" && sync "$2"' sh "$file" "$scratch/copy"
    add_case bundle --before "$gone" "$tool" create "$file" -o "$scratch/bundle"
    add_case bundle-no-sync --before "$gone" "$tool" create --no-sync "$file" -o "$scratch/bundle"
    add_case store --before "$gone" "$tool" create "$file" -o "$scratch/bundle" --store "$scratch/store"
    add_case store-read --before "$gone" \
        "$tool" create --resume "$file" -o "$scratch/bundle" --store "$scratch/store"
    add_case store-verify "$bin/gguf-manifest" verify "$scratch/ready.json" "$file"
    add_case store-verify-whole "$bin/gguf-manifest" verify --file-digest "$scratch/ready.json" "$file"
    add_case unpack --before "$gone" "$tool" unpack "$scratch/ready" -o "$scratch/copy"
    add_case unpack-no-sync --before "$gone" "$tool" unpack --no-sync "$scratch/ready" -o "$scratch/copy"
    if has casync; then
        add_case casync --before "$gone" \
            casync --digest=sha256 --store="$scratch/casync" make "$scratch/model.caibx" "$file"
    fi
    if has gzip; then # slow enough with a quarter of it
        dense_model "$scratch/quarter.gguf" $((payload_size / 4))
        add_case bundle-gzip --before "$gone" "$tool" create --gzip "$scratch/quarter.gguf" -o "$scratch/bundle"
        add_case gzip sh -c 'gzip -c "$1" > "$2"' sh "$scratch/quarter.gguf" "$scratch/copy"
    fi
}

bundle_rows() {
    [ -e "$times/bundle" ] || return 0
    local size="$((payload_size >> 20)) MiB" reference='`cp`, then `openssl dgst -sha256`'
    compare "\`gguf-bundle create\`, $size" bundle "$reference" 'bundle-cp bundle-digest' 1.2
    compare '`create --no-sync`' bundle-no-sync "$reference" 'bundle-cp bundle-digest' 0.92
    compare '`create`, all in the store' store '`gguf-manifest verify`' store-verify 1.1
    compare 'the same, `--resume`' store-read '`verify --file-digest`' store-verify-whole
    compare '`unpack`, verified' unpack '`cp`' bundle-cp 2
    compare '`unpack`' unpack '`cp`, then `sync`' cp-sync
    compare '`unpack --no-sync`' unpack-no-sync '`cp`' bundle-cp
    [ ! -e "$times/casync" ] || compare '`create`' bundle '`casync make`' casync
    [ ! -e "$times/gzip" ] || compare "\`create --gzip\`, $((payload_size >> 22)) MiB" bundle-gzip '`gzip`' gzip
    add_row 'memory of `create`' KiB "$(resident bundle)" 'limit' 65536 1
    add_row 'memory of `unpack`' KiB "$(resident unpack)" 'limit' 65536 1
}
