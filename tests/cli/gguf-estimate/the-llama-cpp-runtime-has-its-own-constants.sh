gguf-estimate --runtime llama.cpp --strategy mapped -c 100 -np 2 -ub 64 -fa -ctk q8_0 -ctv q8_0 fixtures/tiny-llama.gguf
