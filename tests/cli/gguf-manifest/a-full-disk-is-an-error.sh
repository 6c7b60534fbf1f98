for format in json sri; do
    gguf-manifest create fixtures/chunked.gguf --format $format >/dev/full
    echo "exit $?"
    gguf-manifest create fixtures/chunked.gguf --format $format -o /dev/full
    echo "exit $?"
done
gguf-manifest create fixtures/chunked.gguf -o m.json
gguf-manifest show m.json >/dev/full
echo "exit $?"
gguf-manifest verify m.json fixtures/chunked.gguf >/dev/full
echo "exit $?"
gguf-manifest verify --json m.json fixtures/chunked.gguf >/dev/full
echo "exit $?"
gguf-manifest diff m.json m.json >/dev/full
echo "exit $?"
