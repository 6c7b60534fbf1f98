gguf-inspect fixtures/tiny-llama.gguf
