printf 'just some text\n' >text.bin
gguf-manifest create text.bin
echo "exit $?"
gguf-manifest create --cut fixed text.bin
echo "exit $?"
gguf-manifest create --cut fixed --name text.bin - <text.bin | cmp - <(gguf-manifest create --cut fixed text.bin)
: >empty.bin
gguf-manifest create --cut fixed empty.bin -o empty.json
gguf-manifest verify empty.json
gguf-manifest create --cut fixed fixtures/version-4.gguf >broken.json
echo "exit $?"
gguf-manifest create --cut fixed missing.gguf
echo "exit $?"
