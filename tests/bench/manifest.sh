# Sourced by run.sh: digests of a file in the page cache.

payload() { # the file that manifests and bundles are made of
    [ -e "$scratch/payload" ] || head -c "$payload_size" /dev/urandom >"$scratch/payload"
}

manifest_cases() {
    local tool="$bin/gguf-manifest" file=$scratch/payload
    payload
    "$tool" create --cut fixed "$file" -o "$scratch/payload.json"
    add_case openssl openssl dgst -sha256 "$file"
    add_case sha256sum sha256sum "$file"
    ! has rhash || add_case rhash rhash --sha256 "$file"
    add_case create "$tool" create --cut fixed "$file"
    add_case create-one "$tool" create --cut fixed --threads 1 "$file"
    add_case create-chunks "$tool" create --cut fixed --no-file-digest "$file"
    add_case create-stdin sh -c 'cat "$1" | "$0" create --cut fixed -' "$tool" "$file"
    add_case verify "$tool" verify "$scratch/payload.json" "$file"
    add_case verify-whole "$tool" verify --file-digest "$scratch/payload.json" "$file"
}

manifest_rows() {
    local size="$((payload_size >> 20)) MiB" openssl='`openssl dgst -sha256`'
    compare "\`gguf-manifest create\`, $size" create "$openssl" openssl 1.0
    compare 'the same, `--threads 1`' create-one "$openssl" openssl
    compare 'the same, from a pipe' create-stdin "$openssl" openssl
    compare '`create --no-file-digest`' create-chunks "$openssl" openssl 0.55
    compare '`verify`' verify "$openssl" openssl 0.55
    compare '`verify --file-digest`' verify-whole "$openssl" openssl
    compare '`create`' create '`sha256sum`' sha256sum
    [ ! -e "$times/rhash" ] || compare '`create`' create '`rhash --sha256`' rhash
    add_row 'memory of `create`' KiB "$(resident create)" 'limit' 49152 1
}
