cp fixtures/split-00001-of-00003.gguf m-00001-of-00003.gguf
mkdir m-00002-of-00003.gguf
gguf-inspect m-00001-of-00003.gguf; echo $?
gguf-inspect --check m-00001-of-00003.gguf; echo $?
