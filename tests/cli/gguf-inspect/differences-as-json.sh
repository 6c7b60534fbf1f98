gguf-inspect --json --data --diff fixtures/edited-after.gguf fixtures/edited-before.gguf
