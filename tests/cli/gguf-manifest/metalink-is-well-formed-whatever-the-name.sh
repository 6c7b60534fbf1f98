# needs: xmllint
for name in plain.gguf 'a & b <c> "d".gguf' $'tab\tand\nnewline' 'ü.gguf'; do
    cp fixtures/chunked.gguf "$name"
    gguf-manifest create "$name" --format metalink --chunk-size 64KiB --url https://example.org/models/ >out.meta4
    xmllint --noout out.meta4
    grep -E '<(file|url|size|pieces)' out.meta4
    xmllint --xpath 'string(//*[local-name()="file"]/@name)' out.meta4
done
cp fixtures/chunked.gguf $'bell\a'
gguf-manifest create $'bell\a' --format metalink
echo "exit $?"
gguf-manifest create fixtures/chunked.gguf -o tensor.json
gguf-manifest show --format metalink tensor.json
echo "exit $?"
for url in $'http://a/\001' $'http://a/\xff' 'http://a/?b=1&c=2'; do
    gguf-manifest create plain.gguf --format metalink --url "$url" >out.meta4
    echo "exit $?"
done
xmllint --xpath 'string(//*[local-name()="url"])' out.meta4
