name=$'a,b:c%d "<&\n]]>.gguf'
cp fixtures/tiny-moe.gguf "$name"
for format in text github junit markdown sarif svg size-limit; do
    echo "== $format"
    gguf-estimate --format "$format" --strategy chunked --ceiling 64KiB "$name" |
        grep -a -n 'a,b\|a%2Cb' | head -n 4
done
