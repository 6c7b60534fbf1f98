#include "memory/runtime_state.h"

#include <inttypes.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include <libgguf/model.h>

/* llama.cpp rounds the cells of a sliding-window cache up to this. */
#define SLIDING_PAD 256
/* docs/estimate-model.md, "Tokenizer": the most that was measured, at 128 k tokens. */
#define LLAMA_CPP_TOKEN_SIZE 337
#define GRAPH_PAD 64

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static enum libgguf_status too_much(const struct libgguf_footprint *footprint, const char *what,
                                    const char *key, uint64_t context, struct libgguf_error *err)
{
    return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                   "%s of %" PRIu64 " layer%s at %" PRIu64
                   " token%s exceeds 2^63 bytes ('%s.%s' or a smaller context)",
                   what, footprint->facts.layer_count, error_plural(footprint->facts.layer_count),
                   context, error_plural(context), footprint->facts.architecture, key);
}

/* Tokens that a layer with a sliding window holds, of @p cells that a full one does. */
static uint64_t sliding_cells(const struct libgguf_footprint *footprint,
                              const struct libgguf_estimate_settings *settings, uint64_t cells)
{
    uint64_t held = footprint->facts.sliding_window * settings->sequences + settings->ubatch;
    held = smaller(held, cells);
    (void)checked_align_u64(held, SLIDING_PAD, &held);
    return smaller(held, cells);
}

static bool add_run(const struct kv_run *run, const struct libgguf_tensor_type *type_k,
                    const struct libgguf_tensor_type *type_v, uint64_t cells, uint64_t *total)
{
    uint64_t k;
    uint64_t v;
    uint64_t all;
    return libgguf_tensor_type_row_size(type_k, run->k_elements, &k) &&
           libgguf_tensor_type_row_size(type_v, run->v_elements, &v) &&
           checked_add_u64(k, v, &all) && checked_mul_u64(all, cells, &all) &&
           checked_mul_u64(all, run->layers, &all) && checked_add_u64(*total, all, total) &&
           *total <= INT64_MAX;
}

enum libgguf_status state_kv(const struct libgguf_footprint *footprint,
                             const struct libgguf_estimate_settings *settings, uint64_t context,
                             struct libgguf_amount *out, struct libgguf_error *err)
{
    uint64_t cells;
    (void)checked_align_u64(context, settings->runtime->context_pad, &cells);
    const uint64_t sliding = sliding_cells(footprint, settings, cells);
    *out = (struct libgguf_amount){.certainty = footprint->kv_certainty};
    for (size_t i = 0; i < footprint->run_count; i++) {
        const struct kv_run *run = &footprint->runs[i];
        if (!add_run(run, settings->type_k, settings->type_v, run->sliding ? sliding : cells,
                     &out->size)) {
            return too_much(footprint, "the KV cache", "context_length", context, err);
        }
    }
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_kv_bytes_per_token(const struct libgguf_footprint *footprint,
                                               const struct libgguf_tensor_type *type_k,
                                               const struct libgguf_tensor_type *type_v,
                                               uint64_t *out, struct libgguf_error *err)
{
    *out = 0;
    if (!type_k || !type_v || !type_k->block_size || !type_v->block_size) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                       "a tensor type without a size cannot hold keys or values");
    }
    for (size_t i = 0; i < footprint->run_count; i++) {
        if (!add_run(&footprint->runs[i], type_k, type_v, 1, out)) {
            return too_much(footprint, "the KV cache", "attention.head_count_kv", 1, err);
        }
    }
    return LIBGGUF_OK;
}

static uint64_t power_of_two_from(uint64_t value)
{
    uint64_t power = 1;
    while (power < value) {
        power *= 2;
    }
    return value ? power : 0;
}

/* Where each token is, and for each of its two forms twice as many slots as tokens. */
static uint64_t token_tables(uint64_t tokens)
{
    return 4 * tokens + 2 * 4 * 2 * power_of_two_from(tokens);
}

/* Counts and bytes of texts are bounded by the file, so nothing here can wrap. */
static void add_tokenizer(const struct libgguf_footprint *footprint,
                          const struct libgguf_estimate_settings *settings,
                          struct libgguf_amount terms[], uint32_t *notes)
{
    const uint64_t tokens = footprint->facts.token_count;
    if (settings->tokenizer == LIBGGUF_TOKENIZER_MODEL_ZERO_COPY) {
        const uint64_t record = settings->memory64 ? settings->runtime->token_record64
                                                   : settings->runtime->token_record;
        terms[LIBGGUF_TERM_TOKENIZER].size = footprint->token_bytes + footprint->merge_bytes +
                                             record * (tokens + footprint->merge_count) +
                                             4 * 2 * power_of_two_from(tokens) +
                                             4 * 2 * power_of_two_from(footprint->merge_count);
    } else if (settings->tokenizer == LIBGGUF_TOKENIZER_MODEL_LLAMA_CPP && tokens > 0) {
        const struct libgguf_amount held = {LLAMA_CPP_TOKEN_SIZE * tokens, LIBGGUF_BOUNDED};
        terms[LIBGGUF_TERM_TOKENIZER] = held;
        terms[LIBGGUF_TERM_TOKENIZER_LOAD] = held;
        *notes |= UINT32_C(1) << LIBGGUF_NOTE_TOKENIZER_BOUND;
    }
}

/* Widths of the model; missing ones count as 0. */
struct widths {
    uint64_t embedding;
    uint64_t feed_forward;
    uint64_t heads;
    uint64_t vocabulary;
    bool complete;
};

