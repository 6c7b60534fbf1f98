gguf-bundle create fixtures/tiny-moe.gguf -o good --with-loader -q || exit 77 # built without
# A manifest of something else, and a creation that fails at the end.
mkdir -p site/chunks
echo '{"name": "my page"}' >site/manifest.json
for chunk in good/chunks/*; do mkdir site/chunks/"$(basename "$chunk")"; done
gguf-bundle create fixtures/tiny-moe.gguf -o site --with-loader --force 2>&1 | sed 's/[0-9a-f]\{12,\}/SHA256/'
ls -A site
cat site/manifest.json
# What stands where the loader is to be is known before the model is read.
mkdir -p page/index.html
gguf-bundle create fixtures/tiny-moe.gguf -o page --with-loader --force; echo "status $?"
ls -A page
rm -r page/index.html
touch page/gguf-admission
gguf-bundle create fixtures/tiny-moe.gguf -o page --with-loader --force; echo "status $?"
ls -A page
