# A complete bundle is no unfinished one of something else. Mostly that is seen before the model is
# read: nothing can be written here. Bytes that differ are seen before anything of them has a name.
gguf-bundle create fixtures/tiny-moe.gguf -o bundle -q
find bundle | sort >before
find bundle -type f | sort | xargs sha256sum >>before
compare() {
    { find bundle | sort; find bundle -type f | sort | xargs sha256sum; } | diff before - && echo "as it was"
}
refused() { # WHAT ARGUMENT...
    echo "$1:"
    (ulimit -f 0; gguf-bundle create -o bundle --resume "${@:2}" 2>&1; echo "status $?") | cat
    compare
}
refused "another model" fixtures/chunked.gguf
refused "another name" fixtures/tiny-moe.gguf --name other.gguf
refused "another size of chunks" fixtures/tiny-moe.gguf --chunk-size 64KiB
refused "another way to cut" fixtures/tiny-moe.gguf --cut fixed
refused "no digest of the file" fixtures/tiny-moe.gguf --no-file-digest
refused "digests of tensors" fixtures/tiny-moe.gguf --tensor-digests
mkdir other
cp -L fixtures/tiny-moe.gguf other
printf x | dd of=other/tiny-moe.gguf bs=1 seek=12000 conv=notrunc status=none
gguf-bundle create other/tiny-moe.gguf -o bundle --resume 2>&1; echo "status $?"
compare
gguf-bundle create fixtures/tiny-moe.gguf -o bundle --resume --gzip 2>&1; echo "status $?"
compare
# The same one is finished, which is little to do.
gguf-bundle create fixtures/tiny-moe.gguf -o bundle --resume
compare