static struct widths widths_of(const struct libgguf_footprint *footprint)
{
    const bool no_ff = footprint->feed_forward == LIBGGUF_ABSENT;
    const bool no_heads = footprint->heads == LIBGGUF_ABSENT;
    return (struct widths){
        .embedding = footprint->embedding == LIBGGUF_ABSENT ? 0 : footprint->embedding,
        .feed_forward = no_ff ? 0 : footprint->feed_forward,
        .heads = no_heads ? 0 : footprint->heads,
        .vocabulary = footprint->facts.vocab_size,
        .complete = footprint->embedding != LIBGGUF_ABSENT &&
                    (!no_ff || footprint->facts.recurrent_layer_count > 0),
    };
}

/* One token at a time: ten rows of the model's width, three of the feed-forward part, one of the
 * attention's scores. All are below 2^63. */
static void add_small_scratch(const struct widths *widths, uint64_t context,
                              struct libgguf_amount *out)
{
    uint64_t sum = 10 * widths->embedding + context;
    (void)checked_add_u64(sum, 3 * smaller(widths->feed_forward, INT64_MAX / 16), &sum);
    out->size = 4 * sum;
}

/* docs/estimate-model.md, "Compute buffer of llama.cpp". False when it does not fit. */
static bool add_graph_scratch(const struct widths *widths,
                              const struct libgguf_estimate_settings *settings,
                              struct libgguf_amount *out)
{
    const uint64_t tokens = smaller(settings->cells, settings->ubatch);
    uint64_t padded;
    uint64_t mask;
    uint64_t scores = 0;
    uint64_t attention;
    uint64_t feed_forward;
    uint64_t logits;
    if (!checked_align_u64(tokens, GRAPH_PAD, &padded) ||
        !checked_mul_u64(4 * settings->cells, padded, &mask) ||
        (!settings->flash_attention && !checked_mul_u64(widths->heads, settings->cells, &scores)) ||
        !checked_add_u64(scores, 4 * widths->embedding, &attention) ||
        !checked_mul_u64(attention, 4 * tokens, &attention) ||
        !checked_add_u64(2 * smaller(widths->feed_forward, INT64_MAX / 8), 2 * widths->embedding,
                         &feed_forward) ||
        !checked_mul_u64(feed_forward, 4 * tokens, &feed_forward) ||
        !checked_mul_u64(widths->vocabulary + widths->embedding, 4 * tokens, &logits)) {
        return false;
    }
    if (settings->flash_attention && !checked_add_u64(mask, mask / 2, &mask)) {
        return false;
    }
    return checked_add_u64(mask, larger(attention, feed_forward), &out->size) &&
           (out->size = larger(out->size, logits)) <= INT64_MAX;
}

static enum libgguf_status add_scratch(const struct libgguf_footprint *footprint,
                                       const struct libgguf_estimate_settings *settings,
                                       struct libgguf_amount terms[], uint32_t *notes,
                                       struct libgguf_error *err)
{
    const struct widths widths = widths_of(footprint);
    struct libgguf_amount *scratch = &terms[LIBGGUF_TERM_SCRATCH];
    if (settings->runtime->scratch == LIBGGUF_SCRATCH_SMALL_WASM) {
        add_small_scratch(&widths, settings->context, scratch);
        scratch->certainty = footprint->plain_attention ? LIBGGUF_EXACT : LIBGGUF_BOUNDED;
    } else {
        if (!add_graph_scratch(&widths, settings, scratch)) {
            return too_much(footprint, "the compute buffer", "context_length", settings->context,
                            err);
        }
        scratch->certainty = LIBGGUF_BOUNDED;
        *notes |= UINT32_C(1) << LIBGGUF_NOTE_COMPUTE_BUFFER;
    }
    if (!widths.complete) {
        scratch->certainty = LIBGGUF_UNKNOWN;
        *notes |= UINT32_C(1) << LIBGGUF_NOTE_NO_HYPERPARAMETERS;
    }
    terms[LIBGGUF_TERM_LOGITS].size = 4 * widths.vocabulary * settings->sequences;
    terms[LIBGGUF_TERM_LOGITS].certainty = widths.vocabulary ? LIBGGUF_EXACT : LIBGGUF_UNKNOWN;
    return LIBGGUF_OK;
}

enum libgguf_status state_terms(const struct libgguf_footprint *footprint,
                                const struct libgguf_estimate_settings *settings,
                                struct libgguf_amount terms[LIBGGUF_TERM_COUNT], uint32_t *notes,
                                struct libgguf_error *err)
{
    const struct libgguf_footprint_facts *facts = &footprint->facts;
    const uint64_t record =
        settings->memory64 ? settings->runtime->index_record64 : settings->runtime->index_record;
    terms[LIBGGUF_TERM_BASE].size = settings->runtime->base;
    terms[LIBGGUF_TERM_INDEX].size = record * facts->tensor_count;
    if (settings->runtime->indexes_tokens) {
        terms[LIBGGUF_TERM_INDEX].size += token_tables(facts->token_count);
    }
    add_tokenizer(footprint, settings, terms, notes);
    enum libgguf_status status =
        state_kv(footprint, settings, settings->context, &terms[LIBGGUF_TERM_KV], err);
    const uint64_t most = facts->context_length ? facts->context_length : settings->context;
    if (status == LIBGGUF_OK) {
        status = state_kv(footprint, settings, most, &terms[LIBGGUF_TERM_KV_MAX], err);
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    struct libgguf_amount *state = &terms[LIBGGUF_TERM_STATE];
    state->certainty = footprint->state_certainty;
    if (!checked_mul_u64(footprint->state_elements, (uint64_t)4 * settings->sequences,
                         &state->size) ||
        state->size > INT64_MAX) {
        return too_much(footprint, "the recurrent state", "ssm.inner_size", settings->context, err);
    }
    return add_scratch(footprint, settings, terms, notes, err);
}
