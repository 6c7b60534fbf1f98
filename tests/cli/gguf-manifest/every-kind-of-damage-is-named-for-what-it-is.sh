# needs: dd
gguf-manifest create fixtures/chunked.gguf --chunk-size 64KiB -o m.json
try() {
    echo "== $1"
    gguf-manifest verify m.json copy.gguf
    echo "exit $?"
}
copy() { rm -f copy.gguf && cp fixtures/"${1:-chunked}".gguf copy.gguf && chmod u+w copy.gguf; }
copy && try "no damage"
copy && truncate -s 390000 copy.gguf && try "cut short inside a chunk"
copy && truncate -s 80064 copy.gguf && try "cut short after the header"
copy && truncate -s 0 copy.gguf && try "empty"
copy && echo "more" >>copy.gguf && try "extended"
copy && truncate -s 380000 copy.gguf && truncate -s 402368 copy.gguf && try "a tail of zeros"
copy && dd if=/dev/zero of=copy.gguf bs=64000 count=1 seek=144064 oflag=seek_bytes conv=notrunc status=none && try "a hole of zeros"
copy && dd if=fixtures/chunked.gguf of=copy.gguf iflag=skip_bytes,count_bytes skip=208064 count=64000 oflag=seek_bytes seek=80064 conv=notrunc status=none &&
    dd if=fixtures/chunked.gguf of=copy.gguf iflag=skip_bytes,count_bytes skip=80064 count=64000 oflag=seek_bytes seek=208064 conv=notrunc status=none && try "swapped chunks"
copy && printf 'JUNK' | dd of=copy.gguf conv=notrunc status=none && try "a damaged magic"
copy chunked-key-renamed && try "a renamed key"
copy chunked-template-same-size && try "another chat template of the same size"
copy chunked-template-missing && try "no chat template"
copy chunked-tokenizer && try "another tokenizer"
copy chunked-weights && try "other weights"
head -c 402368 /dev/zero | tr '\0' 'x' >copy.gguf && try "another file of the same size"
