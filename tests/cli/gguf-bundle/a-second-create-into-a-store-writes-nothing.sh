gguf-bundle create fixtures/tiny-llama.gguf -o one --store store
gguf-bundle create fixtures/tiny-llama.gguf -o two --store store
cmp one/manifest.json two/manifest.json && echo same
# Damage in the store is found, and not shared.
chmod u+w store/chunks/*.bin
for file in store/chunks/*.bin; do printf x | dd of="$file" bs=1 conv=notrunc status=none; done
gguf-bundle create fixtures/tiny-llama.gguf -o three --store store
gguf-bundle verify three
gguf-bundle verify one -q
