# A directory of something else: to resume there is nothing, and nothing in it is replaced.
gguf-bundle create fixtures/tiny-moe.gguf -o bundle --with-loader -q || exit 77 # built without
mkdir site
echo "my page" >site/index.html
gguf-bundle create fixtures/tiny-moe.gguf -o site --with-loader; echo "status $?"
gguf-bundle create fixtures/tiny-moe.gguf -o site --with-loader --resume; echo "status $?"
ls -A site
cat site/index.html
rm site/index.html
ln -s ../elsewhere site/index.html
gguf-bundle create fixtures/tiny-moe.gguf -o site --with-loader --resume; echo "status $?"
rm site/index.html
# The manifest of a web application has the same name.
echo '{"name": "my page"}' >site/manifest.json
gguf-bundle create fixtures/tiny-moe.gguf -o site; echo "status $?"
gguf-bundle create fixtures/tiny-moe.gguf -o site --resume; echo "status $?"
gguf-bundle create fixtures/tiny-moe.gguf -o site --resume --shards 1MiB; echo "status $?"
cat site/manifest.json
gguf-bundle create fixtures/tiny-moe.gguf -o site --with-loader --force -q; echo "status $?"
gguf-bundle create fixtures/tiny-moe.gguf -o site; echo "status $?"
# Its own loader is no stranger.
rm site/manifest.json
gguf-bundle create fixtures/tiny-moe.gguf -o site; echo "status $?"
gguf-bundle create fixtures/tiny-moe.gguf -o site --with-loader --resume -q; echo "status $?"
gguf-bundle verify site
