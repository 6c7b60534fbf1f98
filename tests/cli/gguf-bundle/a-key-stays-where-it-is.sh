# needs: openssl
openssl genpkey -algorithm ed25519 -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out public.pem
cp public.pem public-before
gguf-bundle create fixtures/tiny-moe.gguf -o bundle --sign key.pem -q
gguf-bundle unpack bundle -o public.pem --key public.pem --force; echo "status $?"
cmp public.pem public-before && echo "as it was"
ln -sf ../key.pem bundle/manifest.json.sig
cp key.pem key-before
gguf-bundle create fixtures/tiny-moe.gguf -o bundle --sign key.pem --force; echo "status $?"
mv key.pem bundle/manifest.json.sig
gguf-bundle create fixtures/tiny-moe.gguf -o bundle --sign bundle/manifest.json.sig --force; echo "status $?"
cmp bundle/manifest.json.sig key-before && echo "as it was"
