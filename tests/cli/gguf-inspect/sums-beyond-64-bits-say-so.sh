cat >recipe.recipe <<'RECIPE'
# Four tensors of 2^62 bytes in one place.
str general.architecture none
repeat 4 tensor t# F32 [1] zeros
patch tensor t0 dims = u64 1152921504606846976
patch tensor t1 dims = u64 1152921504606846976
patch tensor t2 dims = u64 1152921504606846976
patch tensor t3 dims = u64 1152921504606846976
patch tensor t1 offset = u64 0
patch tensor t2 offset = u64 0
patch tensor t3 offset = u64 0
cut data
RECIPE
compile_fixtures . recipe.recipe
gguf-inspect --tensors recipe.gguf | tail -2
gguf-inspect recipe.gguf | grep -A1 Missing
gguf-inspect --json recipe.gguf | grep missing_size
