for name in string-lengths string-invalid-utf8-long arrays tiny-llama version-1-big-endian; do
    gguf-inspect --json --tensors fixtures/$name.gguf | grep -v '"path"' >file.json
    cat fixtures/$name.gguf | gguf-inspect --json --tensors - | grep -v '"path"' >pipe.json
    cmp file.json pipe.json && wc -l <pipe.json
done
