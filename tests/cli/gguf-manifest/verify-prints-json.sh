gguf-manifest create fixtures/chunked.gguf --chunk-size 64KiB -o m.json
gguf-manifest verify --json m.json fixtures/chunked-weights.gguf
echo "exit $?"
gguf-manifest verify --json --file-digest m.json fixtures/chunked.gguf
echo "exit $?"
gguf-manifest verify --json m.json fixtures/missing.gguf
echo "exit $?"
