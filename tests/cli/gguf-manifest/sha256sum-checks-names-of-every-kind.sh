# needs: sha256sum
for name in plain.gguf 'with spaces.gguf' 'back\slash.gguf' $'new\nline.gguf' $'carriage\rreturn' $'not\xffutf8' '-dash' '*star'; do
    cp fixtures/tiny-llama.gguf "./$name"
    gguf-manifest create --format sha256sum "./$name" >sums || echo "exit $?"
    sha256sum -c --quiet sums || echo "not accepted: $name"
    gguf-manifest create "./$name" -o m.json && gguf-manifest verify m.json --quiet
    gguf-manifest show --format sha256sum m.json | cmp - sums
done
