gguf-inspect --check-data fixtures/tiny-llama.gguf
gguf-inspect --check-data --quiet fixtures/tiny-llama.gguf
