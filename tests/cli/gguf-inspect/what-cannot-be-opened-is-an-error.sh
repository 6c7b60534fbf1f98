mkdir directory
gguf-inspect directory no-such-file.gguf
