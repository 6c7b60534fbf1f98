cp fixtures/tiny-llama.gguf old.gguf
mkfifo new
# The pipe is opened once the old file has been.
{
    exec 3>new
    echo >>old.gguf
    cat fixtures/tiny-llama.gguf >&3
} &
gguf-inspect old.gguf --diff new
