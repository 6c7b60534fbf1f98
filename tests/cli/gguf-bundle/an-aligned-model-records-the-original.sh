gguf-bundle create fixtures/tiny-llama.gguf -o bundle --align 16384
grep -o '"origin": .*' bundle/manifest.json
sha256sum <fixtures/tiny-llama.gguf
stat -c %s -L fixtures/tiny-llama.gguf
gguf-bundle unpack bundle -o aligned.gguf
gguf-inspect --check=llama.cpp aligned.gguf
gguf-inspect -k general.alignment aligned.gguf
gguf-bundle create fixtures/tiny-llama.gguf -o other --align 1000; echo "status $?"
gguf-bundle create fixtures/tiny-llama.gguf -o other --align 131072; echo "status $?"
ls
