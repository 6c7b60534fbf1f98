cat fixtures/cut-in-tensor.gguf | gguf-inspect --check-data -
