for name in empty html-page hyperparameter-string hyperparameter-layers-short cut-in-tensor; do
    gguf-estimate --quiet "fixtures/$name.gguf"; echo "$?"
done
gguf-estimate --quiet fixtures/tiny-llama.gguf no-such-file.gguf; echo "$?"
gguf-estimate --quiet --ceiling 64KiB fixtures/tiny-llama.gguf no-such-file.gguf; echo "$?"
gguf-estimate --quiet fixtures/split-missing-00001-of-00003.gguf; echo "$?"
