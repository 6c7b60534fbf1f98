gguf-bundle create fixtures/tiny-llama.gguf -o one --store store --chunk-size 64KiB -q
gguf-bundle create fixtures/tiny-moe.gguf -o two --store store --chunk-size 64KiB -q
rm -r two
touch store/chunks/.partial.notes store/chunks/.partial.0.7
# A manifest that lies in a store does not make it a bundle.
cp one/manifest.json kept.json
sed 's/"name": "[^"]*"/"name": "other"/' one/manifest.json >store/manifest.json
gguf-bundle prune store
gguf-bundle verify one
ls -A store/chunks | grep partial
find one/chunks -type f -links 1
# While somebody writes into it, a store is left alone.
exec 9<store
flock -n 9 && gguf-bundle prune store; echo "status $?"
exec 9<&-
# A bundle is not a store of its own, and no store is made where there can be none.
gguf-bundle create fixtures/tiny-moe.gguf -o own --store own; echo "status $?"
ls -A own
touch one/.partial.notes
gguf-bundle create fixtures/tiny-llama.gguf -o one --shards 400KB --force -q
ls -A one | grep partial
