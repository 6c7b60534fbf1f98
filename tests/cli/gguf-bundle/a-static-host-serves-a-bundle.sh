# needs: nginx curl
# The server is a stock nginx on loopback, set up as the guide says (docs/serve-a-bundle.md).
gguf-bundle create fixtures/chunked.gguf -o www --chunk-size 64KiB --gzip -q
sed -n '/^```nginx$/,/^```$/p' "$SOURCE/docs/serve-a-bundle.md" | sed '1d;$d' >server.conf
sed -i "s|listen .*;|listen 127.0.0.1:PORT;|; s|root .*;|root $PWD/www;|" server.conf
mkdir log
cat >nginx.conf <<END
daemon off;
pid $PWD/nginx.pid;
error_log $PWD/log/error.log;
events {}
http {
    access_log off;
    types { text/html html; application/json json; text/javascript mjs; application/wasm wasm; }
    client_body_temp_path $PWD/log/body; proxy_temp_path $PWD/log/proxy;
    fastcgi_temp_path $PWD/log/fastcgi; uwsgi_temp_path $PWD/log/uwsgi; scgi_temp_path $PWD/log/scgi;
    include $PWD/server.conf;
}
END
[ "$(id -u)" != 0 ] || sed -i "1i user $(id -un) $(id -gn);" nginx.conf
server=
for _ in 1 2 3 4 5 6 7 8; do
    port=$((20000 + RANDOM % 20000))
    sed -i "s/127.0.0.1:[A-Z0-9]*/127.0.0.1:$port/" server.conf
    nginx -p "$PWD" -e log/error.log -c "$PWD/nginx.conf" 2>log/start &
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
[ -n "$server" ] || { cat log/*; echo "skipped: no port for a server"; exit 77; }
trap 'kill $server; wait $server 2>/dev/null' EXIT
base=http://127.0.0.1:$port

headers() { # PATH CURL-OPTION...
    curl -s -o /dev/null -D - "${@:2}" "$base/$1" | tr -d '\r' |
        grep -iE '^(HTTP|cache-control|access-control|content-(type|encoding|length|range)|accept-ranges)' | sort
}
first=$(gguf-bundle list www | awk '$NF ~ /^chunks\// { print $NF; exit }')
echo "manifest:"; headers manifest.json -H 'Accept-Encoding: gzip' | grep -v Length
echo "chunk:"; headers "$first" -H 'Origin: https://example.org' -H 'Accept-Encoding: gzip, br'
echo "range:"; headers "$first" -H 'Range: bytes=10-19'
echo "variant:"; headers "${first%.bin}.gz" -H 'Accept-Encoding: gzip' | grep -v Length
echo "missing:"; headers chunks/nothing.bin

# What arrives is the model, byte for byte.
mkdir -p got/chunks
curl -s "$base/manifest.json" -o got/manifest.json
gguf-bundle list got | awk '$NF ~ /^chunks\// { print $NF }' | sort -u >paths
while read -r path; do curl -s "$base/$path" -o "got/$path"; done <paths
gguf-bundle list got --json | sed -n 's/.*"gzip_path": "\([^"]*\)".*/\1/p' |
    while read -r path; do curl -s "$base/$path" -o "got/$path"; done
gguf-bundle verify got | cut -d, -f1
gguf-bundle unpack got -o model.gguf
cmp model.gguf fixtures/chunked.gguf && echo same
