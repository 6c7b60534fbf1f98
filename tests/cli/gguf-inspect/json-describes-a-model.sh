gguf-inspect --json fixtures/tiny-moe.gguf
