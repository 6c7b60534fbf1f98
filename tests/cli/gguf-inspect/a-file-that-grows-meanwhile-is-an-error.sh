# The pipe is full long before the list ends, so that the tool is still at work when the file grows.
cp fixtures/arrays.gguf growing.gguf
mkfifo pipe
gguf-inspect -k test.many growing.gguf >pipe &
exec 3<pipe
read -r first <&3
printf x >>growing.gguf
tail -n 1 <&3
wait $!
