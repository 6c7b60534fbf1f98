gguf-estimate --format text --format json=out.json --format junit=out.xml --format svg=out.svg \
    --format sarif=out.sarif --format markdown=out.md --quiet fixtures/tiny-moe.gguf
ls
