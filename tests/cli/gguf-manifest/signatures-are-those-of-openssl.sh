# needs: openssl
gguf-manifest create fixtures/tiny-llama.gguf -o m.json
openssl genpkey -algorithm ed25519 -out ed.pem
openssl pkey -in ed.pem -pubout -out ed.pub
openssl ecparam -name prime256v1 -genkey -noout -out ec.pem
openssl pkey -in ec.pem -pubout -out ec.pub

gguf-manifest sign m.json --key ed.pem
wc -c <m.json.sig
openssl pkeyutl -verify -rawin -in m.json -sigfile m.json.sig -pubin -inkey ed.pub
gguf-manifest verify-signature m.json --key ed.pub
gguf-manifest sign m.json --key ec.pem -o ec.sig
openssl dgst -sha256 -verify ec.pub -signature ec.sig m.json
gguf-manifest verify-signature m.json --key ec.pub --signature ec.sig

openssl pkeyutl -sign -rawin -in m.json -inkey ed.pem -out theirs.sig
gguf-manifest verify-signature m.json --key ed.pub --signature theirs.sig
openssl dgst -sha256 -sign ec.pem -out theirs.sig m.json
gguf-manifest verify-signature m.json --key ec.pub --signature theirs.sig
gguf-manifest verify m.json fixtures/tiny-llama.gguf --key ed.pub
