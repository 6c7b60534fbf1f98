# Where little is known every limit may be the reason.
for name in unknown-architecture tiny-llama; do
    gguf-estimate --strict --ceiling 64KiB fixtures/$name.gguf
    gguf-estimate --strict --ceiling 64KiB --address-cap 64KiB --transfer-cap 100 fixtures/$name.gguf
done | LC_ALL=C.UTF-8 awk 'length > 80'
gguf-estimate --strict --ceiling 64KiB --address-cap 64KiB --transfer-cap 100 fixtures/unknown-architecture.gguf |
    sed -n '/verdict/,/^$/p'
# Numbers of large models, every setting, every strategy, and growth.
cp fixtures/tiny-llama.gguf model.gguf
truncate -s 900G model.gguf
gguf-estimate --json -c 1 model.gguf | sed '/"name": "eager-f32"/,/"peak"/ s/"peak": [0-9]*/"peak": 1000/' >base.json
for options in "" "-c 2147483647" "-c 2 --memory64 --parallel 64 --chunk-size 128MiB" "-c 200000000 --runtime llama.cpp"; do
    for strategy in full-copy full-copy-f32 eager-f32 lazy-f32 lazy-f32-release quantized chunked stream-decode \
        stream-decode-f32 mapped memory64; do
        gguf-estimate --strategy $strategy -ctk iq4_nl -ctv iq4_nl $options --ceiling 4TiB --baseline base.json model.gguf
    done
    gguf-estimate --ceiling 900TiB $options model.gguf
    gguf-estimate --strategy eager-f32 --address-cap 10MiB $options model.gguf
done >out
gguf-estimate -c 1 --baseline base.json model.gguf >>out
LC_ALL=C.UTF-8 wc -L <out
grep -c 'does not pass' out
gguf-estimate -c 200 --size 1TB --memory64 model.gguf | sed '/^Phases/,$d'
gguf-estimate -c 200 --size 2GiB --strategy stream-decode-f32 model.gguf | sed -n '/^Phases/,/fetch/p'
