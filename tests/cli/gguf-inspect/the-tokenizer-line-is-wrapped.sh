cat >recipe.recipe <<'RECIPE'
# A vocabulary with a long name, as long as those of real models.
str general.architecture qwen2
str tokenizer.ggml.model gpt2
str tokenizer.ggml.pre deepseek-r1-qwen
array tokenizer.ggml.tokens str repeat 152064 "#"
array tokenizer.ggml.merges str repeat 151387 "# #"
RECIPE
compile_fixtures . recipe.recipe
gguf-inspect recipe.gguf | sed -n '/^Tokenizer/,/^Metadata/p'
gguf-inspect recipe.gguf | LC_ALL=C.UTF-8 wc -L
