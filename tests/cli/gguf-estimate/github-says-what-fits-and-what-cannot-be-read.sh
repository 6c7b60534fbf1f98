gguf-estimate --format github fixtures/tiny-moe.gguf fixtures/empty.gguf
