# needs: data
gguf-inspect data/models/vocab-gpt-2.gguf
