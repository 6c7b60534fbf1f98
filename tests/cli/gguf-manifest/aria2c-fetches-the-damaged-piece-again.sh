# needs: nginx aria2c
# A stock downloader repairs a file with our metalink: it asks the server for just the bytes of the
# damaged piece. The server is nginx on loopback, on a port that is free.
mkdir -p www log
head -c 3000000 /dev/urandom >www/model.bin
cat >nginx.conf <<END
daemon off;
pid $PWD/nginx.pid;
error_log $PWD/log/error.log;
events {}
http {
    access_log $PWD/log/access.log combined buffer=1k flush=10ms;
    log_format ranges '\$http_range \$body_bytes_sent';
    client_body_temp_path $PWD/log/body; proxy_temp_path $PWD/log/proxy;
    fastcgi_temp_path $PWD/log/fastcgi; uwsgi_temp_path $PWD/log/uwsgi; scgi_temp_path $PWD/log/scgi;
    server { listen 127.0.0.1:PORT; root $PWD/www; access_log $PWD/log/ranges.log ranges; }
}
END
sed -i '/combined/d' nginx.conf
[ "$(id -u)" != 0 ] || sed -i "1i user $(id -un) $(id -gn);" nginx.conf
server=
for _ in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 20000))
    sed "s/PORT/$port/" nginx.conf >running.conf
    nginx -p "$PWD" -e log/error.log -c "$PWD/running.conf" 2>log/start &
    server=$!
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        sleep 0.1
        kill -0 $server 2>/dev/null || break
        (: </dev/tcp/127.0.0.1/$port) 2>/dev/null && break 2
    done
    kill $server 2>/dev/null
    wait $server 2>/dev/null
    server=
done
[ -n "$server" ] || { echo "skipped: no port for a server"; exit 77; }
trap 'kill $server; wait $server 2>/dev/null' EXIT

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
