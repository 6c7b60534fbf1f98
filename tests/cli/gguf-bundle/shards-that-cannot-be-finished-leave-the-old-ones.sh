gguf-bundle create fixtures/tiny-llama.gguf -o shards --shards 400KB -q
echo nonsense >bad.pem
gguf-bundle create fixtures/tiny-moe.gguf -o shards --shards 1MB --name tiny-llama --force --sign bad.pem
echo "status $?"
gguf-bundle verify shards
# What is complete is not finished with something else.
gguf-bundle create fixtures/tiny-llama.gguf -o shards --shards 400KB --resume; echo "status $?"
gguf-bundle create fixtures/tiny-llama.gguf -o bundle --chunk-size 64KiB -q
gguf-bundle create fixtures/tiny-llama.gguf -o bundle --chunk-size 64KiB --resume
gguf-bundle create fixtures/tiny-moe.gguf -o bundle --chunk-size 64KiB --resume; echo "status $?"
gguf-bundle unpack bundle -o same.gguf && cmp same.gguf fixtures/tiny-llama.gguf && echo same
