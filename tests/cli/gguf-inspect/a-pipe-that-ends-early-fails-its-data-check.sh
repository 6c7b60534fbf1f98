# Beyond what is kept of the stream while its header is read.
head -c 800000 fixtures/large-tensors.gguf >cut.gguf
for arguments in --check-data --stats "--stats --check-data" "--check --check-data" \
    "--tensors --check --stats=f*" "--json --check-data"; do
    gguf-inspect $arguments cut.gguf >from-file
    echo "$arguments: $?"
    cat cut.gguf | gguf-inspect $arguments - >from-pipe
    echo "$arguments from a pipe: $?"
    sed -i 's/"path": "cut.gguf"/"path": "-"/; s/^cut.gguf:/standard input:/' from-file
    diff from-file from-pipe
done
cat cut.gguf | gguf-inspect --check --check-data -
