# Of shards there are digests and no paths.
gguf-bundle create fixtures/tiny-llama.gguf -o bundle --chunk-size 64KiB --gzip -q
gguf-bundle list bundle | head -n 3
gguf-bundle create fixtures/tiny-llama.gguf -o shards --shards 400KB -q
gguf-bundle list shards | head -n 3
{ gguf-bundle list bundle; gguf-bundle list shards; } | LC_ALL=C.UTF-8 awk 'length > 80'
gguf-bundle create fixtures/tiny-llama.gguf -n --shards 800KB
