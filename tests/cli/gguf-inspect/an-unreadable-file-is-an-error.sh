cp fixtures/vocab-only.gguf locked.gguf
chmod 000 locked.gguf
[ ! -r locked.gguf ] || { echo "skipped: permissions do not bind this user"; exit 77; }
gguf-inspect locked.gguf
