cp fixtures/tiny-llama.gguf a.gguf
cp fixtures/tiny-moe.gguf b.gguf
cat >gate.json <<'END'
[{"path": "[ab].gguf", "limit": "128MiB"},
 {"path": "a.gguf", "name": "the page", "limit": 6000000, "strategy": "chunked", "ctx": 64, "strict": true}]
END
gguf-estimate --config gate.json --quiet; echo "$?"
gguf-estimate --config gate.json --format size-limit
