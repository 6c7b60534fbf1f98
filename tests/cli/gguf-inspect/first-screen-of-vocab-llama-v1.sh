# needs: data
gguf-inspect data/models/vocab-llama-v1.gguf
