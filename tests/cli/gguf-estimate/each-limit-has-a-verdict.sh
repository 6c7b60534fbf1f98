gguf-estimate --strategy full-copy --ceiling 1MiB --transfer-cap 64KiB --address-cap 2MiB \
    --js-buffer-cap 128KiB --tensor-cap 1KiB --quiet fixtures/tiny-llama.gguf
