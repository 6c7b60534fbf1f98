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
# More than a buffer holds: the reason is that of the first write that failed.
gguf-manifest create fixtures/tiny-llama.gguf --tensor-digests --chunk-size 64KiB -o /dev/full
echo "exit $?"
