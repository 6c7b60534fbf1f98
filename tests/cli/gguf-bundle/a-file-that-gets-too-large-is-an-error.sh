# A limit on the size of files, for which the system would end the tool by a signal.
(
    ulimit -f 16
    gguf-bundle create fixtures/tiny-llama.gguf -o bundle; echo "status $?"
    gguf-manifest create fixtures/tiny-llama.gguf --chunk-size 64KiB --tensor-digests -o manifest.json; echo "status $?"
    gguf-bundle create fixtures/tiny-moe.gguf -o small -q; echo "status $?"
)
gguf-bundle create fixtures/tiny-llama.gguf -o bundle -q
(
    ulimit -f 16
    gguf-bundle unpack bundle -o model.gguf; echo "status $?"
)
ls -A
