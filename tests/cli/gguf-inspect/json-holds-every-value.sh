for fixture in scalars floats arrays nested-arrays strings-invalid-utf8 bool-2 key-invalid-utf8; do
    gguf-inspect --json --metadata='test*' --array-items 4 fixtures/$fixture.gguf | grep '"key"'
done
