cat >recipe.recipe <<'RECIPE'
# No tokens.
str general.architecture llama
str tokenizer.ggml.model llama
array tokenizer.ggml.tokens str [ ]
RECIPE
compile_fixtures . recipe.recipe
gguf-inspect --tokens recipe.gguf
for arguments in --token=0 --token=1 --tokens=1-2 "--json --token=0"; do
    gguf-inspect $arguments recipe.gguf >out
    echo "$arguments: $?"
done
gguf-inspect --token=5 --tokens=1-2 recipe.gguf
echo "both: $?"
gguf-inspect --array-items=3 recipe.gguf --diff recipe.gguf
