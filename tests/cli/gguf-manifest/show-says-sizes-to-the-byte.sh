gguf-manifest create fixtures/chunked.gguf --chunk-size 65537 | gguf-manifest show - | sed -n 1p
