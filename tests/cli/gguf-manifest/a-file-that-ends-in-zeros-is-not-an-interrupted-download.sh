# needs: dd
# A model whose last tensor ends in zeros, and one bit flipped before them in the last chunk.
head -c 60000 fixtures/chunked.gguf | tr G g >model
head -c 4096 /dev/zero >>model
gguf-manifest create --cut fixed model -o m.json
printf 'X' | dd of=model bs=1 seek=1000 conv=notrunc status=none
gguf-manifest verify m.json
echo "exit $?"
head -c 64096 /dev/zero >model
gguf-manifest verify m.json
echo "exit $?"
