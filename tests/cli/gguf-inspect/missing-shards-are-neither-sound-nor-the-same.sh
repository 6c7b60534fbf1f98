cp fixtures/split-missing-0000[13]-of-00003.gguf .
for part in 1 2 3; do
    cp fixtures/split-0000$part-of-00003.gguf whole-0000$part-of-00003.gguf
done
mkdir part
cp whole-0000[13]-of-00003.gguf part
for arguments in --check-data "-q --check-data" --stats --tensors; do
    echo "== $arguments"
    gguf-inspect $arguments split-missing-00001-of-00003.gguf
    echo "exit status $?"
done
gguf-inspect --json --check-data split-missing-00001-of-00003.gguf | sed -n '/data_check/,$p'
echo "exit status ${PIPESTATUS[0]}"
for other in whole-00001-of-00003.gguf part/whole-00001-of-00003.gguf; do
    for one in whole-00001-of-00003.gguf part/whole-00001-of-00003.gguf; do
        echo "== $one with $other"
        gguf-inspect $one --diff $other --data
        echo "exit status $?"
    done
done
gguf-inspect --json part/whole-00001-of-00003.gguf --diff whole-00003-of-00003.gguf |
    grep -E 'same|shards_missing|not_compared'
