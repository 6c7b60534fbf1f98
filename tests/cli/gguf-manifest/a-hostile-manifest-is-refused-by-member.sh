# Every file breaks the rule that it is named for; only those called valid break none.
cd "$SOURCE/tests/fuzz/corpus/manifest"
for manifest in *.json; do
    gguf-manifest show "$manifest" >/dev/null
    status=$?
    case $manifest:$status in
    valid*:0 | *:3) ;;
    *) echo "$manifest: exit status $status" ;;
    esac
done
