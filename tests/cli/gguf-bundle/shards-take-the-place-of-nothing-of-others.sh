gguf-bundle create fixtures/tiny-llama.gguf -o set --shards 400KB -q
# Other files, of another size, and of the same.
mkdir site
for shard in set/*.gguf; do echo "precious" >site/"$(basename "$shard")"; done
gguf-bundle create fixtures/tiny-llama.gguf -o site --shards 400KB --resume; echo "status $?"
cat site/*
cp set/*.gguf site
printf x | dd of=site/tiny-llama-00002-of-00003.gguf bs=1 seek=5000 conv=notrunc status=none
sha256sum site/* >before
gguf-bundle create fixtures/tiny-llama.gguf -o site --shards 400KB --resume; echo "status $?"
sha256sum site/* | diff before - && ls -A site
# Its own of an earlier try are taken over.
cp set/*.gguf site
rm site/tiny-llama-00003-of-00003.gguf
gguf-bundle create fixtures/tiny-llama.gguf -o site --shards 400KB --resume; echo "status $?"
gguf-bundle verify site
printf x | dd of=site/tiny-llama-00002-of-00003.gguf bs=1 seek=5000 conv=notrunc status=none
gguf-bundle create fixtures/tiny-llama.gguf -o site --shards 400KB --force -q; echo "status $?"
gguf-bundle verify site
