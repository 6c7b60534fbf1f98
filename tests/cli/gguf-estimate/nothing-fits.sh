gguf-estimate --quiet --ceiling 64KiB fixtures/tiny-llama.gguf
