gguf-inspect --metadata fixtures/tiny-llama.gguf
