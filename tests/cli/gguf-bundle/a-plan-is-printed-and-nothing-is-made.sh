gguf-bundle create fixtures/tiny-llama.gguf --dry-run --chunk-size 64KiB
gguf-bundle create fixtures/tiny-llama.gguf -n -o bundle --shards 400KB
gguf-bundle create fixtures/tiny-llama.gguf -n --shards 400KB --json
ls
