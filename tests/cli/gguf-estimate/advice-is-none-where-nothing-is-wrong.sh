# The model has 2048 tokens.
advice() { gguf-estimate --strategy chunked "$@" fixtures/tiny-llama.gguf | sed -n '/Advice/,$p' | grep -- --ctx; }
advice -c 4096 || echo "none beyond what the model has"
advice -c 100
advice -c 100 --ceiling 5MiB
