mkdir a b
cp fixtures/tiny-llama.gguf a/model.gguf
cp fixtures/tiny-moe.gguf b/model.gguf
gguf-inspect a/model.gguf b/model.gguf | grep "GGUF version"
gguf-inspect a/model.gguf | grep "GGUF version"
