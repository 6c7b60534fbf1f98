cp fixtures/tiny-llama.gguf model.gguf
gguf-estimate --json --strategy chunked -c 64 model.gguf >base.json
gguf-estimate --format size-limit --strategy chunked -c 128 --baseline base.json --max-growth 1% model.gguf
gguf-estimate --format size-limit --strategy full-copy --transfer-cap 500000 model.gguf
gguf-estimate --format size-limit --strategy full-copy --ceiling 500000 model.gguf
gguf-estimate --format size-limit --strategy full-copy model.gguf
