#!/bin/bash
# The power is cut in the middle of a creation: the disk as it is at some moment, without what is only in
# memory, is copied and mounted elsewhere. No final name there has wrong bytes, a manifest means a complete
# bundle, and what was interrupted can be finished. The disk is an ext4 image on a loop device; the program
# stands still while it is copied, so that nothing is written meanwhile.
set -euo pipefail
export PATH=$GGUF_BIN:$PATH:/usr/sbin:/sbin ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0
place=${TMPDIR:-/tmp}
[ ! -w /dev/shm ] || place=/dev/shm
scratch=$(mktemp -d "$place/gguf-power-cut.XXXXXX")
child=
clean() {
    [ -z "$child" ] || kill -KILL "$child" 2>/dev/null || :
    wait 2>/dev/null || :
    umount "$scratch/copy" 2>/dev/null || :
    umount "$scratch/disk" 2>/dev/null || :
    rm -rf "$scratch"
}
trap clean EXIT
skip() { echo "skipped: $1"; exit 77; }
[ "$(id -u)" = 0 ] || skip "only root may mount"
command -v mkfs.ext4 >/dev/null || skip "no mkfs.ext4"

mkdir "$scratch/disk" "$scratch/copy"
truncate -s 64M "$scratch/blank"
mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$scratch/blank"
head -c 16000000 /dev/urandom >"$scratch/model"
cp "$scratch/blank" "$scratch/image"
mount -o loop,commit=300 "$scratch/image" "$scratch/disk" 2>/dev/null || skip "loop devices cannot be mounted here"
umount "$scratch/disk"

create() { gguf-bundle create "$scratch/model" --cut fixed --chunk-size 64KiB -q "$@"; }

# What a disk without power has: the image, without a word to the file system that is on it.
look() { # prints what was found: nothing, chunks, or a bundle
    local found=nothing chunk
    cp "$scratch/image" "$scratch/after"
    mount -o loop "$scratch/after" "$scratch/copy"
    for chunk in "$scratch"/copy/bundle/chunks/*.bin; do
        [ -e "$chunk" ] || continue
        found=chunks
        printf '%s  %s\n' "$(basename "$chunk" .bin)" "$chunk"
    done >"$scratch/sums"
    if ! sha256sum --quiet -c "$scratch/sums" 2>"$scratch/wrong" >&2 && [ -s "$scratch/sums" ]; then
        echo "a final name has wrong bytes:" >&2
        cat "$scratch/wrong" >&2
        return 1
    fi
    if [ -e "$scratch/copy/bundle/manifest.json" ]; then
        found=bundle
        gguf-bundle verify "$scratch/copy/bundle" -q >&2
    fi
    create -o "$scratch/copy/bundle" --resume --no-sync
    gguf-bundle verify "$scratch/copy/bundle" -q >&2
    umount "$scratch/copy"
    echo $found
}

begin() {
    cp "$scratch/blank" "$scratch/image"
    mount -o loop,commit=300 "$scratch/image" "$scratch/disk"
}

for round in 1 2 3 4 5 6 7 8 9 10 11 12; do
    begin
    (exec gguf-bundle create "$scratch/model" --cut fixed --chunk-size 64KiB -q -o "$scratch/disk/bundle") &
    child=$!
    sleep "$(awk -v n=$round 'BEGIN { print 0.003 * n * n }')"
    kill -STOP $child 2>/dev/null || :
    sleep 0.1
    look >>"$scratch/found"
    kill -KILL $child 2>/dev/null || :
    wait $child 2>/dev/null || :
    child=
    umount "$scratch/disk"
done

# When create says that it is done, it is: nothing has to be written after that.
begin
create -o "$scratch/disk/bundle"
[ "$(look)" = bundle ] || { echo "a finished bundle was not on the disk"; exit 1; }
umount "$scratch/disk"
# And that is for its waiting: this shows that the check above can fail.
begin
create -o "$scratch/disk/bundle" --no-sync
[ "$(look)" != bundle ] || echo "(the disk was fast: --no-sync was on it too)"
umount "$scratch/disk"
sort "$scratch/found" | uniq -c
