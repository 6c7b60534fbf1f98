cp fixtures/tiny-llama.gguf model.gguf
gguf-estimate --json --strategy chunked -c 64 model.gguf >before.json
try() { gguf-estimate --quiet --strategy chunked --baseline before.json "$@" model.gguf; echo "$?"; }
try -c 64
try -c 128
try -c 128 --max-growth 5%
try -c 128 --max-growth 60%
try -c 128 --max-growth 4MiB
try -c 32
cp fixtures/tiny-moe.gguf new.gguf
gguf-estimate --quiet --baseline before.json new.gguf; echo "$?"
gguf-estimate --format size-limit --baseline before.json new.gguf
echo '{"schema": "gguf-inspect/1", "files": []}' >before.json
try
echo 'nothing' >before.json
try
