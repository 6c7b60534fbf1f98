for shard in 1 2 3; do
    gguf-manifest create fixtures/split-0000$shard-of-00003.gguf | cmp - <(gguf-manifest create fixtures/split-00001-of-00003.gguf)
done
mkdir set
cp fixtures/split-0000?-of-00003.gguf set/
gguf-manifest create set/split-00002-of-00003.gguf -o set/m.json
gguf-manifest show set/m.json | grep -v sha256
gguf-manifest verify set/m.json
gguf-manifest verify set/m.json set
gguf-manifest verify set/m.json fixtures/split-00003-of-00003.gguf
mv set/split-00001-of-00003.gguf t && mv set/split-00002-of-00003.gguf set/split-00001-of-00003.gguf && mv t set/split-00002-of-00003.gguf
gguf-manifest verify set/m.json
echo "exit $?"
rm set/split-00003-of-00003.gguf
gguf-manifest verify --json set/m.json >out.json
echo "exit $?"
grep result out.json
rm set/split-00002-of-00003.gguf
cp fixtures/split-00001-of-00003.gguf set/
gguf-manifest create set/split-00001-of-00003.gguf
echo "exit $?"
