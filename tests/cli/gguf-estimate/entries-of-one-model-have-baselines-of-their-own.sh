cp fixtures/tiny-llama.gguf model.gguf
config() { printf '[%s]\n' "$1" >config.json; }
try() { gguf-estimate --config config.json --quiet --baseline base.json; echo "status $?"; }
short='{"path": "model.gguf", "strategy": "chunked", "ctx": 64}'
long='{"path": "model.gguf", "strategy": "chunked", "ctx": 512}'
named='{"path": "model.gguf", "strategy": "chunked", "ctx": 1024, "name": "long"}'
other='{"path": "model.gguf", "strategy": "quantized", "ctx": 2048}'

config "$short, $named, $long, $other"
gguf-estimate --config config.json --json >base.json
try
echo "== a named one comes first now"
config "$named, $short, $other, $long"
try
echo "== one has grown"
config "$short, ${named/1024/2048}, $long, $other"
try
echo "== of two that are alike one is gone"
config "$short, $named"
try
echo "== or there is another"
config "$short, $long, $long"
try
echo "== one name for one that had none is another model"
config "${named/long/short}"
try
