# By its name, through a symbolic link, and through a hard link: --force changes nothing about it.
gguf-bundle create fixtures/tiny-moe.gguf -o bundle -q
chunk=$(ls bundle/chunks/* | head -n 1)
gguf-bundle unpack bundle -o "$chunk" --force 2>&1 | sed 's/[0-9a-f]\{64\}/SHA256/'
ln -s "$chunk" link
gguf-bundle unpack bundle -o link --force; echo "status $?"
ln "$chunk" hard
gguf-bundle unpack bundle -o hard --force; echo "status $?"
gguf-bundle unpack bundle -o bundle/manifest.json --force; echo "status $?"
ln bundle/manifest.json .model.partial
gguf-bundle unpack bundle -o model --force; echo "status $?"
rm .model.partial
gguf-bundle verify bundle
cp fixtures/tiny-moe.gguf model.gguf
mkdir other
ln model.gguf other/manifest.json
gguf-bundle create model.gguf -o other --force; echo "status $?"
rm other/manifest.json
ln -s ../model.gguf other/manifest.json
gguf-bundle create model.gguf -o other --force; echo "status $?"
mkdir shards
ln model.gguf shards/model-00001-of-00001.gguf
gguf-bundle create model.gguf -o shards --shards 1MiB --force; echo "status $?"
cmp model.gguf fixtures/tiny-moe.gguf && echo "as it was"
