gguf-bundle create fixtures/chunked.gguf -o bundle --chunk-size 64KiB -q
chunks=($(gguf-bundle list bundle --json | sed -n 's|.*"path": "\([^"]*\)".*|bundle/\1|p'))
chmod u+w bundle/chunks/*
printf x | dd of=${chunks[0]} bs=1 seek=100 conv=notrunc status=none
: >${chunks[1]}
rm -f ${chunks[2]}
echo more >>${chunks[3]}
mv ${chunks[4]} kept && ln -s ../../kept ${chunks[4]}
touch bundle/chunks/notes bundle/index.html
gguf-bundle verify bundle; echo "status $?"
gguf-bundle verify bundle --json | sed 's/[0-9a-f]\{64\}/SHA256/'
gguf-bundle create fixtures/chunked.gguf -o bundle --chunk-size 64KiB --resume
gguf-bundle verify bundle; echo "status $?"
