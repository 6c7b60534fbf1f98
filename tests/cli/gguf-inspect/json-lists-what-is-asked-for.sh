gguf-inspect --json --tensors='*output*' --tokens=2-5 --check=spec -k general.name fixtures/tiny-llama.gguf
