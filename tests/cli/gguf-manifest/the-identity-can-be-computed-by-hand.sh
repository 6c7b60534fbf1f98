# needs: sha256sum dd
# docs/manifest-format.md, section 5, with other tools.
model=fixtures/tiny-llama.gguf
gguf-manifest create $model -o m.json
value() { sed -n "s/^ *\"$1\": \"*\([0-9a-f]*\)\"*,*$/\1/p" m.json; }
bytes() { dd if=$model iflag=skip_bytes,count_bytes skip="$1" count="$2" status=none; }

header=$(head -c "$(value data_offset)" $model | sha256sum)
[ "$header" = "$(value header_sha256)  -" ] || echo "header_sha256 is another"
template=$(gguf-inspect -k tokenizer.chat_template $model | head -c -1 | sha256sum)
[ "$template" = "$(value chat_template_sha256)  -" ] || echo "chat_template_sha256 is another"

# The entries of the tokenizer follow each other in this file, from the first key's length field to
# that of the chat template; sorted by key they are in another order.
at() { LC_ALL=C grep -abo "$1" $model | head -n 1 | cut -d: -f1; }
keys='tokenizer.ggml.model tokenizer.ggml.pre tokenizer.ggml.tokens tokenizer.ggml.scores
    tokenizer.ggml.token_type tokenizer.ggml.bos_token_id tokenizer.ggml.eos_token_id
    tokenizer.ggml.unknown_token_id tokenizer.ggml.add_bos_token tokenizer.ggml.add_eos_token'
end=$(($(at tokenizer.chat_template) - 8))
for key in $keys; do
    start=$(($(at $key) - 8))
    next=$end
    for other in $keys; do
        place=$(($(at $other) - 8))
        [ $place -le $start ] || [ $place -ge $next ] || next=$place
    done
    echo "$key $start $((next - start))"
done | LC_ALL=C sort | while read -r _ start size; do bytes "$start" "$size"; done >entries
[ "$(sha256sum <entries)" = "$(value tokenizer_sha256)  -" ] || echo "tokenizer_sha256 is another"
wc -c <entries

# Two templates under one key: their entries, in the order of the file.
model=fixtures/duplicate-chat-template.gguf
gguf-manifest create $model -o m.json
start=$(($(at tokenizer.chat_template) - 8))
entry=$((8 + 23 + 4 + 8)) # key and value with their lengths, and the type between
templates=$(bytes $start $((entry + 14 + entry + 25)) | sha256sum)
[ "$templates" = "$(value chat_template_sha256)  -" ] || echo "chat_template_sha256 of two is another"
