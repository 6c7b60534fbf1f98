for ctx in 0 1 64 100000; do gguf-estimate -c "$ctx" --strategy chunked fixtures/tiny-llama.gguf | sed -n 2p; done
gguf-estimate --strategy chunked fixtures/tiny-llama.gguf | sed -n 2p
gguf-estimate -c 0 --quiet fixtures/tensors-gap.gguf; echo "$?"
