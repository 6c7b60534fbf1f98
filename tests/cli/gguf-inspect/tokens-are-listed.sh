gguf-inspect --tokens fixtures/tiny-moe.gguf
gguf-inspect --tokens=60-70 fixtures/tiny-gpt2-vocab.gguf
gguf-inspect --tokens=258- fixtures/tiny-gpt2-vocab.gguf
gguf-inspect --tokens=-1 fixtures/tiny-gpt2-vocab.gguf
gguf-inspect --tokens=7 fixtures/tokenizer-invalid-utf8.gguf
