cp fixtures/tiny-moe.gguf a.gguf
try() { printf '%s' "$1" >gate.json; gguf-estimate --quiet --config gate.json; echo "$?"; }
try '[{"path": "a.gguf", "limits": "1MiB"}]'
try '[{"path": "a.gguf", "limit": "16M"}]'
try '[{"path": "a.gguf", "limit": -1}]'
try '[{"path": "a.gguf", "limit": true}]'
try '[{"path": "a.gguf", "strict": "true"}]'
try '[{"path": "a.gguf", "strategy": "fast"}]'
try '[{"path": "a.gguf", "path": "b.gguf"}]'
try '[{"limit": "16MiB"}]'
try '[{"path": "a.gguf", "name": 1}]'
try '["a.gguf"]'
try '{}'
try '[]'
try '[{"path": '
try '[{"path": "*.bin"}]'
gguf-estimate --quiet --config no-such.json; echo "$?"
