mkfifo pipe
cat fixtures/tiny-llama.gguf >pipe &
gguf-inspect --json pipe | grep -E '"(size|header_size|missing_size)": [0-9]+,$'
wait
