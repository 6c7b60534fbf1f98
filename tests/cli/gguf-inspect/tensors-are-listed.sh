gguf-inspect --tensors fixtures/tiny-moe.gguf
gguf-inspect --tensors='blk.0.ffn_*' fixtures/tiny-llama.gguf
gguf-inspect --tensors fixtures/tensor-dims.gguf fixtures/vocab-only.gguf
