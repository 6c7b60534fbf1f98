gguf-inspect --token 'no such token' fixtures/tiny-llama.gguf; echo $?
gguf-inspect --token 99999 fixtures/tiny-llama.gguf; echo $?
gguf-inspect --tokens=99999- fixtures/tiny-llama.gguf; echo $?
gguf-inspect --tokens fixtures/scalars.gguf; echo $?
gguf-inspect --tokens fixtures/tokenizer-tokens-numbers.gguf; echo $?
