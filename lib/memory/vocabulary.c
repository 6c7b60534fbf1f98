#include "memory/vocabulary.h"

#include <inttypes.h>

#include "base/error.h"
#include "memory/hyperparameters.h"

/* Count and bytes of the texts of an array of strings; zeros when @p key is none. */
static void string_array(const struct libgguf_file *file, const char *key, uint64_t *count,
                         uint64_t *bytes)
{
    const struct libgguf_kv *kv = libgguf_kv_find(file, key);
    *count = *bytes = 0;
    if (!kv || kv->value.type != LIBGGUF_VALUE_ARRAY ||
        kv->value.as.array.type != LIBGGUF_VALUE_STRING) {
        return;
    }
    /* Each string comes with its length, which the array's size was checked to hold. */
    const uint64_t prefix = libgguf_header(file)->version == 1 ? 4 : 8;
    *count = kv->value.as.array.count;
    *bytes = kv->value.as.array.size - prefix * kv->value.as.array.count;
}

/* Rows of the matrix that makes logits, or that makes rows of tokens. */
static uint64_t matrix_rows(const struct libgguf_file *file)
{
    static const char *const names[] = {"output.weight", "token_embd.weight"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct libgguf_tensor *tensor = libgguf_tensor_find(file, names[i]);
        if (tensor && tensor->dim_count == 2) {
            return tensor->dims[1];
        }
    }
    return 0;
}

enum libgguf_status vocabulary_read(struct libgguf_footprint *footprint,
                                    const struct libgguf_file *file, struct libgguf_error *err)
{
    struct libgguf_footprint_facts *facts = &footprint->facts;
    string_array(file, "tokenizer.ggml.tokens", &facts->token_count, &footprint->token_bytes);
    string_array(file, "tokenizer.ggml.merges", &footprint->merge_count, &footprint->merge_bytes);
    uint64_t stated = LIBGGUF_ABSENT;
    if (facts->architecture[0]) {
        const enum libgguf_status status = hyperparameter_u64(file, "vocab_size", &stated, err);
        if (status != LIBGGUF_OK) {
            return status;
        }
    }
    facts->vocab_size = matrix_rows(file);
    if (stated != LIBGGUF_ABSENT && stated > facts->vocab_size) {
        facts->vocab_size = stated;
    }
    if (facts->vocab_size == 0) {
        facts->vocab_size = facts->token_count;
    }
    if (facts->vocab_size > LIBGGUF_MAX_HYPERPARAMETER) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "a vocabulary of %" PRIu64 " tokens, at most 2147483647 are believed",
                       facts->vocab_size);
    }
    if (facts->vocab_size == 0) {
        footprint_note(footprint, LIBGGUF_NOTE_NO_VOCABULARY);
    }
    return LIBGGUF_OK;
}
