gguf-manifest create fixtures/chunked.gguf --chunk-size 64KiB -o old.json
for variant in chunked chunked-template chunked-template-same-size chunked-template-missing \
    chunked-key-renamed chunked-tokenizer chunked-weights chunked-quantised chunked-realigned tiny-llama; do
    echo "== $variant"
    gguf-manifest create fixtures/$variant.gguf --chunk-size 64KiB | gguf-manifest diff old.json -
    echo "exit $?"
done
echo "== by tensor digests, though cut differently"
gguf-manifest create fixtures/chunked.gguf --cut fixed --tensor-digests -o old.json
gguf-manifest create fixtures/chunked-template.gguf --tensor-digests | gguf-manifest diff old.json -
gguf-manifest create fixtures/chunked-realigned.gguf --tensor-digests | gguf-manifest diff old.json -
gguf-manifest create fixtures/chunked-weights.gguf --tensor-digests | gguf-manifest diff --json old.json -
echo "== without any digest in common"
gguf-manifest create fixtures/chunked.gguf --no-file-digest --chunk-size 64KiB | gguf-manifest diff old.json -
gguf-manifest create fixtures/chunked.gguf --no-file-digest --chunk-size 64KiB -o new.json
gguf-manifest create fixtures/chunked.gguf --no-file-digest --chunk-size 65KiB | gguf-manifest diff new.json -
echo "exit $?"
