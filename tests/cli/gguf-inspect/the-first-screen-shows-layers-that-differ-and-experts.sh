gguf-inspect fixtures/tiny-moe.gguf
