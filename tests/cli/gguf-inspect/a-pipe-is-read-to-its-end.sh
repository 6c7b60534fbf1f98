gguf-inspect - <fixtures/tiny-moe.gguf
cat fixtures/tiny-moe.gguf | gguf-inspect -
