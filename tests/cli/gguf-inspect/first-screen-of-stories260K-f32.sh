# needs: data
gguf-inspect data/models/stories260K-f32.gguf
