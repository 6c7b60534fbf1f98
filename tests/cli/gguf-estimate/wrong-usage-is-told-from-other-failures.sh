try() { gguf-estimate "$@" fixtures/tiny-llama.gguf; echo "$?"; }
gguf-estimate; echo "$?"
try --strategy chunkd
try --runtime webllm
try --tokenizer fast
try --ceiling 16M
try --ceiling 0
try --ctx 99999999999
try -ctk q9_0
try -ctk Q4_2
try --parallel 0
try --max-growth much
try --max-growth 5%
try --format yaml
try --format text=
try --format json --format text
try --no-such-option
try --chunk-size 1
try --chunk-size 1GiB
try -np2
try -np=2 --quiet
try --ctx-size=64 --quiet
