mkdir shards
cp fixtures/split-byte-order-differs-* shards
gguf-bundle unpack shards/split-byte-order-differs-00001-of-00002.gguf -o out.gguf; echo $?
ls
