gguf-bundle --help
for command in create verify unpack list prune; do
    echo; gguf-bundle $command --help
done | awk 'length > 80 { print "too wide: " $0 } /^Usage/'
