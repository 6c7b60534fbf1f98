# needs: openssl
# By its name, through a link, as a shard, as the key, and as what stdin and stdout lead to.
cp fixtures/chunked.gguf model.gguf
gguf-manifest create model.gguf -o model.gguf; echo "status $?"
ln -s model.gguf link
gguf-manifest create model.gguf -o link; echo "status $?"
gguf-manifest create - -o model.gguf <model.gguf; echo "status $?"
gguf-manifest create model.gguf >>model.gguf; echo "status $?"
cmp model.gguf fixtures/chunked.gguf && echo "as it was"
cp fixtures/split-0000?-of-00003.gguf .
gguf-manifest create split-00001-of-00003.gguf -o split-00003-of-00003.gguf; echo "status $?"
cmp split-00003-of-00003.gguf fixtures/split-00003-of-00003.gguf && echo "as it was"
gguf-manifest create model.gguf -o manifest.json; echo "status $?"
cp manifest.json before
openssl genpkey -algorithm ed25519 -out k.pem 2>/dev/null
cp k.pem key-before
gguf-manifest sign --key k.pem -o k.pem manifest.json; echo "status $?"
gguf-manifest sign --key k.pem -o manifest.json manifest.json; echo "status $?"
cp k.pem manifest.json.sig
gguf-manifest sign --key manifest.json.sig manifest.json; echo "status $?"
cmp k.pem key-before && cmp manifest.json.sig key-before && cmp manifest.json before && echo "as it was"
