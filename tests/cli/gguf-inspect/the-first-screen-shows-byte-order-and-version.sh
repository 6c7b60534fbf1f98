gguf-inspect fixtures/version-1-big-endian.gguf fixtures/version-2.gguf
