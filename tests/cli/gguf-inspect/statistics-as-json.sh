gguf-inspect --json --stats="*in*" --check-data fixtures/data-not-finite.gguf | sed -n "/\"stats\"/,\$p"
exit "${PIPESTATUS[0]}"
