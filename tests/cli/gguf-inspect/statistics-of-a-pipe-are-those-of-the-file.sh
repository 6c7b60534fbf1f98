gguf-inspect --stats fixtures/tiny-llama.gguf >from-file
cat fixtures/tiny-llama.gguf | gguf-inspect --stats - | diff from-file - && echo the same
