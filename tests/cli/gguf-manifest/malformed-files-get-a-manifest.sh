# Whatever gguf-inspect can show; tests/conformance goes through all fixtures.
for model in duplicate-key duplicate-chat-template tensors-overlap tensors-out-of-order tensors-gap \
    tensor-type-unknown tensor-name-invalid-utf8 cut-in-tensor trailing-bytes version-1-big-endian; do
    echo "== $model"
    gguf-inspect --quiet fixtures/$model.gguf >/dev/null || echo "gguf-inspect: exit $?"
    gguf-manifest create fixtures/$model.gguf -o m.json
    sed -n 's/^ *\({"offset".*"size": [0-9]*\).*\("role".*\)/\1, \2/p; s/^ *\({"name\(_hex\)*": .*\)/\1/p' m.json
    gguf-manifest verify m.json fixtures/$model.gguf
done
gguf-manifest create --tensor-digests fixtures/tensors-overlap.gguf
echo "exit $?"
