gguf-inspect --data --diff fixtures/version-3-big-endian.gguf fixtures/version-3.gguf
