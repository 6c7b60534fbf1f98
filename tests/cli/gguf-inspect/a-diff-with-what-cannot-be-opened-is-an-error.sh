gguf-inspect --diff fixtures/zip.gguf fixtures/tiny-llama.gguf || echo "status $?"
gguf-inspect --diff fixtures/tiny-llama.gguf no-such-file || echo "status $?"
