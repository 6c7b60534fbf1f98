#!/bin/bash
# tidy.sh BUILD: clang-tidy 14, with the checks of .clang-tidy, over every source that BUILD compiles.
# Where it is wrong, code is written so that it can see what we know, or the check is left out.
# One process for each file: in one that reads several, its va_list checks take functions of the next
# file for va_start (https://github.com/llvm/llvm-project/issues/40656).
set -euo pipefail
tidy=$(command -v clang-tidy-14) || { echo "skipped: no clang-tidy 14"; exit 77; }
sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$1/compile_commands.json" | sort -u |
    xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 1 "$tidy" --quiet -p "$1"
