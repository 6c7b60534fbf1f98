gguf-manifest create fixtures/tiny-moe.gguf -o m.json
try() { "$@"; echo "status $?"; }
try gguf-manifest verify fixtures/tiny-moe.gguf m.json
try gguf-manifest verify fixtures/tiny-moe.gguf
try gguf-manifest show fixtures/tiny-moe.gguf
gguf-bundle create fixtures/tiny-moe.gguf -o bundle -q
try gguf-manifest verify bundle
try gguf-bundle verify bundle/manifest.json
try gguf-bundle list bundle/manifest.json
try gguf-bundle prune bundle/manifest.json
try gguf-bundle unpack bundle/manifest.json -o model.gguf
try gguf-manifest sign --key key.pem - <m.json
try gguf-manifest verify-signature --key key.pem - <m.json
try gguf-manifest verify --key key.pem - <m.json
try gguf-manifest create --json --format sri fixtures/tiny-moe.gguf
try gguf-manifest show --format sri --json m.json
