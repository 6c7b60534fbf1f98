[ ! -d "$DATA" ] || ln -s "$(realpath -- "$DATA")" data
gguf-inspect fixtures/*.gguf data/models/*.gguf >screens 2>/dev/null
[ "$(wc -l <screens)" -gt 1000 ] || echo "only $(wc -l <screens) lines"
[ "$(LC_ALL=C.UTF-8 wc -L <screens)" -le 80 ] || echo "$(LC_ALL=C.UTF-8 wc -L <screens) columns"
