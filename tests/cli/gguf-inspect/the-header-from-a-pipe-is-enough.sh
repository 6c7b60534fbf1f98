head -c 60000 fixtures/tiny-llama.gguf | gguf-inspect -
head -c 60000 fixtures/tiny-llama.gguf | gguf-inspect --tensors='blk.0.*' -
head -c 900 fixtures/tiny-llama.gguf | gguf-inspect -
