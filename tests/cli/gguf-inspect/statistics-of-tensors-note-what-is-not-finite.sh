gguf-inspect --stats fixtures/data-not-finite.gguf
