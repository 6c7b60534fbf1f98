gguf-bundle create fixtures/tiny-llama.gguf -o bundle -q
cd bundle
touch .partial.extra .partial.manifest .partial.signature .partial.0.3 .partial.mine chunks/.partial.0.1
cd ..
gguf-bundle prune -n bundle
gguf-bundle prune bundle
ls -A bundle
gguf-bundle verify bundle
# What is made of a file with such a name is refused when it would go with them.
cp fixtures/tiny-moe.gguf bundle/.partial.mine
gguf-bundle create bundle/.partial.mine -o bundle --force --name mine.gguf -q; echo "status $?"
ln -s ../fixtures/tiny-moe.gguf bundle/.partial.0.0
gguf-bundle create bundle/.partial.0.0 -o bundle --force --name mine.gguf -q; echo "status $?"
mv bundle/.partial.mine bundle/.partial.0.0
gguf-bundle create bundle/.partial.0.0 -o bundle --force --name mine.gguf -q; echo "status $?"
cmp bundle/.partial.0.0 fixtures/tiny-moe.gguf && echo "still there"
