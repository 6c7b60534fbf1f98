gguf-inspect fixtures/duplicate-chat-template.gguf
