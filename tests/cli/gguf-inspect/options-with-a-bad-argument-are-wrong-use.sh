for option in --array-items=many --tokens=9-3 --tokens=- --check=strict --color=blue --json=yes --key; do
    gguf-inspect fixtures/tiny-llama.gguf "$option"
    echo "$option: $?"
done
