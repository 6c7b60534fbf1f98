# needs: data jq
model=$(find -L data -name stories260K-f32.gguf | head -n 1)
[ -n "$model" ] || { echo "skipped: no stories260K-f32.gguf"; exit 77; }
sed -n '/^```json$/,/^```$/p' "$SOURCE/docs/manifest-format.md" | sed '/^```json$/d;/^```$/q' | sed '$d' | jq . >example
# Shortened as the example is.
gguf-manifest create "$model" -q -o - |
    jq '.files[].tensors |= .[:1] | walk(if type == "string" and test("^[0-9a-f]{64}$") then .[:8] + "…" else . end)' >written
diff example written && echo same
