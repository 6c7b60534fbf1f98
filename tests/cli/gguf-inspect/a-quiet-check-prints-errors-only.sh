gguf-inspect --check --quiet fixtures/trailing-bytes.gguf; echo $?
gguf-inspect --check --quiet fixtures/tensors-overlap.gguf; echo $?
