gguf-inspect --data --diff fixtures/split-merged.gguf fixtures/split-00003-of-00003.gguf
