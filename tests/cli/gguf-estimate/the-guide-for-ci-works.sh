guide=$SOURCE/docs/gate-models-in-ci.md
mkdir -p models/large
cp fixtures/tiny-llama.gguf models/tiny.gguf
cp fixtures/tiny-llama.gguf models/large/model-00001-of-00003.gguf
sed -n '/^```json/,/^```/p' "$guide" | grep -v '^```' >gguf-estimate.json
step=$(sed -n '/name: Estimate/,/uses:/p' "$guide" | sed -n 's/^          //p' | tr '\n' ' ')
export GITHUB_STEP_SUMMARY=summary.md
eval "$step"; echo "$?"
ls memory.* summary.md
gguf-estimate --config gguf-estimate.json --json >memory-baseline.json; echo "$?"
gguf-estimate --quiet --config gguf-estimate.json --baseline memory-baseline.json --max-growth 5%; echo "$?"
