gguf-inspect fixtures/strings-escape-codes.gguf fixtures/key-escape-codes.gguf
gguf-inspect --metadata='test*' fixtures/strings-escape-codes.gguf
gguf-inspect --tensors fixtures/tensor-name-invalid-utf8.gguf
