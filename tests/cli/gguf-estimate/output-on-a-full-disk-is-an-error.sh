[ -c /dev/full ] || { echo "skipped: no /dev/full"; exit 77; }
for format in text json markdown github junit sarif svg size-limit; do
    gguf-estimate --format "$format" fixtures/tiny-llama.gguf >/dev/full
    echo "$?"
done
gguf-estimate --format json=/dev/full fixtures/tiny-llama.gguf
