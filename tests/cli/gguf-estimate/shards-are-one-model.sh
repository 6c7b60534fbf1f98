gguf-estimate --strategy chunked fixtures/split-00002-of-00003.gguf
gguf-estimate --quiet --size 1MiB fixtures/split-missing-00001-of-00003.gguf; echo "$?"
