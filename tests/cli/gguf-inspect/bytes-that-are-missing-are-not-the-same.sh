gguf-inspect --data --diff fixtures/cut-in-tensor.gguf fixtures/cut-in-tensor.gguf
