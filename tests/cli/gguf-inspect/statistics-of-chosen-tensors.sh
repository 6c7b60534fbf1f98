gguf-inspect --stats='blk.0.*' fixtures/tiny-llama.gguf
