# needs: data
gguf-inspect --diff data/models/vocab-gpt-2.gguf data/models/vocab-llama-spm.gguf
