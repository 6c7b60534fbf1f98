gguf-inspect --diff fixtures/tiny-llama.gguf fixtures/tiny-llama.gguf
gguf-inspect --diff fixtures/tiny-llama.gguf --data fixtures/tiny-llama.gguf
gguf-inspect --diff fixtures/tiny-llama.gguf - <fixtures/tiny-llama.gguf
gguf-inspect --diff fixtures/duplicate-key.gguf fixtures/duplicate-key.gguf
gguf-inspect --diff fixtures/string-lengths.gguf fixtures/string-lengths.gguf
gguf-inspect --diff fixtures/nested-arrays.gguf fixtures/nested-arrays.gguf
