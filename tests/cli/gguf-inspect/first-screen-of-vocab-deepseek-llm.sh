# needs: data
gguf-inspect data/models/vocab-deepseek-llm.gguf
