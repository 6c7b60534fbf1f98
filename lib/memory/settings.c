#include "memory/settings.h"

#include <inttypes.h>

#include <libgguf/plan.h>

#include "base/arithmetic.h"
#include "base/error.h"

#define DEFAULT_UBATCH 512
#define MAX_SEQUENCES 65536

/* docs/estimate-model.md, "Limits" */
static const uint64_t default_limits[LIBGGUF_LIMIT_COUNT] = {
    [LIBGGUF_LIMIT_CEILING] = UINT64_C(134217728),
    [LIBGGUF_LIMIT_TRANSFER] = UINT64_C(134217728),
    [LIBGGUF_LIMIT_ADDRESS] = UINT64_C(4294967296),
    [LIBGGUF_LIMIT_JS_BUFFER] = UINT64_C(2147483647),
    [LIBGGUF_LIMIT_TENSOR] = UINT64_C(4294967295),
};
/* 262,144 pages, as many as engines give a 64-bit memory. */
#define ADDRESS_LIMIT64 UINT64_C(17179869184)

static enum libgguf_status resolve_context(const struct libgguf_footprint *footprint,
                                           const struct libgguf_estimate_options *options,
                                           struct libgguf_estimate_settings *out,
                                           struct libgguf_error *err)
{
    const uint64_t of_model = footprint->facts.context_length;
    if (options->context == LIBGGUF_CONTEXT_OF_MODEL) {
        if (of_model == 0) {
            return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                           "'%s.context_length' is missing or 0, so a context has to be named",
                           footprint->facts.architecture);
        }
        out->context = of_model;
        out->context_origin = LIBGGUF_CONTEXT_MODEL;
    } else if (options->context != 0) {
        out->context = options->context;
        out->context_origin = LIBGGUF_CONTEXT_ASKED;
    } else if (of_model == 0 || of_model > LIBGGUF_DEFAULT_CONTEXT) {
        out->context = LIBGGUF_DEFAULT_CONTEXT;
        out->context_origin = LIBGGUF_CONTEXT_DEFAULT;
    } else {
        out->context = of_model;
        out->context_origin = LIBGGUF_CONTEXT_MODEL;
    }
    if (out->context > LIBGGUF_MAX_HYPERPARAMETER) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "a context of %" PRIu64 " tokens, at most 2147483647 are possible",
                       out->context);
    }
    (void)checked_align_u64(out->context, out->runtime->context_pad, &out->cells);
    return LIBGGUF_OK;
}

static void resolve_transfer(const struct libgguf_estimate_options *options, uint64_t file_size,
                             struct libgguf_estimate_settings *out)
{
    const uint64_t chunk = options->chunk_size ? options->chunk_size : LIBGGUF_DEFAULT_CHUNK_SIZE;
    out->chunk_size = chunk < file_size ? chunk : file_size;
    out->window = out->runtime->window && out->runtime->window < out->chunk_size
                      ? out->runtime->window
                      : out->chunk_size;
    out->parallel = options->parallel ? options->parallel : out->runtime->parallel;
    const uint64_t chunks = out->chunk_size ? (file_size - 1) / out->chunk_size + 1 : 1;
    if (out->parallel > chunks) {
        out->parallel = (uint32_t)chunks;
    }
}

static bool has_size(const struct libgguf_tensor_type *type)
{
    return type && type->block_elements > 0 && type->block_size > 0;
}

enum libgguf_status settings_resolve(const struct libgguf_footprint *footprint,
                                     const struct strategy_row *strategy,
                                     const struct libgguf_estimate_options *options,
                                     uint64_t file_size, struct libgguf_estimate_settings *out,
                                     struct libgguf_error *err)
{
    *out = (struct libgguf_estimate_settings){
        .runtime = options->runtime ? options->runtime : libgguf_runtime_at(0),
        .sequences = options->sequences ? options->sequences : 1,
        .ubatch = options->ubatch ? options->ubatch : DEFAULT_UBATCH,
        .flash_attention = options->flash_attention,
        .memory64 = options->memory64 || strategy->memory64,
        .weight_type = options->weight_type,
    };
    const struct libgguf_tensor_type *kv_type = libgguf_tensor_type_find(out->runtime->kv_type);
    out->type_k = options->type_k ? options->type_k : kv_type;
    out->type_v = options->type_v ? options->type_v : kv_type;
    out->tokenizer = options->tokenizer != LIBGGUF_TOKENIZER_MODEL_DEFAULT
                         ? options->tokenizer
                         : out->runtime->tokenizer;
    if (!has_size(out->type_k) || !has_size(out->type_v) ||
        (out->weight_type && !has_size(out->weight_type))) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, LIBGGUF_NO_OFFSET,
                       "a tensor type without a size cannot hold keys, values or weights");
    }
    if (out->runtime->context_pad == 0) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "a runtime's context_pad is at least 1");
    }
    if (!libgguf_tokenizer_model_name(out->tokenizer)) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "no such tokenizer model");
    }
    if (out->sequences > MAX_SEQUENCES || out->ubatch > LIBGGUF_MAX_HYPERPARAMETER) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "more than %d sequences or 2147483647 tokens at once", MAX_SEQUENCES);
    }
    for (size_t i = 0; i < LIBGGUF_LIMIT_COUNT; i++) {
        out->limits[i] = options->limits[i] ? options->limits[i] : default_limits[i];
    }
    if (out->memory64 && !options->limits[LIBGGUF_LIMIT_ADDRESS]) {
        out->limits[LIBGGUF_LIMIT_ADDRESS] = ADDRESS_LIMIT64;
    }
    resolve_transfer(options, file_size, out);
    return resolve_context(footprint, options, out, err);
}
