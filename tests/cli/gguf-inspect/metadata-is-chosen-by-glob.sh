gguf-inspect --metadata='*.min' fixtures/scalars.gguf
gguf-inspect --metadata='test.f*' fixtures/floats.gguf
gguf-inspect --metadata='test*' --array-items 2 fixtures/nested-arrays.gguf
gguf-inspect --metadata=test.u32 --array-items 0 fixtures/arrays.gguf
gguf-inspect --metadata=test.u32 --array-items all fixtures/arrays.gguf
gguf-inspect --metadata='no.such.*' fixtures/arrays.gguf
