# The pipe stays open until the tool is gone, so it is always caught in the middle.
mkfifo pipe
for signal in INT TERM HUP; do
    # A background job ignores SIGINT; env gives it back.
    env --default-signal=INT gguf-manifest create - --cut fixed --chunk-size 64KiB -o out.json <pipe &
    tool=$!
    exec 3>pipe
    cat fixtures/chunked.gguf >&3
    for _ in $(seq 200); do
        [ "$(ls -A | grep -c out)" = 0 ] || break
        sleep 0.05
    done
    ls -A | grep -c out
    kill -$signal $tool
    wait $tool 2>/dev/null
    echo "exit $?"
    exec 3>&-
    ls -A
done
