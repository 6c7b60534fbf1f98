gguf-estimate --json --strategy chunked --ceiling 6MB fixtures/tiny-llama.gguf
