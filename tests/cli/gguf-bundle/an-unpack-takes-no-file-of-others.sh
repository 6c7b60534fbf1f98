gguf-bundle create fixtures/tiny-llama.gguf -o bundle --chunk-size 64KiB -q
# Killed between its two names, an unpack had finished.
gguf-bundle unpack bundle -o out.gguf -q
ln out.gguf .out.gguf.partial
gguf-bundle unpack bundle -o out.gguf --force
ls -A | grep partial
# Another file's second name is not ours to write into.
cp fixtures/tiny-moe.gguf mine.gguf
ln mine.gguf .new.gguf.partial
gguf-bundle unpack bundle -o new.gguf; echo "status $?"
cmp mine.gguf fixtures/tiny-moe.gguf && echo "as it was"
rm .new.gguf.partial
# Neither is one that somebody is writing.
: >.new.gguf.partial
exec 9<>.new.gguf.partial
flock -n 9 && gguf-bundle unpack bundle -o new.gguf; echo "status $?"
exec 9<&-
gguf-bundle unpack bundle -o new.gguf
# A set cannot hold a file that is called as another one is while it is written.
mkdir set
gguf-bundle create fixtures/tiny-llama.gguf -o shards --shards 400KB -q
gguf-bundle create shards/tiny-llama-00001-of-00003.gguf -o set --force -q
sed -i 's/"name": "tiny-llama-00001-of-00003.gguf"/"name": ".tiny-llama-00002-of-00003.gguf.partial"/' set/manifest.json
gguf-bundle unpack set -o files; echo "status $?"
ls -A files
