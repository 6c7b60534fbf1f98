gguf-inspect --diff fixtures/tiny-llama.gguf fixtures/tiny-llama.gguf
gguf-inspect --diff fixtures/tiny-llama.gguf --data fixtures/tiny-llama.gguf
gguf-inspect --diff fixtures/tiny-llama.gguf - <fixtures/tiny-llama.gguf
gguf-inspect --diff fixtures/duplicate-key.gguf fixtures/duplicate-key.gguf
