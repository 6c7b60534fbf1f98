gguf-estimate --quiet --strategy chunked fixtures/tiny-moe.gguf; echo "$?"
gguf-estimate --quiet --strategy chunked --strict fixtures/tiny-moe.gguf; echo "$?"
gguf-estimate --quiet --strategy chunked --strict fixtures/tiny-llama.gguf; echo "$?"
