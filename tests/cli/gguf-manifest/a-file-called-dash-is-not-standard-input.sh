cp fixtures/chunked.gguf ./-
gguf-manifest create ./- -o m.json
grep -m 1 '"name"' m.json
gguf-manifest verify m.json
gguf-manifest verify m.json - <fixtures/chunked.gguf
rm ./-
gguf-manifest verify m.json <fixtures/chunked.gguf
echo "exit $?"
