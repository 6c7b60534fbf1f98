# A key of 2^63 - 1 bytes, one of 2^64 - 1, and 2^64 - 1 keys: how much is left of a pipe is not known.
key() { printf 'GGUF\3\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0%b' "$1"; }
key '\xff\xff\xff\xff\xff\xff\xff\x7f' | gguf-inspect -
echo $?
key '\xff\xff\xff\xff\xff\xff\xff\xff' | gguf-inspect -
echo $?
printf 'GGUF\3\0\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff' | gguf-inspect -
echo $?
key '\xff\xff\xff\xff\xff\xff\xff\x7f' >file
gguf-inspect file
echo $?
