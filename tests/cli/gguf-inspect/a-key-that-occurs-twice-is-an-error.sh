gguf-inspect -k tokenizer.chat_template fixtures/duplicate-chat-template.gguf
