# needs: sha256sum openssl dd xxd
# Prints nothing but the number of digests that were compared.
model=fixtures/chunked.gguf
for cut in tensor fixed; do
    gguf-manifest create $model --chunk-size 64KiB --cut $cut --tensor-digests -o m.json
    whole=$(sed -n 's/^      "sha256": "\(.*\)",$/\1/p' m.json)
    [ "$whole" = "$(sha256sum <$model | cut -d' ' -f1)" ] || echo "$cut: sha256sum disagrees"
    [ "$whole" = "$(openssl dgst -sha256 -r $model | cut -d' ' -f1)" ] || echo "$cut: openssl disagrees"
    count=0
    while read -r offset size digest; do
        found=$(dd if=$model iflag=skip_bytes,count_bytes skip="$offset" count="$size" status=none | sha256sum)
        [ "$found" = "$digest  -" ] || echo "$cut: $size bytes at $offset have another digest"
        count=$((count + 1))
    done < <(sed -n 's/^.*"offset": \([0-9]*\), "size": \([0-9]*\),.* "sha256": "\([0-9a-f]*\)".*$/\1 \2 \3/p' m.json)
    echo "$cut: $count"
    all=$(sed -n 's/^.*"sha256": "\([0-9a-f]*\)", "role".*$/\1/p' m.json | tr -d '\n' | xxd -r -p | sha256sum | cut -d' ' -f1)
    grep -q "\"chunks_sha256\": \"$all\"" m.json || echo "$cut: chunks_sha256 is another"
done
