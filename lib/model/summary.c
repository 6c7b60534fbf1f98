#include <libgguf/model.h>

#include <math.h>
#include <string.h>

/* Keeps the first error that tells of an unusable entry; a missing one is no problem. */
static bool usable(struct libgguf_model_params *params, enum libgguf_status status,
                   const struct libgguf_error *err)
{
    if (status != LIBGGUF_OK && status != LIBGGUF_ERR_NOT_FOUND &&
        params->problem.status == LIBGGUF_OK) {
        params->problem = *err;
    }
    return status == LIBGGUF_OK;
}

/* Not in the file at all: only then does a default count. */
static bool is_missing(const struct libgguf_file *file, const char *name)
{
    const struct libgguf_kv *kv;
    return libgguf_param_lookup(file, name, &kv, NULL) == LIBGGUF_ERR_NOT_FOUND;
}

static uint64_t number_or_absent(const struct libgguf_file *file, const char *name,
                                 struct libgguf_model_params *params)
{
    struct libgguf_error err;
    uint64_t value;
    return usable(params, libgguf_param_u64(file, name, &value, &err), &err) ? value
                                                                             : LIBGGUF_ABSENT;
}

static double float_or_nan(const struct libgguf_file *file, const char *name,
                           struct libgguf_model_params *params)
{
    struct libgguf_error err;
    double value;
    return usable(params, libgguf_param_f64(file, name, &value, &err), &err) ? value : (double)NAN;
}

static struct libgguf_layer_range range_or_absent(const struct libgguf_file *file, const char *name,
                                                  uint64_t layer_count,
                                                  struct libgguf_model_params *params)
{
    const struct libgguf_layer_range absent = {LIBGGUF_ABSENT, LIBGGUF_ABSENT, false};
    struct libgguf_error err;
    if (layer_count == LIBGGUF_ABSENT) {
        /* Without a count of layers, an array is taken at its own length. */
        const struct libgguf_kv *kv;
        if (!usable(params, libgguf_param_lookup(file, name, &kv, &err), &err)) {
            return absent;
        }
        layer_count = kv->value.type == LIBGGUF_VALUE_ARRAY ? kv->value.as.array.count : 0;
    }
    struct libgguf_layers layers;
    if (!usable(params, libgguf_param_layers(file, name, layer_count, &layers, &err), &err)) {
        return absent;
    }
    return (struct libgguf_layer_range){layers.min, layers.max, layers.per_layer};
}

static uint64_t layer_count_or_absent(const struct libgguf_file *file,
                                      struct libgguf_model_params *params)
{
    struct libgguf_error err;
    uint64_t count;
    return usable(params, libgguf_model_layer_count(file, &count, &err), &err) ? count
                                                                               : LIBGGUF_ABSENT;
}

/* The length of one head when the file does not say. */
static uint64_t default_head_length(const struct libgguf_model_params *params)
{
    const uint64_t heads = params->head_count.max;
    if (heads == LIBGGUF_ABSENT || heads == 0 || params->embedding_length == LIBGGUF_ABSENT) {
        return LIBGGUF_ABSENT;
    }
    return params->embedding_length / heads;
}

static void fill_attention(const struct libgguf_file *file, uint64_t layer_count,
                           struct libgguf_model_params *out)
{
    out->head_count = range_or_absent(file, "attention.head_count", layer_count, out);
    out->head_count_kv = range_or_absent(file, "attention.head_count_kv", layer_count, out);
    if (is_missing(file, "attention.head_count_kv")) {
        out->head_count_kv = out->head_count;
    }
    out->key_length = number_or_absent(file, "attention.key_length", out);
    if (is_missing(file, "attention.key_length")) {
        out->key_length = default_head_length(out);
    }
    out->value_length = number_or_absent(file, "attention.value_length", out);
    if (is_missing(file, "attention.value_length")) {
        out->value_length = default_head_length(out);
    }
    out->sliding_window = number_or_absent(file, "attention.sliding_window", out);
    out->norm_epsilon = float_or_nan(file, "attention.layer_norm_rms_epsilon", out);
    out->norm_is_rms = !is_missing(file, "attention.layer_norm_rms_epsilon");
    if (!out->norm_is_rms) {
        out->norm_epsilon = float_or_nan(file, "attention.layer_norm_epsilon", out);
    }
}

void libgguf_model_params(const struct libgguf_file *file, struct libgguf_model_params *out)
{
    struct libgguf_error err;
    memset(out, 0, sizeof *out);
    struct libgguf_str text;
    if (usable(out, libgguf_model_architecture(file, &text, &err), &err)) {
        out->architecture = text;
    }
    if (usable(out, libgguf_get_str(file, "general.name", &text, &err), &err)) {
        out->name = text;
    }
    const uint64_t layer_count = layer_count_or_absent(file, out);
    out->block_count = number_or_absent(file, "block_count", out);
    out->context_length = number_or_absent(file, "context_length", out);
    out->embedding_length = number_or_absent(file, "embedding_length", out);
    out->feed_forward_length = range_or_absent(file, "feed_forward_length", layer_count, out);
    fill_attention(file, layer_count, out);
    out->vocab_size = number_or_absent(file, "vocab_size", out);
    struct libgguf_array tokens;
    if (is_missing(file, "vocab_size") &&
        usable(out, libgguf_get_array(file, "tokenizer.ggml.tokens", &tokens, &err), &err)) {
        out->vocab_size = tokens.count;
    }
    out->expert_count = number_or_absent(file, "expert_count", out);
    out->expert_used_count = number_or_absent(file, "expert_used_count", out);
    out->rope_dimension_count = number_or_absent(file, "rope.dimension_count", out);
    out->rope_freq_base = float_or_nan(file, "rope.freq_base", out);
    out->rope_scaling_factor = float_or_nan(file, "rope.scaling.factor", out);
}
