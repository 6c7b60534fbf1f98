gguf-inspect --stats fixtures/tiny-llama.gguf >from-file
cat fixtures/tiny-llama.gguf | gguf-inspect --stats - | diff from-file - && echo the same
gguf-inspect --stats <(cat fixtures/tiny-llama.gguf) | diff from-file - && echo the same
gguf-inspect --stats='*.attn_q.*' --check-data <(cat fixtures/tiny-llama.gguf)
