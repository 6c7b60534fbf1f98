cat >clip.recipe <<'RECIPE'
# A projector has none of the usual numbers.
str general.architecture clip
u32 clip.vision.block_count 2
tensor v.patch_embd.weight F32 [ 8 ] random
RECIPE
cat >odd.recipe <<'RECIPE'
# A number that cannot be used, of an architecture whose name is escaped once.
str general.architecture "ll\x1bama"
str "ll\x1bama.context_length" "as long as a text has to be so that it does not fit one line of the screen"
RECIPE
compile_fixtures . clip.recipe odd.recipe
gguf-inspect clip.gguf
gguf-inspect odd.gguf
