cat >recipe.recipe <<'RECIPE'
# A token that is longer than what is read at once, and one that is longer than what is shown.
str general.architecture llama
str tokenizer.ggml.model llama
array tokenizer.ggml.tokens str [ "x\*20000;" "y\*16384;" "a\xcc\x81\*100;" "z" ]
u32 tokenizer.ggml.bos_token_id 0
u32 tokenizer.ggml.eos_token_id 2
u32 tokenizer.ggml.unknown_token_id 3
RECIPE
compile_fixtures . recipe.recipe
gguf-inspect --tokens recipe.gguf | cut -c 1-40
gguf-inspect --tokens recipe.gguf | grep -o '….*'
gguf-inspect --json --tokens recipe.gguf | grep -oE '"(id|size)": [0-9]+' | tail -5
gguf-inspect recipe.gguf | sed -n '/^Tokenizer/,/^$/p'
