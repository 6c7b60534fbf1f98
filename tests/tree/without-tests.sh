#!/bin/bash
# A checkout without tests/ and fixtures/ builds and installs.
set -euo pipefail
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-without-tests.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

mkdir "$scratch/source"
cd "$GGUF_SOURCE"
cp -R CMakeLists.txt CMakePresets.json LICENSE lib tools docs "$scratch/source"
cmake -S "$scratch/source" -B "$scratch/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug
cmake --build "$scratch/build"
cmake --install "$scratch/build" --prefix "$scratch/installed" >/dev/null
find "$scratch/installed" -name 'libgguf.so*' | grep .
