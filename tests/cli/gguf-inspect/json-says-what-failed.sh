gguf-inspect --json fixtures/html-page.gguf no-such-file.gguf fixtures/version-0.gguf
