head -c 300000 fixtures/tiny-llama.gguf >part.gguf
gguf-inspect part.gguf
