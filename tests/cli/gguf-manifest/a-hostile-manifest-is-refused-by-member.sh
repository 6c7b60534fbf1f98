# Every file breaks the rule that it is named for; only "valid" breaks none.
cd "$SOURCE/tests/fuzz/corpus/manifest"
for manifest in *.json; do
    gguf-manifest show "$manifest" >/dev/null
    status=$?
    [ $status = 3 ] || echo "$manifest: exit status $status"
done
