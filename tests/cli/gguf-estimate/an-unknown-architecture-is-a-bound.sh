gguf-estimate --strategy chunked fixtures/unknown-architecture.gguf
