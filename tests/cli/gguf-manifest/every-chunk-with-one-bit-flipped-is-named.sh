# needs: dd xxd
model=fixtures/chunked.gguf
gguf-manifest create $model --chunk-size 64KiB -o m.json
cp fixtures/chunked.gguf copy.gguf
chmod u+w copy.gguf
index=0
while read -r offset size; do
    place=$((offset + size / 3))
    byte=$(xxd -s $place -l 1 -p copy.gguf)
    flip() { printf "%02x" $((0x$byte ^ $1)) | xxd -r -p | dd of=copy.gguf bs=1 seek=$place conv=notrunc status=none; }
    flip 4
    gguf-manifest verify m.json copy.gguf >out
    [ $? = 1 ] || echo "chunk $index: another exit status"
    sed -n '2,$p' out
    [ "$(grep -c '^  chunk' out)" = 1 ] || echo "chunk $index: others are named too"
    flip 0
    index=$((index + 1))
done < <(sed -n 's/^ *{"offset": \([0-9]*\), "size": \([0-9]*\),.*$/\1 \2/p' m.json)
gguf-manifest verify m.json copy.gguf
