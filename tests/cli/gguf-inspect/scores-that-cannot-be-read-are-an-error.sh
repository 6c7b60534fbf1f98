cat >recipe.recipe <<'RECIPE'
# More tokens than a pipe takes, with their scores behind them.
str general.architecture llama
str tokenizer.ggml.model llama
array tokenizer.ggml.tokens str repeat 20000 "token #"
array tokenizer.ggml.scores f32 repeat 20000 1
RECIPE
compile_fixtures . recipe.recipe
mkfifo lines
gguf-inspect --tokens recipe.gguf >lines &
{
    read -r first
    echo "$first"
    truncate -s -40000 recipe.gguf
    cat >/dev/null
} <lines
wait $!
