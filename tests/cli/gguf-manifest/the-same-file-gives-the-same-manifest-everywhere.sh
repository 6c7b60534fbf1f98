mkdir elsewhere
cp fixtures/chunked.gguf elsewhere/
for options in "" "--cut fixed" "--no-file-digest" "--tensor-digests" "--cut fixed --no-file-digest --chunk-size 100kB"; do
    options="--chunk-size 64KiB $options"
    gguf-manifest create $options fixtures/chunked.gguf -o expected.json
    for threads in 1 2 3 8; do
        gguf-manifest create $options --threads $threads fixtures/chunked.gguf | cmp - expected.json
        cat fixtures/chunked.gguf | gguf-manifest create $options --threads $threads --name chunked.gguf - | cmp - expected.json
    done
    (cd elsewhere && gguf-manifest create $options chunked.gguf) | cmp - expected.json
    gguf-manifest create $options --name chunked.gguf - <fixtures/chunked.gguf | cmp - expected.json
    { head -c 200000 fixtures/chunked.gguf; sleep 0.1; tail -c +200001 fixtures/chunked.gguf; } |
        gguf-manifest create $options --name chunked.gguf - | cmp - expected.json
    gguf-manifest show --json expected.json | cmp - expected.json
done
gguf-manifest create --json fixtures/tiny-llama.gguf | cmp - <(gguf-manifest create fixtures/tiny-llama.gguf)
