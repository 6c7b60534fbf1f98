try() { gguf-bundle "$@"; echo "status $?"; }
try create fixtures/cut-in-tensor.gguf -o bundle
try create fixtures/html-indented.gguf -o bundle
try create missing.gguf -o bundle
try create fixtures/tiny-moe.gguf -o no/such/place
try create fixtures/tiny-moe.gguf -o bundle --sign missing.pem
try create fixtures/tiny-moe.gguf -o /dev/null
try verify missing
mkdir empty
try verify empty
try unpack empty -o model.gguf
try prune empty
gguf-bundle create fixtures/tiny-moe.gguf -o bundle -q
try unpack bundle -o no/such/place
try unpack bundle -o .
gguf-bundle list bundle >/dev/full; echo "status $?"
# Plain bytes can be bundled when they are cut at fixed places.
try create fixtures/html-indented.gguf -o page --cut fixed
try verify page --file-digest
rm -r bundle page
ls
