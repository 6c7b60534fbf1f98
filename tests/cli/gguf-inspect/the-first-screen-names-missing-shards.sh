gguf-inspect fixtures/split-missing-00003-of-00003.gguf
