check() { gguf-manifest create --cut fixed "$1" | gguf-manifest verify - "$1"; }
: >none && check none
printf x >one && check one
cp fixtures/tiny-llama.gguf many && check many
