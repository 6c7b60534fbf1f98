# The end is in the middle of what is skipped, not after it.
for size in 600 3000 20000; do
    head -c $size fixtures/chunked.gguf | gguf-inspect -
    echo "$?"
done
