#!/bin/bash
# TypeScript takes a program that uses the loader as an npm package, strictly, and refuses what it must not do.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tsc=$here/node_modules/typescript/bin/tsc
if [ ! -e "$tsc" ]; then
    echo "skipped: no typescript; run tools/setup.sh test"
    exit 77
fi
if [ ! -e "$GGUF_BUILD/loader/gguf-admission/gguf-admission.wasm" ]; then
    echo "skipped: the module was not built"
    exit 77
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gguf-loader-types.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/node_modules"
cp -r "$GGUF_BUILD/loader/gguf-admission" "$scratch/node_modules/"
cp "$here/loader-types.mts" "$scratch/"
options=(--noEmit --strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --target es2022 --lib es2022,dom,dom.asynciterable)
(cd "$scratch" && node "$tsc" "${options[@]}" --module nodenext loader-types.mts)
(cd "$scratch" && node "$tsc" "${options[@]}" --module esnext --moduleResolution bundler loader-types.mts)
# The names that are resolved at run time are exported.
cd "$scratch"
node --input-type=module -e "
import { existsSync } from 'node:fs';
for (const name of ['gguf-admission', 'gguf-admission/opfs-worker.mjs', 'gguf-admission/gguf-admission.wasm']) {
  if (!existsSync(new URL(import.meta.resolve(name)))) throw new Error(name);
}"
