gguf-inspect --check-data fixtures/tensor-types-removed.gguf fixtures/tensor-row-partial.gguf
