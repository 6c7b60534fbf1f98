# Sourced by run.sh: writing models in pieces, and putting them together again.

bundle_cases() {
    local tool="$bin/gguf-bundle" file=$scratch/payload.gguf
    [ -x "$tool" ] || return 0
    # Its data is not the hole that make_model leaves, which nobody would have to write.
    payload
    "$programs/bench_make_model" "$file" size="$payload_size"
    dd if="$scratch/payload" of="$file" bs=1M oflag=seek_bytes conv=notrunc status=none \
        seek="$(($(stat -c %s "$file") - payload_size))"
    "$tool" create "$file" -o "$scratch/ready"
    local gone="rm -rf '$scratch/bundle' '$scratch/copy' '$scratch/casync'"
    add_case bundle-digest openssl dgst -sha256 "$file"
    add_case bundle-cp --before "$gone" cp "$file" "$scratch/copy"
    add_case bundle --before "$gone" "$tool" create "$file" -o "$scratch/bundle"
    add_case bundle-no-sync --before "$gone" "$tool" create --no-sync "$file" -o "$scratch/bundle"
    add_case unpack --before "$gone" "$tool" unpack "$scratch/ready" -o "$scratch/copy"
    if has casync; then
        add_case casync --before "$gone" casync --store="$scratch/casync" make "$scratch/model.caibx" "$file"
    fi
    if has gzip; then
        add_case bundle-gzip --before "$gone" "$tool" create --gzip "$file" -o "$scratch/bundle"
        add_case gzip sh -c 'gzip -c "$1" > "$2"' sh "$file" "$scratch/copy"
    fi
}

bundle_rows() {
    [ -e "$times/bundle" ] || return 0
    local size="$((payload_size >> 20)) MiB" reference='`cp`, then `openssl dgst -sha256`'
    compare "\`gguf-bundle create\`, $size" bundle "$reference" 'bundle-cp bundle-digest' 1.2
    compare '`create --no-sync`' bundle-no-sync "$reference" 'bundle-cp bundle-digest' 0.92
    compare '`unpack`, verified' unpack '`cp`' bundle-cp 2
    [ ! -e "$times/casync" ] || compare '`create`' bundle '`casync make`' casync
    [ ! -e "$times/gzip" ] || compare '`create --gzip`' bundle-gzip '`gzip`' gzip
}
