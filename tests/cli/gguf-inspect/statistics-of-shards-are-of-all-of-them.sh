gguf-inspect --stats fixtures/split-00003-of-00003.gguf
