for shell in bash zsh fish tcsh; do
    gguf-inspect --completion=$shell | sed -n 1p
    echo "${PIPESTATUS[0]}"
done
