gguf-inspect fixtures/split-00002-of-00003.gguf
gguf-inspect --tensors fixtures/split-00002-of-00003.gguf
