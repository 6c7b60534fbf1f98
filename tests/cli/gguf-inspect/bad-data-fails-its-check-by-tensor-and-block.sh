gguf-inspect --check-data fixtures/data-not-finite.gguf
