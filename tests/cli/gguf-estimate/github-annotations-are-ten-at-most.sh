for i in 01 02 03 04 05 06 07 08 09 10 11 12; do cp fixtures/tiny-moe.gguf "m$i.gguf"; done
GITHUB_STEP_SUMMARY=summary gguf-estimate --format github --strategy chunked --ceiling 64KiB m*.gguf; echo "$?"
grep -c '^### ' summary
GITHUB_STEP_SUMMARY=/no/such/place gguf-estimate --format github fixtures/tiny-moe.gguf; echo "$?"
