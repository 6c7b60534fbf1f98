#include <stddef.h>
#include <string.h>

#include "memory/strategy.h"

/* The text at @p index of @p table, or NULL beyond its end. */
static const char *text_at(const char *const table[], size_t count, unsigned index)
{
    return index < count ? table[index] : NULL;
}

const char *libgguf_strategy_name(enum libgguf_strategy strategy)
{
    const struct strategy_row *row = strategy_row(strategy);
    return row ? row->name : NULL;
}

const char *libgguf_strategy_summary(enum libgguf_strategy strategy)
{
    const struct strategy_row *row = strategy_row(strategy);
    return row ? row->summary : NULL;
}

bool libgguf_strategy_find(const char *name, enum libgguf_strategy *out)
{
    for (unsigned i = 0; i < LIBGGUF_STRATEGY_COUNT; i++) {
        if (strcmp(libgguf_strategy_name((enum libgguf_strategy)i), name) == 0) {
            *out = (enum libgguf_strategy)i;
            return true;
        }
    }
    return false;
}

const char *libgguf_pool_name(enum libgguf_pool value)
{
    static const char *const texts[] = {
        [LIBGGUF_POOL_JS] = "js",
        [LIBGGUF_POOL_LINEAR] = "linear",
        [LIBGGUF_POOL_HOST] = "host",
        [LIBGGUF_POOL_MAPPED] = "mapped",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}

const char *libgguf_limit_name(enum libgguf_limit value)
{
    static const char *const texts[] = {
        [LIBGGUF_LIMIT_CEILING] = "ceiling", [LIBGGUF_LIMIT_TRANSFER] = "transfer",
        [LIBGGUF_LIMIT_ADDRESS] = "address", [LIBGGUF_LIMIT_JS_BUFFER] = "js-buffer",
        [LIBGGUF_LIMIT_TENSOR] = "tensor",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}

const char *libgguf_verdict_name(enum libgguf_verdict value)
{
    static const char *const texts[] = {
        [LIBGGUF_VERDICT_FITS] = "fits",
        [LIBGGUF_VERDICT_EXCEEDS] = "exceeds",
        [LIBGGUF_VERDICT_NONE] = "none",
        [LIBGGUF_VERDICT_UNKNOWN] = "unknown",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}

const char *libgguf_certainty_name(enum libgguf_certainty value)
{
    static const char *const texts[] = {
        [LIBGGUF_EXACT] = "exact",
        [LIBGGUF_BOUNDED] = "bounded",
        [LIBGGUF_UNKNOWN] = "unknown",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}

const char *libgguf_term_name(enum libgguf_term value)
{
    static const char *const texts[] = {
        [LIBGGUF_TERM_BASE] = "base",           [LIBGGUF_TERM_FILE] = "file",
        [LIBGGUF_TERM_HEADER] = "header",       [LIBGGUF_TERM_INDEX] = "index",
        [LIBGGUF_TERM_TOKENIZER] = "tokenizer", [LIBGGUF_TERM_TOKENIZER_LOAD] = "tokenizer_load",
        [LIBGGUF_TERM_WEIGHTS] = "weights",     [LIBGGUF_TERM_WEIGHTS_F32] = "weights_f32",
        [LIBGGUF_TERM_CACHE_F32] = "cache_f32", [LIBGGUF_TERM_STAGING] = "staging",
        [LIBGGUF_TERM_SHRINKING] = "shrinking", [LIBGGUF_TERM_ROW] = "row",
        [LIBGGUF_TERM_CHUNK] = "chunk",         [LIBGGUF_TERM_WINDOW] = "window",
        [LIBGGUF_TERM_FETCHES] = "fetches",     [LIBGGUF_TERM_KV] = "kv",
        [LIBGGUF_TERM_KV_MAX] = "kv_max",       [LIBGGUF_TERM_STATE] = "state",
        [LIBGGUF_TERM_SCRATCH] = "scratch",     [LIBGGUF_TERM_LOGITS] = "logits",
        [LIBGGUF_TERM_REPACKED] = "repacked",   [LIBGGUF_TERM_MAPPED_PAGES] = "mapped_pages",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}

const char *libgguf_term_label(enum libgguf_term value)
{
    static const char *const texts[] = {
        [LIBGGUF_TERM_BASE] = "module data and stack",
        [LIBGGUF_TERM_FILE] = "the file",
        [LIBGGUF_TERM_HEADER] = "header",
        [LIBGGUF_TERM_INDEX] = "index",
        [LIBGGUF_TERM_TOKENIZER] = "tokenizer",
        [LIBGGUF_TERM_TOKENIZER_LOAD] = "tokenizer while loading",
        [LIBGGUF_TERM_WEIGHTS] = "weights, packed",
        [LIBGGUF_TERM_WEIGHTS_F32] = "weights as f32",
        [LIBGGUF_TERM_CACHE_F32] = "cache of weights as f32",
        [LIBGGUF_TERM_STAGING] = "largest packed tensor",
        [LIBGGUF_TERM_SHRINKING] = "file shrinking, f32 growing",
        [LIBGGUF_TERM_ROW] = "one decoded row",
        [LIBGGUF_TERM_CHUNK] = "chunk",
        [LIBGGUF_TERM_WINDOW] = "append window",
        [LIBGGUF_TERM_FETCHES] = "fetches in flight",
        [LIBGGUF_TERM_KV] = "KV cache",
        [LIBGGUF_TERM_KV_MAX] = "KV cache, full context",
        [LIBGGUF_TERM_STATE] = "recurrent state",
        [LIBGGUF_TERM_SCRATCH] = "scratch",
        [LIBGGUF_TERM_LOGITS] = "logits",
        [LIBGGUF_TERM_REPACKED] = "repacked weights",
        [LIBGGUF_TERM_MAPPED_PAGES] = "pages of the file",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}

const char *libgguf_tokenizer_model_name(enum libgguf_tokenizer_model value)
{
    static const char *const texts[] = {
        [LIBGGUF_TOKENIZER_MODEL_ZERO_COPY] = "zero-copy",
        [LIBGGUF_TOKENIZER_MODEL_LLAMA_CPP] = "llama.cpp",
        [LIBGGUF_TOKENIZER_MODEL_NONE] = "none",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}

const char *libgguf_advice_name(enum libgguf_advice_kind value)
{
    static const char *const texts[] = {
        [LIBGGUF_ADVICE_STRATEGY] = "strategy",       [LIBGGUF_ADVICE_CHUNK_SIZE] = "chunk_size",
        [LIBGGUF_ADVICE_KV_TYPE] = "kv_type",         [LIBGGUF_ADVICE_CONTEXT] = "context",
        [LIBGGUF_ADVICE_WEIGHT_TYPE] = "weight_type",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}

const char *libgguf_note_text(enum libgguf_note value)
{
    static const char *const texts[] = {
        [LIBGGUF_NOTE_UNKNOWN_ARCHITECTURE] = "the architecture is not in the table: full "
                                              "attention on every layer is taken as an upper bound",
        [LIBGGUF_NOTE_NO_ARCHITECTURE] =
            "the file names no architecture: KV cache and scratch are unknown and not counted",
        [LIBGGUF_NOTE_NO_HYPERPARAMETERS] = "hyperparameters are missing: KV cache, state or "
                                            "scratch are unknown and not all counted",
        [LIBGGUF_NOTE_NO_VOCABULARY] =
            "the size of the vocabulary is unknown: logits are not counted",
        [LIBGGUF_NOTE_UNSIZED_TENSORS] =
            "tensors of unknown type are counted up to where the next one begins",
        [LIBGGUF_NOTE_MISSING_SHARDS] = "shards are missing: their weights are not counted",
        [LIBGGUF_NOTE_NO_TENSORS] = "the file has no tensors",
        [LIBGGUF_NOTE_WINDOW_IGNORED] = "the model states a sliding window that llama.cpp does not "
                                        "apply: full attention is counted",
        [LIBGGUF_NOTE_FULL_UPPER_BOUND] =
            "this architecture is counted as full attention on every layer, an upper bound",
        [LIBGGUF_NOTE_COMPUTE_BUFFER] = "the compute buffer follows a formula that was 2.5 % below "
                                        "to 8.4 % above what was measured",
        [LIBGGUF_NOTE_TOKENIZER_BOUND] =
            "the tokenizer is counted with the most bytes per token that were measured",
        [LIBGGUF_NOTE_FRAGMENTS] = "an allocator may not reuse memory that is released in between",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}

const char *libgguf_note_name(enum libgguf_note value)
{
    static const char *const texts[] = {
        [LIBGGUF_NOTE_UNKNOWN_ARCHITECTURE] = "unknown_architecture",
        [LIBGGUF_NOTE_NO_ARCHITECTURE] = "no_architecture",
        [LIBGGUF_NOTE_NO_HYPERPARAMETERS] = "no_hyperparameters",
        [LIBGGUF_NOTE_NO_VOCABULARY] = "no_vocabulary",
        [LIBGGUF_NOTE_UNSIZED_TENSORS] = "unsized_tensors",
        [LIBGGUF_NOTE_MISSING_SHARDS] = "missing_shards",
        [LIBGGUF_NOTE_NO_TENSORS] = "no_tensors",
        [LIBGGUF_NOTE_WINDOW_IGNORED] = "window_ignored",
        [LIBGGUF_NOTE_FULL_UPPER_BOUND] = "full_upper_bound",
        [LIBGGUF_NOTE_COMPUTE_BUFFER] = "compute_buffer",
        [LIBGGUF_NOTE_TOKENIZER_BOUND] = "tokenizer_bound",
        [LIBGGUF_NOTE_FRAGMENTS] = "fragments",
    };
    return text_at(texts, sizeof texts / sizeof texts[0], (unsigned)value);
}
