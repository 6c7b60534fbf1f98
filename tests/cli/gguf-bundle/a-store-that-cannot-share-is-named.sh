[ -w /dev/shm ] && [ "$(stat -c %d .)" != "$(stat -c %d /dev/shm)" ] || exit 77
other=$(mktemp -d /dev/shm/gguf-store.XXXXXX)
gguf-bundle create fixtures/tiny-moe.gguf -o apart --store "$other/store" 2>&1 | sed "s|$other|OTHER|"
ls "$other"
rmdir "$other"
[ ! -e apart ] && echo "nothing made"
