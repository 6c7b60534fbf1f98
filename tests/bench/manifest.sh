#!/bin/bash
# manifest.sh [BIN [SIZE_MIB]]: how long gguf-manifest takes, against openssl and sha256sum on the
# same file in the same run. Prints the median of five and the ratio to `openssl dgst -sha256`.
# BIN is where the tools are (default: build/release/bin). Wants a quiet machine; no test runs it.
set -euo pipefail
bin=$(realpath -- "${1:-$(dirname "$0")/../../build/release/bin}")
size=${2:-640}
rounds=5
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
model=$scratch/model.bin
tool="$bin/gguf-manifest"

head -c "${size}M" /dev/urandom >"$model"
"$tool" create --cut fixed "$model" -o "$scratch/m.json"
cat "$model" >/dev/null # into the page cache

names=(openssl sha256sum create create-1 create-no-file-digest verify verify-file-digest create-stdin)
command_openssl() { openssl dgst -sha256 "$model"; }
command_sha256sum() { sha256sum "$model"; }
command_create() { "$tool" create --cut fixed "$model"; }
command_create-1() { "$tool" create --cut fixed --threads 1 "$model"; }
command_create-no-file-digest() { "$tool" create --cut fixed --no-file-digest "$model"; }
command_verify() { "$tool" verify "$scratch/m.json" "$model"; }
command_verify-file-digest() { "$tool" verify --file-digest "$scratch/m.json" "$model"; }
command_create-stdin() { cat "$model" | "$tool" create --cut fixed -; }

now() { date +%s%N; }
# Round by round, so that what else the machine does falls on all of them.
for ((round = 0; round < rounds; round++)); do
    for name in "${names[@]}"; do
        start=$(now)
        "command_$name" >"$scratch/out"
        echo $((($(now) - start) / 1000)) >>"$scratch/$name.us"
    done
done

median() { sort -n "$scratch/$1.us" | sed -n "$((rounds / 2 + 1))p"; }
reference=$(median openssl)
printf '%-24s %9s %8s %7s\n' "$size MiB in page cache" 'median ms' GB/s ratio
for name in "${names[@]}"; do
    awk -v name="$name" -v us="$(median "$name")" -v reference="$reference" -v mib="$size" \
        'BEGIN { printf "%-24s %9.1f %8.2f %7.2f\n", name, us / 1000, mib * 1.048576 / us * 1000, us / reference }'
done
