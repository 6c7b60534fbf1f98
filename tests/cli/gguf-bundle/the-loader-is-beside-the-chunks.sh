# The loader is beside the chunks, as the library carries it, and belongs to the bundle.
gguf-bundle create fixtures/tiny-moe.gguf -o bundle --with-loader -q || exit 77
find bundle -type f ! -path '*/chunks/*' | sort
gguf-bundle verify bundle
head -c 4 bundle/gguf-admission/gguf-admission.wasm | od -An -c
cmp bundle/gguf-admission/gguf-admission.mjs "$SOURCE/lib/admission/js/gguf-admission.mjs" && echo same
