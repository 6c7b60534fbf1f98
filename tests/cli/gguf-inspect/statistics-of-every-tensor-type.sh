gguf-inspect --stats fixtures/tensor-types.gguf
