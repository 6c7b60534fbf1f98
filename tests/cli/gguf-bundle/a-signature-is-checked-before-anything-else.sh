# needs: openssl
openssl genpkey -algorithm ed25519 -out key.pem
openssl pkey -in key.pem -pubout -out public.pem
openssl genpkey -algorithm ed25519 | openssl pkey -pubout -out other.pem
gguf-bundle create fixtures/tiny-moe.gguf -o bundle --sign key.pem -q
openssl pkeyutl -verify -rawin -pubin -inkey public.pem -in bundle/manifest.json -sigfile bundle/manifest.json.sig
gguf-bundle verify bundle --key public.pem
gguf-bundle verify bundle --key other.pem; echo "status $?"
gguf-bundle unpack bundle -o model --key other.pem; echo "status $?"
sed -i '$s/$/ /' bundle/manifest.json
gguf-bundle verify bundle --key public.pem; echo "status $?"
gguf-bundle create fixtures/tiny-llama.gguf -o bundle --force -q
gguf-bundle verify bundle --key public.pem; echo "status $?"
gguf-bundle create fixtures/tiny-llama.gguf -o other --sign public.pem; echo "status $?"
ls
