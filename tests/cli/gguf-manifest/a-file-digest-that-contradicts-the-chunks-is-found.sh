gguf-manifest create fixtures/chunked.gguf -o m.json
sed -i 's/^      "sha256": "...../      "sha256": "00000/' m.json
gguf-manifest verify m.json fixtures/chunked.gguf
echo "exit $?"
gguf-manifest verify --file-digest m.json fixtures/chunked.gguf
echo "exit $?"
