# needs: openssl
# A key was asked for and there is no signature: the answer is no, in both tools.
openssl genpkey -algorithm ed25519 -out key.pem 2>/dev/null
openssl pkey -in key.pem -pubout -out public.pem
gguf-bundle create fixtures/tiny-moe.gguf -o bundle -q
gguf-manifest verify --key public.pem bundle/manifest.json; echo "status $?"
gguf-manifest verify-signature --key public.pem bundle/manifest.json; echo "status $?"
gguf-bundle verify --key public.pem bundle; echo "status $?"
# One that was named and is not there could not be looked at.
gguf-manifest verify-signature --key public.pem --signature no.sig bundle/manifest.json; echo "status $?"
gguf-manifest verify-signature --key no.pem bundle/manifest.json; echo "status $?"
