# Beyond what is kept of the stream while its header is read.
head -c 800000 fixtures/large-tensors.gguf >cut.gguf
cat fixtures/large-tensors.gguf - <<<'more' >longer.gguf
mkfifo pipe
for file in fixtures/large-tensors.gguf cut.gguf longer.gguf; do
    for arguments in --check --tensors "" "--check --check-data" "--json --stats"; do
        gguf-inspect $arguments $file | sed "s:$file:FILE:; s/^${file##*/}/FILE/" >from-file
        echo "$file $arguments: ${PIPESTATUS[0]}"
        cat $file | gguf-inspect $arguments - | sed 's/^standard input/FILE/; s/"path": "-"/"path": "FILE"/' | diff from-file -
        cat $file >pipe &
        gguf-inspect $arguments pipe | sed 's/^pipe/FILE/; s/"path": "pipe"/"path": "FILE"/' | diff from-file -
        wait
    done
done
cat cut.gguf | gguf-inspect --check -
