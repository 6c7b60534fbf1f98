gguf-estimate --format junit --strategy full-copy --ceiling 64KiB --strict fixtures/tiny-moe.gguf fixtures/empty.gguf
gguf-estimate --format junit --ceiling 300KiB fixtures/tiny-moe.gguf | grep -c '<skipped'
