#!/bin/bash
# tidy.sh BUILD: clang-tidy, with the checks of .clang-tidy, over every source that BUILD compiles.
set -euo pipefail
sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$1/compile_commands.json" | sort -u |
    xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 4 clang-tidy --quiet -p "$1"
