# Without --strategy some way of loading still passes; that another has grown is the answer.
cp fixtures/tiny-llama.gguf model.gguf
gguf-estimate --json -c 64 model.gguf |
    sed '/"name": "eager-f32"/,/"peak"/ s/"peak": [0-9]*/"peak": 1000/' >before.json
gguf-estimate --quiet -c 64 --baseline before.json model.gguf; echo "status $?"
gguf-estimate -c 64 --baseline before.json model.gguf | sed -n '/verdict/,/^$/p'
gguf-estimate -c 64 --format github --baseline before.json model.gguf; echo "status $?"
