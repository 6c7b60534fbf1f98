#!/bin/bash
# run-browser.sh TEST.mjs: a test that drives Chromium.
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
reason=$("$node" --input-type=module -e "
    import { missing } from '$(dirname "$0")/chromium.mjs';
    console.log(missing() || '');")
if [ -n "$reason" ]; then
    echo "skipped: $reason"
    exit 77
fi
exec "$node" --test --test-reporter=spec "$1"
