# needs: dd
model=fixtures/vocab-only.gguf
tail -c 16 $model | tr -d '\0' | wc -c
gguf-manifest create $model -o m.json
cp $model copy.gguf
chmod u+w copy.gguf
printf '%s' "LLAMA" | dd of=copy.gguf bs=1 seek="$(grep -obUa llama $model | sed 's/:.*//;q')" conv=notrunc status=none
gguf-manifest verify m.json copy.gguf
