# needs: strace
# The signal comes with a write, so always in the middle of one. There is one thread: the signal of a
# second one would not wait.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 # which cannot be traced
strace -o /dev/null true || exit 77
model=fixtures/chunked.gguf
gguf-bundle create $model -o bundle --chunk-size 64KiB -q
interrupt() { # SIGNAL CALL COMMAND...
    # env: a test that runs in the background ignores SIGINT. The shell says what ended, too.
    { env --default-signal=INT strace -f -o calls -e trace="$2" -e inject="$2:signal=$1:when=2" "${@:3}" --threads 1; } 2>/dev/null
    echo "$1: exit $?"
    rm calls
    ls -A
}
for signal in INT TERM HUP; do
    interrupt $signal write gguf-bundle create $model -o made --chunk-size 64KiB
    interrupt $signal pwrite64 gguf-bundle unpack bundle -o unpacked
done
# What is to be resumed stays, without a final name.
interrupt INT write gguf-bundle create $model -o made --chunk-size 64KiB --resume
[ ! -e made/manifest.json ] && [ -n "$(find made -name '.partial.*')" ] && echo "it stays"
interrupt INT pwrite64 gguf-bundle unpack bundle -o unpacked --resume
gguf-bundle create $model -o made --chunk-size 64KiB --resume -q && gguf-bundle verify made
gguf-bundle unpack bundle -o unpacked --resume && cmp unpacked $model
ls -A
