# needs: script strace
# label: slow
# Each read takes so long that the line appears, on a terminal that script makes. The digest of the whole
# file would have such a small one read at once.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 # which cannot be traced
strace -o /dev/null true || exit 77
model=fixtures/chunked.gguf
gguf-bundle create $model -o bundle --chunk-size 64KiB -q
gguf-manifest create $model -o manifest.json --chunk-size 64KiB -q
slowly() { # NAME COMMAND...
    script -qec "strace -f -o $1.calls -e trace=pread64 -e inject=pread64:delay_exit=250000 ${*:2}" /dev/null </dev/null |
        tr '\r' '\n' | sed -n 's/^\([a-z ]*: \).* of .*B (.*left.*/\1/p' | sort -u >$1.lines
}
slowly 1 gguf-bundle create $model -o made --chunk-size 64KiB --no-sync --no-file-digest &
slowly 2 gguf-bundle verify bundle &
slowly 3 gguf-bundle unpack bundle -o unpacked --no-sync &
slowly 4 gguf-manifest create $model -o made.json --chunk-size 64KiB &
slowly 5 gguf-manifest verify manifest.json $model &
slowly 6 gguf-inspect --stats $model &
slowly quiet gguf-bundle verify bundle -q &
wait
grep . [1-6].lines quiet.lines
cmp unpacked $model
