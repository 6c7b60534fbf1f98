# What the chunk files make, one after the other in the order of the list, is the model too.
gguf-bundle create fixtures/chunked.gguf -o bundle --chunk-size 64KiB --gzip -q
gguf-bundle verify bundle --file-digest | cut -d, -f1
gguf-bundle unpack bundle -o model.gguf
cmp model.gguf fixtures/chunked.gguf && echo same
gguf-bundle list bundle --json | sed -n 's/.*"path": "\([^"]*\)".*/bundle\/\1/p' | xargs cat |
    cmp - fixtures/chunked.gguf && echo same
# How well zlib does is its own business.
gguf-bundle list bundle | awk '{ print $1, $2, $3, $4, $NF }'
find bundle -name '.*'
