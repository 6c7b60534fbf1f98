# needs: openssl
gguf-manifest create fixtures/tiny-llama.gguf -o m.json
for key in one two; do
    openssl genpkey -algorithm ed25519 -out $key.pem
    openssl pkey -in $key.pem -pubout -out $key.pub
done
gguf-manifest sign m.json --key one.pem
try() {
    gguf-manifest verify-signature "$@"
    echo "exit $?"
    gguf-manifest verify "$@" fixtures/tiny-llama.gguf
    echo "exit $?"
}
echo "== another key"
try m.json --key two.pub
echo "== other bytes, which are no manifest either"
cp m.json.sig bad.json.sig
echo "no manifest" >bad.json
try bad.json --key one.pub
echo "== cut short, empty, too long"
head -c 63 m.json.sig >short.sig
try m.json --key one.pub --signature short.sig
: >empty.sig
try m.json --key one.pub --signature empty.sig
cat m.json.sig short.sig >long.sig
try m.json --key one.pub --signature long.sig
