# needs: openssl base64 dd
gguf-manifest create fixtures/chunked.gguf --chunk-size 64KiB --format sri >sri
while read -r integrity name range; do
    if [ -z "$range" ]; then
        bytes=$(openssl dgst -sha256 -binary "fixtures/$name" | base64)
    else
        range=${range#bytes=}
        bytes=$(dd if="fixtures/$name" iflag=skip_bytes,count_bytes status=none \
            skip="${range%-*}" count=$((${range#*-} - ${range%-*} + 1)) |
            openssl dgst -sha256 -binary | base64)
    fi
    [ "$integrity" = "sha256-$bytes" ] || echo "$name $range: another digest"
done <sri
cut -d' ' -f3- sri
