#!/bin/bash
# run-node.sh TEST.mjs [NEEDS.mjs]: a test in Node 20 or later, against the loader that was built.
# What missing() of NEEDS.mjs answers is the reason to skip it.
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
if [ $# -gt 1 ]; then
    reason=$("$node" --input-type=module -e "import { missing } from '$2'; console.log(missing() || '');")
    if [ -n "$reason" ]; then
        echo "skipped: $reason"
        exit 77
    fi
fi
exec "$node" --expose-gc --test --test-reporter=spec "$1"
