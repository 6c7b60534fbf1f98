# The limit is that of the module in the page; one byte more is another chunk.
truncate -s 1073741824 most
truncate -s 1073741825 more
create() { gguf-bundle create --cut fixed --chunk-size 64KiB --with-loader "$@"; }
create more -o bundle 2>&1; status=$?
[ $status != 2 ] || exit 77 # built without
echo "status $status"
create more -n 2>&1; echo "status $?"
ls
create most -n | head -n 1
gguf-bundle create more -n --cut fixed --chunk-size 128KiB --with-loader | head -n 1
# Others read more.
gguf-bundle create more -n --cut fixed --chunk-size 64KiB | head -n 1
