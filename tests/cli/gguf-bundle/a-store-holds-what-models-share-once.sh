# A model, the same with another chat template, and quantised: the vocabulary is stored once.
for name in chunked chunked-template chunked-quantised; do
    gguf-bundle create fixtures/$name.gguf -o $name --store store --chunk-size 64KiB
done
echo "files in the store: $(ls store/chunks | wc -l), bytes: $(cat store/chunks/* | wc -c)"
echo "of models with $(cat chunked/chunks/* chunked-template/chunks/* chunked-quantised/chunks/* | wc -c)"
# Bundles are whole without it, and it lets go of what none of them uses.
gguf-bundle prune store
rm -r chunked-quantised
gguf-bundle prune store --json
for name in chunked chunked-template; do
    gguf-bundle verify $name
done
echo "links of each file: $(stat -c %h store/chunks/* | sort | uniq -c | tr -s ' ' | tr '\n' ';')"
rm -r store
gguf-bundle verify chunked
gguf-bundle prune .
