gguf-bundle create fixtures/chunked.gguf -o one --store store --chunk-size 64KiB
gguf-bundle create fixtures/chunked.gguf -o two --store store --chunk-size 64KiB
gguf-bundle create fixtures/chunked.gguf -o two --store store --chunk-size 64KiB --force
gguf-bundle create fixtures/chunked.gguf -o two --store store --chunk-size 64KiB --resume
chunk=$(find two/chunks -name '*.bin' -size +16k | sort | head -n 1)
rm "$chunk"
echo "other" >"$chunk"
gguf-bundle create fixtures/chunked.gguf -o two --store store --chunk-size 64KiB --resume
gguf-bundle verify two
