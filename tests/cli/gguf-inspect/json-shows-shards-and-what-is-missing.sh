gguf-inspect --json --tensors fixtures/split-missing-00001-of-00003.gguf fixtures/split-cut-00001-of-00002.gguf
