gguf-estimate --strict --runtime llama.cpp --strategy full-copy fixtures/tiny-llama.gguf | sed -n '/verdict/,/^$/p; /Advice/,$p'
gguf-estimate --json --strict --runtime llama.cpp --strategy full-copy fixtures/tiny-llama.gguf | grep -A 1 changes
gguf-estimate --strict --strategy lazy-f32-release -c 64 fixtures/tiny-llama.gguf | sed -n '/verdict/,/^$/p; /Advice/,$p'
