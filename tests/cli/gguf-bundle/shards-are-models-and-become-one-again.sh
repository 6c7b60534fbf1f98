gguf-bundle create fixtures/tiny-llama.gguf -o shards --shards 400KB
ls shards
for shard in shards/*.gguf; do
    gguf-inspect --check=llama.cpp "$shard"
done
gguf-bundle verify shards
gguf-bundle unpack shards -o model.gguf
cmp model.gguf fixtures/tiny-llama.gguf && echo same
gguf-bundle unpack shards/tiny-llama-00001-of-00003.gguf -o again.gguf
cmp again.gguf fixtures/tiny-llama.gguf && echo same
# A set goes into a bundle, and comes out as a set.
gguf-bundle create shards/tiny-llama-00002-of-00003.gguf -o bundle
gguf-bundle unpack bundle -o out
for shard in shards/*.gguf; do
    cmp "$shard" out/"$(basename "$shard")" && echo same
done
gguf-bundle prune shards; echo "status $?"
printf x | dd of=shards/tiny-llama-00002-of-00003.gguf bs=1 seek=5000 conv=notrunc status=none
gguf-bundle verify shards; echo "status $?"
gguf-bundle unpack shards -o bad.gguf; echo "status $?"
ls bad.gguf
