gguf-manifest create fixtures/chunked.gguf --chunk-size 64KiB -o m.json
cat fixtures/chunked.gguf | gguf-manifest verify m.json -
gguf-manifest verify --file-digest m.json - <fixtures/chunked.gguf
cat fixtures/chunked.gguf | gguf-manifest verify --file-digest m.json -
head -c 100000 fixtures/chunked.gguf | gguf-manifest verify m.json -
echo "exit $?"
{ cat fixtures/chunked.gguf; echo; } | gguf-manifest verify m.json -
echo "exit $?"
gguf-manifest verify - fixtures/chunked.gguf <m.json
