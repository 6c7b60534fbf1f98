head -c 60000 fixtures/tiny-llama.gguf >part.gguf
size=$(wc -c <fixtures/tiny-llama.gguf)
gguf-estimate --json fixtures/tiny-llama.gguf | grep -v '"path"' >whole
gguf-estimate --json --size "$size" part.gguf | grep -v '"path"' | diff - whole && echo same
gguf-estimate --json --size "$size" - <part.gguf | grep -v '"path"' | diff - whole && echo same
gguf-estimate --quiet part.gguf; echo "$?"
gguf-estimate --quiet --size 100KiB part.gguf; echo "$?"
