# needs: openssl
gguf-manifest create fixtures/tiny-llama.gguf -o m.json
openssl genpkey -algorithm ed25519 -out good.pem
gguf-manifest sign m.json --key good.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem 2>keygen
openssl ecparam -name secp384r1 -genkey -noout -out p384.pem
openssl pkey -in good.pem -aes256 -passout pass:secret -out encrypted.pem
openssl pkey -in good.pem -pubout -out public.pem
echo "no key" >text.pem
for key in rsa p384 encrypted public text missing; do
    gguf-manifest sign m.json --key $key.pem -o out.sig
    echo "exit $?"
done
gguf-manifest verify-signature m.json --key text.pem
echo "exit $?"
ls out.sig
echo "no manifest" >bad.json
gguf-manifest sign bad.json --key good.pem
echo "exit $?"
