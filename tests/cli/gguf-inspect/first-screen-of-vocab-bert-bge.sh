# needs: data
gguf-inspect data/models/vocab-bert-bge.gguf
