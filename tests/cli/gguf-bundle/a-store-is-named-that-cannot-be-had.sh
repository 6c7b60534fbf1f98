try() { gguf-bundle "$@"; echo "status $?"; }
try create fixtures/tiny-moe.gguf -o bundle --store fixtures/tiny-llama.gguf
try create fixtures/tiny-moe.gguf -o bundle --store no/such/place
mkdir store
touch store/chunks
try create fixtures/tiny-moe.gguf -o bundle --store store
# A bundle is made of a file.
try create - -o bundle <fixtures/tiny-moe.gguf
mkdir -p broken/manifest.json
try create fixtures/tiny-moe.gguf -o broken --resume
ls -A
