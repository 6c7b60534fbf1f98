cat >one.recipe <<'RECIPE'
# One of everything.
str general.architecture llama
u32 llama.context_length 1
array tokenizer.ggml.tokens str [ "a" ]
array tokenizer.ggml.merges str [ "a" ]
array tokenizer.ggml.scores f32 [ 1 2 ]
array odd str [ "\xff" ]
array other u32 [ 1 ]
bool flag true
str tokenizer.chat_template x
tensor one I8 [ 1 ] zeros
tensor two I8 [ 1 ] zeros
patch key flag value = u8 2
patch tensor two offset = u64 0
append zeros 1
RECIPE
sed 's/other u32 \[ 1 \]/other u32 [ 2 ]/' one.recipe >two.recipe
cat >byte.recipe <<'RECIPE'
# One byte.
str general.architecture llama
tensor one I8 [ 1 ] zeros
cut tensor one data-end
RECIPE
compile_fixtures . one.recipe two.recipe byte.recipe
gguf-inspect one.gguf
gguf-inspect --check one.gguf
gguf-inspect --check-data byte.gguf
gguf-inspect --tensors byte.gguf
gguf-inspect one.gguf --diff two.gguf
gguf-inspect --token 7 one.gguf
exit 0
