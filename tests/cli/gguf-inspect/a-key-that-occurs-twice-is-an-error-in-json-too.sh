gguf-inspect -k test.key fixtures/duplicate-key.gguf
echo "text: $?"
gguf-inspect --json -k test.key fixtures/duplicate-key.gguf >out
echo "JSON: $?"
grep -c '"duplicate": true' out
