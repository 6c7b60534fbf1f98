# needs: data
cd data/models
gguf-inspect --token ' the' vocab-gpt-2.gguf vocab-llama-spm.gguf vocab-falcon-v2.gguf
gguf-inspect --tokens=100000-100005 vocab-deepseek-llm.gguf
gguf-inspect --tokens=8-16 vocab-llama-spm.gguf
gguf-inspect --token ing vocab-bert-bge.gguf
