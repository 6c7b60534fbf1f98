#!/bin/bash
# tidy.sh BUILD: clang-tidy 14, with the checks of .clang-tidy, over every source that BUILD compiles.
# Where it is wrong, code is written so that it can see what we know, or the check is left out.
set -euo pipefail
tidy=$(command -v clang-tidy-14) || { echo "skipped: no clang-tidy 14"; exit 77; }
sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$1/compile_commands.json" | sort -u |
    xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 4 "$tidy" --quiet -p "$1"
