gguf-inspect --token 1 fixtures/tiny-llama.gguf
gguf-inspect --token '</s>' fixtures/tiny-llama.gguf
gguf-inspect --token ' ' fixtures/tiny-gpt2-vocab.gguf
gguf-inspect --token 'Ġ' fixtures/tiny-gpt2-vocab.gguf
gguf-inspect --token '"1"' fixtures/tiny-gpt2-vocab.gguf
