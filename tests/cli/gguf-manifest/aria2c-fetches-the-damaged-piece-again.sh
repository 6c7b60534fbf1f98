# needs: nginx aria2c
# A stock downloader repairs a file with our metalink: it asks the server for just the bytes of the
# damaged piece. The server is nginx on loopback, on a port that is free.
mkdir -p www
head -c 3000000 /dev/urandom >www/model.bin
echo "server { listen 127.0.0.1:PORT; root $PWD/www; access_log $PWD/log/ranges.log ranges; }" >server.conf
. "$SOURCE/tests/cli/nginx.sh"
start_nginx server.conf

gguf-manifest create www/model.bin --format metalink --chunk-size 256KiB --url http://127.0.0.1:$port/ -o model.meta4
mkdir got
fetch() { aria2c -q -V --no-conf --allow-overwrite=false --auto-file-renaming=false -d got "$@" model.meta4; }
fetch || echo "aria2c: $?"
cmp got/model.bin www/model.bin && echo "fetched"
: >log/ranges.log
printf 'damage' | dd of=got/model.bin bs=1 seek=600000 conv=notrunc status=none
fetch || echo "aria2c: $?"
cmp got/model.bin www/model.bin && echo "repaired by these requests:"
cat log/ranges.log
