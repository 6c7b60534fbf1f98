gguf-bundle create fixtures/tiny-moe.gguf -o bundle -q
before=$(sha256sum bundle/manifest.json)
gguf-bundle create fixtures/tiny-llama.gguf -o bundle; echo "status $?"
[ "$before" = "$(sha256sum bundle/manifest.json)" ] && echo "as it was"
gguf-bundle create fixtures/tiny-llama.gguf -o bundle --force -q; echo "status $?"
gguf-bundle verify bundle
gguf-bundle prune bundle
gguf-bundle verify bundle
echo mine >file
gguf-bundle unpack bundle -o file; echo "status $?"
cat file
gguf-bundle unpack bundle -o file --force; echo "status $?"
cmp file fixtures/tiny-llama.gguf && echo same
mkdir full && touch full/thing
gguf-bundle create fixtures/tiny-moe.gguf -o full; echo "status $?"
ls -A full
