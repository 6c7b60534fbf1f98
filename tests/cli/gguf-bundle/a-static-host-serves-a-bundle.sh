# needs: nginx curl
# The server is nginx with its package's types, set up as the guide says (docs/serve-a-bundle.md).
gguf-bundle create fixtures/chunked.gguf -o www --chunk-size 64KiB --gzip --with-loader -q || exit 77
sed -n '/^```nginx$/,/^```$/p' "$SOURCE/docs/serve-a-bundle.md" | sed '1d;$d' >server.conf
sed -i "s|listen .*;|listen 127.0.0.1:PORT;|; s|root .*;|root $PWD/www;|" server.conf
. "$SOURCE/tests/cli/nginx.sh"
start_nginx server.conf
base=http://127.0.0.1:$port

headers() { # PATH CURL-OPTION...
    curl -s -o /dev/null -D - "${@:2}" "$base/$1" | tr -d '\r' |
        grep -iE '^(HTTP|cache-control|access-control|content-(type|encoding|length|range)|accept-ranges)' | sort
}
paths() { gguf-bundle list "$1" --json | sed -n 's/.*"path": "\([^"]*\)".*/\1/p'; }
first=$(paths www | head -n 1)
echo "manifest:"; headers manifest.json -H 'Accept-Encoding: gzip' | grep -v Length
echo "chunk:"; headers "$first" -H 'Origin: https://example.org' -H 'Accept-Encoding: gzip, br'
echo "range:"; headers "$first" -H 'Range: bytes=10-19'
echo "variant:"; headers "${first%.bin}.gz" -H 'Accept-Encoding: gzip' | grep -v Length
echo "page:"; headers index.html | grep -v Length
echo "script:"; headers gguf-admission/gguf-admission.mjs -H 'Accept-Encoding: gzip' | grep -v Length
echo "module:"; headers gguf-admission/gguf-admission.wasm -H 'Accept-Encoding: gzip' | grep -v Length
echo "missing:"; headers chunks/nothing.bin

# What arrives is the model, byte for byte.
mkdir -p got/chunks
curl -s "$base/manifest.json" -o got/manifest.json
paths got | sort -u >paths
while read -r path; do curl -s "$base/$path" -o "got/$path"; done <paths
gguf-bundle list got --json | sed -n 's/.*"gzip_path": "\([^"]*\)".*/\1/p' |
    while read -r path; do curl -s "$base/$path" -o "got/$path"; done
gguf-bundle verify got | cut -d, -f1
gguf-bundle unpack got -o model.gguf
cmp model.gguf fixtures/chunked.gguf && echo same
