gguf-bundle create fixtures/tiny-moe.gguf -o bundle -q
mkfifo pipe
gguf-bundle unpack bundle -o pipe --force; echo "status $?"
test -p pipe && echo "still a pipe"
gguf-bundle unpack bundle -o /dev/null --force; echo "status $?"
gguf-bundle unpack fixtures/split-00001-of-00003.gguf -o pipe --force; echo "status $?"
ls -A

# Of a link the file that it leads to is replaced, as by every tool.
echo old >file
ln -s file link
gguf-bundle unpack bundle -o link; echo "status $?"
gguf-bundle unpack bundle -o link --force; echo "status $?"
test -L link && cmp file fixtures/tiny-moe.gguf && echo "replaced"
ln -sf nowhere link
gguf-bundle unpack bundle -o link --force; echo "status $?"
gguf-manifest create fixtures/tiny-moe.gguf -o link; echo "status $?"
test -L link && ! test -e nowhere && echo "as it was"
