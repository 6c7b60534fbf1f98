gguf-manifest create fixtures/chunked.gguf -o m.json
try() {
    gguf-manifest "$@" 2>&1 >/dev/null | sed -n 1p
    echo "exit ${PIPESTATUS[0]}"
}
try
try hash
try create
try create one two
try create --chunk-size 16M x
try create --chunk-size 1KiB x
try create --chunk-size 1GiB x
try create --cut layer x
try create --threads 0 x
try create --threads 65 x
try create --format yaml x
try create --format text x
try create --url http://x/ x
try create --format sha256sum --no-file-digest x
try create --format metalink --cut tensor x
try create --name a/b x
try create --name .. x
try verify
try verify a b c
try verify --signature s m.json
try verify - -
try show
try show --format yaml m.json
try show --url http://x/ m.json
try diff m.json
try diff - -
try sign m.json
try sign - --key k
try verify-signature m.json
try create --name whole.gguf fixtures/split-00001-of-00003.gguf
