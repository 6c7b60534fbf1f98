gguf-inspect --json
