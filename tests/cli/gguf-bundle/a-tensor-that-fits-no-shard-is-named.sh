gguf-bundle create fixtures/tiny-llama.gguf -o shards --shards 1KiB; echo "status $?"
gguf-bundle create fixtures/tiny-moe.gguf -o shards --shards 1KiB; echo "status $?"
ls
