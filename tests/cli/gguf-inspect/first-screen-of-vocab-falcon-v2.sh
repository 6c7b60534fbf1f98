# needs: data
gguf-inspect data/models/vocab-falcon-v2.gguf
