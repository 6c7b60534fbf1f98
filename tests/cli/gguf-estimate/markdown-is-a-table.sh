gguf-estimate --format markdown fixtures/tiny-moe.gguf fixtures/empty.gguf
