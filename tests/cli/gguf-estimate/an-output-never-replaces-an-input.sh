# Nothing at all is written when one of the outputs is read.
cp fixtures/tiny-llama.gguf model.gguf
try() { gguf-estimate --quiet "$@"; echo "status $?"; }
try --format json=first.json --format text=model.gguf model.gguf
test -e first.json || echo "nothing written"
ln -s model.gguf link
try --format json=link model.gguf
try --format json=model.gguf - <model.gguf
cmp model.gguf fixtures/tiny-llama.gguf && echo "as it was"
cp fixtures/split-0000?-of-00003.gguf .
try --format json=split-00002-of-00003.gguf split-00001-of-00003.gguf
cmp split-00002-of-00003.gguf fixtures/split-00002-of-00003.gguf && echo "as it was"
gguf-estimate --json model.gguf >before.json
cp before.json copy.json
try --format json=before.json --baseline before.json model.gguf
cmp before.json copy.json && echo "as it was"
echo '[{"path": "model.gguf"}]' >config.json
cp config.json copy.json
try --format json=config.json --config config.json
cmp config.json copy.json && echo "as it was"

# One file takes one format, whatever it is called.
try --format json=new --format text=new model.gguf
try --format json=new --format text=./new model.gguf
echo >old
ln -s old linked
try --format json=old --format text=linked model.gguf
test -e new || echo "nothing written"
