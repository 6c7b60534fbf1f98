gguf-inspect -k general.name -k general.author fixtures/tiny-llama.gguf
