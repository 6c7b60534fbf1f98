gguf-bundle create fixtures/chunked.gguf -o one --store store --chunk-size 64KiB -q
rm -r one
chunk=$(find store/chunks -name '*.bin' -size +16k | sort | head -n 1)
chmod u+w "$chunk"
printf x | dd of="$chunk" bs=1 seek=100 conv=notrunc status=none
gguf-bundle create fixtures/chunked.gguf -o two --store store --chunk-size 64KiB
gguf-bundle verify two
sha256sum <"$chunk" | grep -c "$(basename "$chunk" .bin)"
# A compressed variant is believed when it decompresses to its chunk.
gguf-bundle create fixtures/chunked.gguf -o packed --gzip --chunk-size 64KiB -q
variant=$(find packed/chunks -name '*.gz' | sort | head -n 1)
chmod u+w "$variant"
echo "no gzip" >"$variant"
gguf-bundle verify packed | sed 's/[0-9a-f]\{64\}/SHA256/'
gguf-bundle create fixtures/chunked.gguf -o packed --gzip --chunk-size 64KiB --resume -q
gguf-bundle verify packed
