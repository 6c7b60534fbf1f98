gguf-inspect --tensor fixtures/tiny-llama.gguf
