cd fixtures
gguf-inspect empty.gguf html-page.gguf lfs-pointer.gguf safetensors.gguf zip.gguf gzip.gguf \
    header-never-written.gguf ggjt.gguf version-4.gguf
