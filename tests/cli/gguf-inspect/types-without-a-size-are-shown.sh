gguf-inspect fixtures/tensor-types-removed.gguf fixtures/tensor-type-unknown.gguf
gguf-inspect --tensors fixtures/tensor-types-removed.gguf fixtures/tensor-type-huge.gguf
