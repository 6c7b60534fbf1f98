gguf-inspect --color=always fixtures/duplicate-chat-template.gguf
NO_COLOR=1 gguf-inspect --color=auto -k general.architecture fixtures/vocab-only.gguf
