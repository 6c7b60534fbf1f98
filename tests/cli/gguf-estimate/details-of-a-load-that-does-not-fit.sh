gguf-estimate --strategy chunked --ceiling 6MB fixtures/tiny-llama.gguf
