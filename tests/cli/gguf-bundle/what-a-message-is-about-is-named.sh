try() { gguf-bundle "$@"; echo "status $?"; }
# Names that are too long for the file system are no other files.
long=$(printf 'a%.0s' $(seq 300))
try create fixtures/tiny-llama.gguf --shards 400000 --name "$long" -o fresh 2>&1 | sed "s/aaa*/LONG/"
try create fixtures/tiny-llama.gguf --shards 400000 --name "$long" -o fresh --force 2>&1 | sed "s/aaa*/LONG/"
[ ! -e fresh ] && echo "nothing made"
# A bundle without its chunks is none of shards.
gguf-bundle create fixtures/tiny-moe.gguf -o bundle -q
gguf-bundle create fixtures/split-00001-of-00003.gguf --shards 1MiB --name tiny -o shards -q
mv bundle/chunks kept
try prune bundle
try prune shards
# A missing chunk is a fault of the bundle, as an empty one is.
try unpack bundle -o model
mkdir bundle/chunks
cp kept/* bundle/chunks
chunks=(bundle/chunks/*)
chmod u+w "${chunks[0]}"
: >"${chunks[0]}"
try unpack bundle -o model
try verify bundle -q
rm -f "${chunks[0]}"
try unpack bundle -o model
try verify bundle -q
[ ! -e model ] && echo "nothing made"
# Shards of a set keep their names.
try create fixtures/split-00001-of-00003.gguf --name one.gguf -o named
try create fixtures/split-00001-of-00003.gguf --name one.gguf -n
[ ! -e named ] && echo "nothing made"
