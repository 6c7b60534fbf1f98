# needs: data
gguf-inspect --check data/models/*.gguf
