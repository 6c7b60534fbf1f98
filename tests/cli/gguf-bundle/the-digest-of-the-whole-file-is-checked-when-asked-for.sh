gguf-bundle create fixtures/chunked.gguf -o bundle --chunk-size 64KiB -q
gguf-bundle verify bundle --file-digest
# Chunks that are right, in a manifest that says something else of the whole.
whole=$(sha256sum <fixtures/chunked.gguf | cut -c 1-64)
sed -i "s/$whole/$(printf other | sha256sum | cut -c 1-64)/" bundle/manifest.json
gguf-bundle verify bundle; echo "status $?"
gguf-bundle verify bundle --file-digest; echo "status $?"
gguf-bundle unpack bundle -o bad.gguf; echo "status $?"
ls bad.gguf
