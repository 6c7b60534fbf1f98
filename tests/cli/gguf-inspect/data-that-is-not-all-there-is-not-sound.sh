gguf-inspect --check-data fixtures/cut-in-tensor.gguf
