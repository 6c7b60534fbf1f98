gguf-inspect --metadata=test.many --array-items all fixtures/arrays.gguf | head -c 40
