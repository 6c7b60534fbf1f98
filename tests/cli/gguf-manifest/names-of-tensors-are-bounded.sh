# A manifest of CHUNKS chunks and TENSORS tensors with names of BYTES bytes; SIZE 0: of all bytes.
make() {
    local chunks=$1 tensors=$2 bytes=$3 size=$4
    local sum
    sum=$(head -c $((32 * chunks)) /dev/zero | sha256sum)
    awk -v chunks="$chunks" -v tensors="$tensors" -v bytes="$bytes" -v size="$size" -v sum="${sum%% *}" 'BEGIN {
        zero = sprintf("%064d", 0)
        for (pad = "0"; length(pad) < bytes; pad = pad pad)
            ;
        printf "{\"schema\": \"gguf-manifest/1\", \"chunking\": {\"cut\": \"fixed\", \"target_size\": 65536, \"max_size\": 65536},\n"
        printf "\"chunks_sha256\": \"%s\", \"files\": [{\"name\": \"m\", \"size\": %d,\n", sum, 65536 * chunks
        printf "\"gguf\": {\"version\": 3, \"byte_order\": \"little\", \"alignment\": 32, \"data_offset\": 0, \"kv_count\": 0, \"tensor_count\": %d},\n", tensors
        printf "\"identity\": {\"header_sha256\": \"%s\"},\n\"chunks\": [", zero
        for (i = 0; i < chunks; i++)
            printf "%s{\"offset\": %d, \"size\": 65536, \"sha256\": \"%s\", \"role\": \"data\"}", i ? ",\n" : "", i * 65536, zero
        printf "],\n\"tensors\": ["
        for (i = 0; i < tensors; i++) {
            name = substr(pad, 1, bytes - length(i)) i
            printf "%s{\"name\": \"%s\", \"type\": \"F32\", \"dims\": [1], \"offset\": %d, \"size\": %d, \"first_chunk\": %d, \"last_chunk\": %d}", i ? ",\n" : "", name,
                size ? i * size : 0, size ? size : 65536 * chunks, size ? int(i * size / 65536) : 0, size ? int(((i + 1) * size - 1) / 65536) : chunks - 1
        }
        print "]}]}"
    }' >m.json
}
printf x >m
make 2 1500 24 64
gguf-manifest verify --json m.json >out.json
echo "exit $?, $(grep -o '"0[0-9]*"' out.json | wc -l) names, $(grep -o '"tensor_count": [0-9]*' out.json | tr '\n' ' ')"
gguf-manifest verify m.json | grep more
make 1000 8 65000 0
for options in "" --json; do
    gguf-manifest verify $options m.json >out
    echo "exit $?, no longer than the manifest twice: $(($(wc -c <out) < 2 * $(wc -c <m.json)))"
done
grep -o '"tensor_count": [0-9]*' out | sort | uniq -c
gguf-manifest verify m.json | LC_ALL=C.UTF-8 wc -L
