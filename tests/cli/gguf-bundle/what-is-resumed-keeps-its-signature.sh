# needs: openssl
for key in one two; do openssl genpkey -algorithm ed25519 -out $key.pem; done
openssl ecparam -name prime256v1 -genkey -noout -out curve.pem
openssl pkey -in curve.pem -pubout -out public.pem
make() { gguf-bundle create fixtures/tiny-moe.gguf -o bundle -q "$@"; echo "status $?"; }
state() { sha256sum bundle/manifest.json.sig | cut -c1-64; }
make --sign curve.pem
before=$(state)
# Without a key, and with the same one, whose signatures are new ones each time.
make --resume
[ "$before" = "$(state)" ] && echo "as it was"
make --resume --sign curve.pem
[ "$before" = "$(state)" ] && echo "as it was"
make --resume --sign two.pem
[ "$before" = "$(state)" ] && echo "as it was"
gguf-bundle verify bundle --key public.pem
# A signature of something else is not this key's either.
head -c 64 /dev/urandom >bundle/manifest.json.sig
make --resume --sign curve.pem
# With force it is replaced, or goes away.
make --force --sign one.pem
gguf-bundle verify bundle --key one.pem
make --force
ls bundle
# Where there was none, one is added.
make --resume --sign one.pem
gguf-bundle verify bundle --key one.pem
