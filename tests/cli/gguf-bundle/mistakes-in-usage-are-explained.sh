try() { gguf-bundle "$@"; echo "status $?"; }
try
try make
try create
try create fixtures/tiny-moe.gguf
try create fixtures/tiny-moe.gguf -o bundle --chunk-size 16M
try create fixtures/tiny-moe.gguf -o bundle --chunk-size 1KiB
try create fixtures/tiny-moe.gguf -o bundle --cut slices
try create fixtures/tiny-moe.gguf -o bundle --shards 1MiB --gzip
try create fixtures/tiny-moe.gguf -o bundle --name a/b
try unpack bundle
try verify
try list a b
try prune
try create fixtures/tiny-moe.gguf -o -
try unpack fixtures/split-00001-of-00003.gguf -o -
try unpack fixtures/split-00001-of-00003.gguf -o model --key key.pem
ls -A
