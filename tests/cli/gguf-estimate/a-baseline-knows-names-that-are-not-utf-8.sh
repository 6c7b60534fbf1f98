name=$'odd \xff.gguf'
cp fixtures/tiny-llama.gguf "$name"
gguf-estimate --json --strategy chunked -c 64 "$name" >base.json
grep hex base.json
gguf-estimate --quiet --strategy chunked -c 64 --baseline base.json "$name"; echo "status $?"
gguf-estimate --quiet --strategy chunked -c 128 --baseline base.json "$name"; echo "status $?"
for hex in 6 6g 6100 6F ''; do
    sed "s/\"hex\": \"[^\"]*\"/\"hex\": \"$hex\"/" base.json >wrong.json
    gguf-estimate --quiet --baseline wrong.json "$name"; echo "status $?"
done
