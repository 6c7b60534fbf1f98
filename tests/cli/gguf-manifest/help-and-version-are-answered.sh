gguf-manifest --help
gguf-manifest create --help
gguf-manifest verify --help
gguf-manifest --version | sed 's/[0-9][0-9.]*/N/g'
