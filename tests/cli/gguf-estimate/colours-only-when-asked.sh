gguf-estimate --color=always --strategy chunked --ceiling 6MB fixtures/tiny-llama.gguf | cat -v
