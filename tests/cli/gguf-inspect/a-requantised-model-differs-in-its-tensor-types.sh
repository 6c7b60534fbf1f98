# needs: data
gguf-inspect --diff data/models/stories260K-Q4_K_M.gguf data/models/stories260K-f32.gguf
