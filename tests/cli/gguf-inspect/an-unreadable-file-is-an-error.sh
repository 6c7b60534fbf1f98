# needs: setpriv
cp fixtures/vocab-only.gguf locked.gguf
chmod 000 locked.gguf
# Permissions do not bind root, but for these two capabilities.
if [ "$(id -u)" = 0 ]; then
    unprivileged='setpriv --bounding-set=-dac_override,-dac_read_search'
fi
${unprivileged-} gguf-inspect locked.gguf
