#include <stddef.h>
#include <string.h>

#include <libgguf/estimate.h>

/* docs/estimate-model.md, "Runtimes", explains each number. */
static const struct libgguf_runtime runtimes[] = {
    {
        .name = "reference",
        .summary = "a small wasm32 loader that computes one token at a time",
        .source = "tests/loader/reference, compiled by clang 14; the estimate is tested against it",
        .date = "2026-11-20",
        .base = 66560,
        .index_record = 32,
        .index_record64 = 40,
        .token_record = 8,
        .token_record64 = 16,
        .window = 0,
        .streamed = false,
        .parallel = 1,
        .context_pad = 1,
        .kv_type = 0,
        .repacks = false,
        .tokenizer = LIBGGUF_TOKENIZER_MODEL_ZERO_COPY,
        .scratch = LIBGGUF_SCRATCH_SMALL_WASM,
    },
    {
        .name = "admission",
        .summary =
            "the same, fed by this project's admission module: chunks streamed through windows",
        .source = "the admission module as built by clang 14; tests/loader holds it against this",
        .date = "2026-11-20",
        .base = 221712,
        .index_record = 304,
        .index_record64 = 336,
        .indexes_tokens = true,
        .token_record = 8,
        .token_record64 = 16,
        .window = 1048576,
        .streamed = true,
        .parallel = 3,
        .context_pad = 1,
        .kv_type = 0,
        .repacks = false,
        .tokenizer = LIBGGUF_TOKENIZER_MODEL_ZERO_COPY,
        .scratch = LIBGGUF_SCRATCH_SMALL_WASM,
    },
    {
        .name = "llama.cpp",
        .summary = "llama.cpp: KV cache in f16 and cells of 256, compute buffer by formula",
        .source = "llama.cpp of 2025 and 2026; compute buffer measured over 54 configurations",
        .date = "2026-08-31",
        .base = 66560,
        .index_record = 32,
        .index_record64 = 40,
        .token_record = 8,
        .token_record64 = 16,
        .window = 0,
        .streamed = false,
        .parallel = 3,
        .context_pad = 256,
        .kv_type = 1,
        .repacks = true,
        .tokenizer = LIBGGUF_TOKENIZER_MODEL_LLAMA_CPP,
        .scratch = LIBGGUF_SCRATCH_LLAMA_CPP,
    },
};

const struct libgguf_runtime *libgguf_runtime_at(size_t index)
{
    return index < sizeof runtimes / sizeof runtimes[0] ? &runtimes[index] : NULL;
}

const struct libgguf_runtime *libgguf_runtime_find(const char *name)
{
    for (size_t i = 0; i < sizeof runtimes / sizeof runtimes[0]; i++) {
        if (strcmp(runtimes[i].name, name) == 0) {
            return &runtimes[i];
        }
    }
    return NULL;
}
