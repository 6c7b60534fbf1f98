gguf-estimate fixtures/tiny-llama.gguf
