# A sparse file is large enough to be caught in the act.
cp fixtures/chunked.gguf large.gguf
chmod u+w large.gguf
truncate -s 400M large.gguf
for options in "" "--no-file-digest"; do
    gguf-manifest create $options --chunk-size 1MiB large.gguf -o m.json 2>err &
    while kill -0 $! 2>/dev/null; do
        touch large.gguf
        sleep 0.01
    done
    wait $!
    echo "exit $?"
    sed 's/changed.*/changed/' err
    ls
done
