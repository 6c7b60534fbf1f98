# Where little is known every limit may be the reason.
for name in unknown-architecture tiny-llama; do
    gguf-estimate --strict --ceiling 64KiB fixtures/$name.gguf
    gguf-estimate --strict --ceiling 64KiB --address-cap 64KiB --transfer-cap 100 fixtures/$name.gguf
done | LC_ALL=C.UTF-8 awk 'length > 80'
gguf-estimate --strict --ceiling 64KiB --address-cap 64KiB --transfer-cap 100 fixtures/unknown-architecture.gguf |
    sed -n '/verdict/,/^$/p'
