# needs: script
on_a_terminal() { script -qec "$*" /dev/null </dev/null | tr -d '\r'; }
export TERM=xterm
on_a_terminal gguf-inspect -k general.name fixtures/strings-escape-codes.gguf
gguf-inspect -k general.name fixtures/strings-escape-codes.gguf | od -An -c
on_a_terminal gguf-inspect fixtures/tiny-moe.gguf | head -n 3 | od -An -c
on_a_terminal NO_COLOR=1 gguf-inspect fixtures/tiny-moe.gguf | head -n 3
on_a_terminal TERM=dumb gguf-inspect fixtures/tiny-moe.gguf | head -n 3
on_a_terminal gguf-inspect --color=never fixtures/tiny-moe.gguf | head -n 3
