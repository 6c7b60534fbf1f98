[ -c /dev/full ] || { echo "skipped: no /dev/full"; exit 77; }
for option in --json --tensors --help --version --key=general.name; do
    gguf-inspect "$option" fixtures/tiny-llama.gguf >/dev/full
    echo "$?"
done
gguf-inspect fixtures/tiny-llama.gguf >/dev/full
