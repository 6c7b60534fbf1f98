head -c 200000 fixtures/chunked.gguf >half.gguf
gguf-manifest create half.gguf -o m.json
echo "exit $?"
gguf-manifest verify m.json
cat half.gguf | gguf-manifest create --name half.gguf - | cmp - m.json
