gguf-inspect --stats fixtures/cut-in-tensor.gguf fixtures/tensor-types-removed.gguf
