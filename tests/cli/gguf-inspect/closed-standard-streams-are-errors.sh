gguf-inspect fixtures/vocab-only.gguf >&-; echo $?
gguf-inspect - <&-; echo $?
gguf-inspect fixtures/empty.gguf 2>&-; echo $?
