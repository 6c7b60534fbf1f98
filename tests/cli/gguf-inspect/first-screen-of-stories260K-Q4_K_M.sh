# needs: data
gguf-inspect data/models/stories260K-Q4_K_M.gguf
