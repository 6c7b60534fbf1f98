gguf-estimate --runtime admission --strategy chunked fixtures/tiny-llama.gguf
