# A chunk with a little less, and one with a little more, than 0.9 of its size in bytes that do not
# shrink; the rest are zeros, which take some fifty bytes. The limit is 58,982 of 65,536.
chunk() { # BYTES THAT DO NOT SHRINK
    head -c "$1" /dev/urandom
    head -c $((65536 - $1)) /dev/zero
}
{ chunk 58700; chunk 59100; } >model
gguf-bundle create model -o bundle --cut fixed --chunk-size 64KiB --gzip -q
gguf-bundle list bundle --json | grep -c '"gzip_path"'
gguf-bundle list bundle --json | sed -n 's/.*"offset": \([0-9]*\).*"gzip_path".*/\1/p'
size=$(stat -c %s bundle/chunks/*.gz)
[ "$size" -gt 58700 ] && [ "$size" -lt 58983 ] && echo "less than 0.9"
gguf-bundle verify bundle -q && echo good
