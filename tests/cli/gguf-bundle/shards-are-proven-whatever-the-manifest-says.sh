# Shards without a digest of their own are known by those of their chunks.
gguf-bundle create fixtures/tiny-llama.gguf -o shards --shards 400KB --no-file-digest -q
gguf-bundle verify shards
printf x | dd of=shards/tiny-llama-00002-of-00003.gguf bs=1 seek=5000 conv=notrunc status=none
gguf-bundle verify shards; echo "status $?"
gguf-bundle unpack shards -o bad.gguf; echo "status $?"
ls bad.gguf
# Shards that the manifest does not list were not proven, and are not merged.
rm -r shards
gguf-bundle create fixtures/tiny-llama.gguf -o shards --shards 400KB -q
mkdir few && cp shards/*.gguf few
cp shards/tiny-llama-00001-of-00003.gguf alone.gguf
gguf-manifest create alone.gguf --name tiny-llama-00001-of-00003.gguf -o few/manifest.json
gguf-bundle verify few; echo "status $?"
gguf-bundle unpack few -o few.gguf; echo "status $?"
ls few.gguf
