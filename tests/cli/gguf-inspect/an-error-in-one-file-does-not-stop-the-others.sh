gguf-inspect -k general.architecture fixtures/vocab-only.gguf fixtures/empty.gguf fixtures/tiny-moe.gguf
