gguf-inspect -k general.name -k llama.block_count -k llama.attention.layer_norm_rms_epsilon fixtures/tiny-llama.gguf
gguf-inspect --key tokenizer.ggml.tokens --array-items 3 fixtures/tiny-llama.gguf
gguf-inspect -k test.lone_start fixtures/strings-invalid-utf8.gguf | od -An -tx1
gguf-inspect -k tokenizer.chat_template fixtures/tiny-llama.gguf | sha256sum
