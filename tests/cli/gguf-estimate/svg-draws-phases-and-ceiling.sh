gguf-estimate --format svg --strategy chunked --ceiling 64KiB fixtures/tiny-moe.gguf
