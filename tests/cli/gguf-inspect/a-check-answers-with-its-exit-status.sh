gguf-inspect --check fixtures/tiny-llama.gguf; echo $?
gguf-inspect --check fixtures/alignment-24.gguf; echo $?
gguf-inspect --check=spec fixtures/alignment-24.gguf; echo $?
gguf-inspect --check=llama.cpp fixtures/split-missing-00001-of-00003.gguf; echo $?
gguf-inspect --check fixtures/empty.gguf fixtures/key-capitals.gguf fixtures/key-nul.gguf; echo $?
