for strategy in chunked full-copy; do
    gguf-estimate --quiet --strategy "$strategy" --ceiling 7MB --chunk-size 64KiB fixtures/tiny-llama.gguf
    echo "$?"
done
