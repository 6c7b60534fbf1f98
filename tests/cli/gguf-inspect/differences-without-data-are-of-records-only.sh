gguf-inspect fixtures/edited-before.gguf --diff fixtures/edited-after.gguf | sed -n "/^Tensors/,\$p"
exit "${PIPESTATUS[0]}"
