#!/bin/bash
# run-node.sh TEST.mjs: a test in Node 20 or later, against the loader that was built.
set -euo pipefail
node=$(command -v node || true)
if [ -z "$node" ] || [ "$("$node" -p 'process.versions.node.split(".")[0]')" -lt 20 ]; then
    echo "skipped: no node 20 or later"
    exit 77
fi
if [ ! -e "$GGUF_BUILD/loader/gguf-admission/gguf-admission.wasm" ]; then
    echo "skipped: the module was not built"
    exit 77
fi
exec "$node" --expose-gc --test --test-reporter=spec "$1"
