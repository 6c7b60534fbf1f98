#!/bin/bash
# try.sh [MODEL.gguf]: installs what a build needs, builds, and shows the model with gguf-inspect;
# without an argument, a small model that the build makes from a recipe in fixtures/.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
if [ "${1-}" = --help ] || [ "${1-}" = -h ]; then
    sed -n '2,/^[^#]/ { s/^# //p }' "$0"
    exit 0
fi
if [ "${1-}" != --installed ]; then
    exec "$root/tools/setup.sh" build "$root/tools/try.sh" --installed "$@"
fi
shift

build=$root/build/try
if [ ! -e "$build/build.ninja" ]; then
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DLIBGGUF_BUILD_TESTS=OFF >&2
fi
cmake --build "$build" >&2
[ $# -gt 0 ] || set -- "$build/fixtures/tiny-llama.gguf"
exec "$build/bin/gguf-inspect" -- "$@"
