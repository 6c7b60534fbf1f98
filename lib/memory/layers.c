#include "memory/layers.h"

#include <stdlib.h>

#include "base/arithmetic.h"
#include "base/error.h"
#include "base/list.h"
#include "memory/cache_family.h"
#include "memory/hyperparameters.h"

/* The alternation of qwen3next, where the file does not say. */
#define DEFAULT_INTERVAL 4
#define DEFAULT_TOKEN_SHIFTS 2

/* The hyperparameters of one model that decide what its layers keep. */
struct layer_keys {
    const struct libgguf_file *file;
    enum cache_family family;
    const struct cache_row *row;
    uint64_t layer_count;
    uint64_t without_mtp; /* layers before those that predict further tokens */
    uint64_t shared_from; /* the layers from here on use the cache of earlier ones */
    uint64_t interval;
    struct libgguf_layers heads_kv;
    struct libgguf_layers feed_forward;
    bool has_feed_forward;
    bool latent; /* MLA: one row of key_length, no values */
    uint64_t key_length;
    uint64_t value_length;
    uint64_t key_length_sliding;
    uint64_t value_length_sliding;
    uint64_t period; /* 0: every layer is sliding; UINT64_MAX: none */
    struct libgguf_layers pattern;
    bool has_pattern_list;
};

static enum libgguf_status read_all(const struct libgguf_file *file, const char *const names[],
                                    uint64_t values[], size_t count, struct libgguf_error *err)
{
    for (size_t i = 0; i < count; i++) {
        const enum libgguf_status status = hyperparameter_u64(file, names[i], &values[i], err);
        if (status != LIBGGUF_OK) {
            return status;
        }
    }
    return LIBGGUF_OK;
}

/* Window and pattern. A layer is sliding when its number in the period is not the last one. */
static enum libgguf_status read_window(struct layer_keys *keys, struct libgguf_footprint *footprint,
                                       struct libgguf_error *err)
{
    keys->period = UINT64_MAX;
    uint64_t window;
    enum libgguf_status status =
        hyperparameter_u64(keys->file, "attention.sliding_window", &window, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (!keys->row || keys->row->period == 0) {
        if (window != LIBGGUF_ABSENT && window > 0 && keys->row) {
            footprint_note(footprint, LIBGGUF_NOTE_WINDOW_IGNORED);
        }
        return LIBGGUF_OK;
    }
    window = window == LIBGGUF_ABSENT ? keys->row->default_window : window;
    if (window == 0) {
        return LIBGGUF_OK;
    }
    bool has_pattern;
    status = hyperparameter_layers(keys->file, "attention.sliding_window_pattern",
                                   keys->layer_count, &keys->pattern, &has_pattern, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    footprint->facts.sliding_window = window;
    keys->period = keys->row->period;
    keys->has_pattern_list = has_pattern && keys->pattern.per_layer;
    if (has_pattern && keys->pattern.boolean) {
        keys->period = keys->pattern.value ? 0 : UINT64_MAX;
    } else if (has_pattern) {
        keys->period = keys->pattern.value;
    }
    return LIBGGUF_OK;
}

/* Lengths of one head's key and value; MISSING ones are derived from the width of the model. */
static enum libgguf_status read_lengths(struct layer_keys *keys,
                                        const struct libgguf_footprint *footprint, bool *missing,
                                        struct libgguf_error *err)
{
    static const char *const names[] = {"attention.key_length", "attention.value_length",
                                        "attention.key_length_swa", "attention.value_length_swa",
                                        "attention.key_length_mla"};
    uint64_t values[5];
    const enum libgguf_status status = read_all(keys->file, names, values, 5, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    uint64_t derived = LIBGGUF_ABSENT;
    if (footprint->embedding != LIBGGUF_ABSENT && footprint->heads != LIBGGUF_ABSENT) {
        derived = footprint->heads > 0 ? footprint->embedding / footprint->heads : 0;
    }
    keys->key_length = values[0] != LIBGGUF_ABSENT ? values[0] : derived;
    keys->value_length = values[1] != LIBGGUF_ABSENT ? values[1] : derived;
    keys->key_length_sliding = values[2] != LIBGGUF_ABSENT ? values[2] : keys->key_length;
    keys->value_length_sliding = values[3] != LIBGGUF_ABSENT ? values[3] : keys->value_length;
    /* Of an architecture that is not known well, an upper bound: as if there were values, too. */
    keys->latent =
        values[4] != LIBGGUF_ABSENT && values[4] > 0 && keys->family != FAMILY_UPPER_BOUND;
    *missing = keys->key_length == LIBGGUF_ABSENT ||
               (keys->value_length == LIBGGUF_ABSENT && !keys->latent);
    return LIBGGUF_OK;
}

static enum libgguf_status read_heads(struct layer_keys *keys, struct libgguf_footprint *footprint,
                                      bool *missing, struct libgguf_error *err)
{
    struct libgguf_layers heads;
    bool has_heads;
    bool has_heads_kv;
    enum libgguf_status status = hyperparameter_layers(keys->file, "attention.head_count",
                                                       keys->layer_count, &heads, &has_heads, err);
    if (status == LIBGGUF_OK) {
        status = hyperparameter_layers(keys->file, "attention.head_count_kv", keys->layer_count,
                                       &keys->heads_kv, &has_heads_kv, err);
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    /* Files of models without attention say 0. */
    if (has_heads && heads.max == 0 && keys->layer_count > 0 && keys->family != FAMILY_RECURRENT) {
        return hyperparameter_refuse(keys->file, "attention.head_count", 0,
                                     "a head count of at least 1 is needed", err);
    }
    footprint->heads = has_heads ? heads.max : LIBGGUF_ABSENT;
    if (!has_heads_kv && has_heads) {
        keys->heads_kv = heads;
    }
    *missing = !has_heads && !has_heads_kv;
    return LIBGGUF_OK;
}

/* Which layers are left out, and how attention and recurrence alternate. */
static enum libgguf_status read_division(struct layer_keys *keys, struct libgguf_error *err)
{
    static const char *const names[] = {"nextn_predict_layers", "attention.shared_kv_layers",
                                        "full_attention_interval"};
    uint64_t values[3];
    const enum libgguf_status status = read_all(keys->file, names, values, 3, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    for (size_t i = 0; i < 2; i++) {
        /* What an architecture that is not known means by them is not known either. */
        values[i] = values[i] == LIBGGUF_ABSENT || !keys->row ? 0 : values[i];
        if (values[i] > keys->layer_count) {
            return hyperparameter_refuse(keys->file, names[i], values[i],
                                         "more than the model has layers", err);
        }
    }
    keys->without_mtp = keys->layer_count - values[0];
    keys->shared_from = values[1] < keys->without_mtp ? keys->without_mtp - values[1] : 0;
    keys->interval = values[2] == LIBGGUF_ABSENT ? DEFAULT_INTERVAL : values[2];
    if (keys->interval == 0) {
        return hyperparameter_refuse(keys->file, names[2], 0, "at least 1 is needed", err);
    }
    return LIBGGUF_OK;
}

/* Elements of the state of one layer; LIBGGUF_ABSENT when the file has no keys for any. */
static enum libgguf_status read_state(const struct layer_keys *keys,
                                      const struct libgguf_footprint *footprint, uint64_t *out,
                                      struct libgguf_error *err)
{
    static const char *const names[] = {"ssm.conv_kernel",   "ssm.inner_size", "ssm.state_size",
                                        "ssm.group_count",   "wkv.head_size",  "token_shift_count",
                                        "shortconv.l_cache", "kda.head_dim"};
    enum { CONV, INNER, STATE, GROUPS, HEAD_SIZE, SHIFTS, CACHE, DELTA, COUNT };
    uint64_t v[COUNT];
    const uint64_t embedding = footprint->embedding;
    const enum libgguf_status status = read_all(keys->file, names, v, COUNT, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    *out = LIBGGUF_ABSENT;
    bool ok = true;
    int culprit = INNER;
    uint64_t part = 0;
    if (v[HEAD_SIZE] != LIBGGUF_ABSENT && embedding != LIBGGUF_ABSENT) {
        const uint64_t shifts = v[SHIFTS] == LIBGGUF_ABSENT ? DEFAULT_TOKEN_SHIFTS : v[SHIFTS];
        culprit = HEAD_SIZE;
        ok = checked_mul_u64(embedding, shifts + v[HEAD_SIZE], out);
    } else if (v[CACHE] != LIBGGUF_ABSENT && embedding != LIBGGUF_ABSENT) {
        culprit = CACHE;
        ok = checked_mul_u64(embedding, v[CACHE] > 0 ? v[CACHE] - 1 : 0, out);
    } else if (v[DELTA] != LIBGGUF_ABSENT && footprint->heads != LIBGGUF_ABSENT) {
        /* Three short convolutions, of 4 where the file does not say, and a matrix per head. */
        const uint64_t conv = v[CONV] == LIBGGUF_ABSENT || v[CONV] == 0 ? 3 : v[CONV] - 1;
        culprit = DELTA;
        ok = checked_mul_u64(footprint->heads, v[DELTA], &part) &&
             checked_mul_u64(part, 3 * conv + v[DELTA], out);
    } else if (v[INNER] != LIBGGUF_ABSENT && v[STATE] != LIBGGUF_ABSENT &&
               v[CONV] != LIBGGUF_ABSENT) {
        const uint64_t groups = v[GROUPS] == LIBGGUF_ABSENT ? 0 : v[GROUPS];
        ok = checked_mul_u64(2 * groups, v[STATE], &part) &&
             checked_add_u64(part, v[INNER], &part) &&
             checked_mul_u64(part, v[CONV] > 0 ? v[CONV] - 1 : 0, &part) &&
             checked_mul_u64(v[STATE], v[INNER], out) && checked_add_u64(*out, part, out);
    }
    if (!ok || (*out != LIBGGUF_ABSENT && *out > INT64_MAX / LIBGGUF_MAX_LAYERS)) {
        return hyperparameter_refuse(keys->file, names[culprit], v[culprit],
                                     "which makes a recurrent state above 2^63 bytes", err);
    }
    return LIBGGUF_OK;
}

static bool append_layer(struct libgguf_footprint *footprint, size_t *capacity, uint64_t k,
                         uint64_t v, bool sliding)
{
    struct kv_run *last = footprint->run_count ? &footprint->runs[footprint->run_count - 1] : NULL;
    if (last && last->k_elements == k && last->v_elements == v && last->sliding == sliding) {
        last->layers++;
        return true;
    }
    struct kv_run *const runs =
        list_room(footprint->runs, footprint->run_count, capacity, sizeof *runs);
    if (!runs) {
        return false;
    }
    footprint->runs = runs;
    runs[footprint->run_count++] =
        (struct kv_run){.layers = 1, .k_elements = k, .v_elements = v, .sliding = sliding};
    return true;
}

static bool is_sliding(const struct layer_keys *keys, uint64_t layer, uint64_t in_pattern)
{
    if (keys->has_pattern_list) {
        return in_pattern != 0;
    }
    if (keys->period == UINT64_MAX || keys->period == 0) {
        return keys->period == 0;
    }
    const uint64_t place = layer % keys->period;
    return keys->row->dense_first ? place != 0 : place + 1 < keys->period;
}

static bool is_recurrent(const struct layer_keys *keys, uint64_t layer, uint64_t heads_kv,
                         uint64_t feed_forward)
{
    switch (keys->family) {
    case FAMILY_RECURRENT:
    case FAMILY_HYBRID_BOTH:
        return true;
    case FAMILY_HYBRID_HEADS:
        return heads_kv == 0;
    case FAMILY_HYBRID_HEADS_FF:
        return heads_kv == 0 && feed_forward == 0;
    case FAMILY_HYBRID_INTERVAL:
        return (layer + 1) % keys->interval != 0;
    case FAMILY_ATTENTION:
    case FAMILY_ENCODER:
    case FAMILY_UPPER_BOUND:
        break;
    }
    return false;
}

static enum libgguf_status add_layer(struct libgguf_footprint *footprint, size_t *capacity,
                                     const struct layer_keys *keys, uint64_t heads_kv, bool sliding,
                                     struct libgguf_error *err)
{
    const uint64_t key = sliding ? keys->key_length_sliding : keys->key_length;
    const uint64_t value = sliding ? keys->value_length_sliding : keys->value_length;
    /* Each factor is below 2^31. */
    const uint64_t k = keys->latent ? key : key * heads_kv;
    const uint64_t v = keys->latent ? 0 : value * heads_kv;
    if (k > LIBGGUF_MAX_HYPERPARAMETER || v > LIBGGUF_MAX_HYPERPARAMETER) {
        return hyperparameter_refuse(keys->file, "attention.head_count_kv", heads_kv,
                                     "which makes rows of 2^31 elements or more", err);
    }
    if (!append_layer(footprint, capacity, k, v, sliding)) {
        return failure_memory(err);
    }
    footprint->facts.kv_layer_count++;
    footprint->facts.sliding_layer_count += sliding;
    return LIBGGUF_OK;
}

static enum libgguf_status walk_layers(struct libgguf_footprint *footprint,
                                       const struct layer_keys *keys, struct libgguf_error *err)
{
    struct libgguf_layers_iter heads_iter;
    struct libgguf_layers_iter ff_iter;
    struct libgguf_layers_iter pattern_iter;
    libgguf_layers_begin(&heads_iter, &keys->heads_kv);
    libgguf_layers_begin(&ff_iter, &keys->feed_forward);
    libgguf_layers_begin(&pattern_iter, &keys->pattern);
    size_t capacity = 0;
    for (uint64_t layer = 0; layer < keys->without_mtp; layer++) {
        uint64_t heads_kv = 0;
        uint64_t feed_forward = 0;
        uint64_t in_pattern = 0;
        if (!libgguf_layers_next(&heads_iter, &heads_kv) ||
            (keys->has_feed_forward && !libgguf_layers_next(&ff_iter, &feed_forward)) ||
            (keys->has_pattern_list && !libgguf_layers_next(&pattern_iter, &in_pattern))) {
            const struct libgguf_layers_iter *const stopped = heads_iter.status ? &heads_iter
                                                              : ff_iter.status  ? &ff_iter
                                                                                : &pattern_iter;
            return failure(err, libgguf_layers_status(stopped), stopped->layers->kv->value.offset,
                           "the values per layer cannot be read again");
        }
        const bool recurrent = is_recurrent(keys, layer, heads_kv, feed_forward);
        footprint->facts.recurrent_layer_count += recurrent;
        const bool cached = !recurrent || keys->family == FAMILY_HYBRID_BOTH;
        if (!cached || heads_kv == 0 || layer >= keys->shared_from) {
            continue;
        }
        const enum libgguf_status status = add_layer(footprint, &capacity, keys, heads_kv,
                                                     is_sliding(keys, layer, in_pattern), err);
        if (status != LIBGGUF_OK) {
            return status;
        }
    }
    return LIBGGUF_OK;
}

static void kv_unknown(struct libgguf_footprint *footprint)
{
    footprint->kv_certainty = LIBGGUF_UNKNOWN;
    footprint_note(footprint, LIBGGUF_NOTE_NO_HYPERPARAMETERS);
}

static enum libgguf_status read_cache(struct libgguf_footprint *footprint, struct layer_keys *keys,
                                      struct libgguf_error *err)
{
    bool no_heads = true;
    bool no_lengths = true;
    enum libgguf_status status = read_heads(keys, footprint, &no_heads, err);
    if (status == LIBGGUF_OK && keys->family == FAMILY_RECURRENT) {
        footprint->facts.recurrent_layer_count = keys->without_mtp;
        return LIBGGUF_OK;
    }
    if (status == LIBGGUF_OK && keys->family == FAMILY_ENCODER) {
        return LIBGGUF_OK;
    }
    if (status == LIBGGUF_OK) {
        status = read_lengths(keys, footprint, &no_lengths, err);
    }
    if (status == LIBGGUF_OK) {
        status = read_window(keys, footprint, err);
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (no_heads || no_lengths) {
        kv_unknown(footprint);
        return LIBGGUF_OK;
    }
    return walk_layers(footprint, keys, err);
}

static enum libgguf_status add_state(struct libgguf_footprint *footprint,
                                     const struct layer_keys *keys, struct libgguf_error *err)
{
    uint64_t per_layer;
    const enum libgguf_status status = read_state(keys, footprint, &per_layer, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    uint64_t layers = footprint->facts.recurrent_layer_count;
    if (keys->family == FAMILY_UPPER_BOUND && per_layer != LIBGGUF_ABSENT) {
        layers = keys->without_mtp;
        footprint->facts.recurrent_layer_count = layers;
    }
    if (layers == 0) {
        return LIBGGUF_OK;
    }
    if (per_layer == LIBGGUF_ABSENT) {
        footprint->state_certainty = LIBGGUF_UNKNOWN;
        footprint_note(footprint, LIBGGUF_NOTE_NO_HYPERPARAMETERS);
        return LIBGGUF_OK;
    }
    footprint->state_elements = layers * per_layer;
    footprint->state_certainty =
        keys->family == FAMILY_UPPER_BOUND ? LIBGGUF_BOUNDED : LIBGGUF_EXACT;
    return LIBGGUF_OK;
}

/* The widest feed-forward part: dense, or of all experts that one token goes through. */
static enum libgguf_status read_widths(struct libgguf_footprint *footprint, struct layer_keys *keys,
                                       struct libgguf_error *err)
{
    static const char *const names[] = {"embedding_length", "expert_feed_forward_length",
                                        "expert_used_count"};
    uint64_t values[3];
    enum libgguf_status status = read_all(keys->file, names, values, 3, err);
    if (status == LIBGGUF_OK) {
        status = hyperparameter_layers(keys->file, "feed_forward_length", keys->layer_count,
                                       &keys->feed_forward, &keys->has_feed_forward, err);
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    footprint->embedding = values[0];
    footprint->feed_forward = keys->has_feed_forward ? keys->feed_forward.max : LIBGGUF_ABSENT;
    const bool has_experts = values[2] != LIBGGUF_ABSENT && values[2] > 0;
    footprint->plain_attention = keys->family == FAMILY_ATTENTION && !has_experts;
    if (values[1] != LIBGGUF_ABSENT) {
        const uint64_t experts = values[1] * (has_experts ? values[2] : 1);
        if (footprint->feed_forward == LIBGGUF_ABSENT || experts > footprint->feed_forward) {
            footprint->feed_forward = experts;
        }
    }
    return LIBGGUF_OK;
}

enum libgguf_status layers_read(struct libgguf_footprint *footprint,
                                const struct libgguf_file *file, struct libgguf_error *err)
{
    struct libgguf_str architecture;
    footprint->embedding = footprint->feed_forward = footprint->heads = LIBGGUF_ABSENT;
    enum libgguf_status status = libgguf_model_architecture(file, &architecture, err);
    if (status == LIBGGUF_ERR_NOT_FOUND) {
        footprint->kv_certainty = LIBGGUF_UNKNOWN;
        footprint->state_certainty = LIBGGUF_UNKNOWN;
        footprint_note(footprint, LIBGGUF_NOTE_NO_ARCHITECTURE);
        return LIBGGUF_OK;
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    error_name(footprint->facts.architecture, architecture.data, architecture.size);
    struct layer_keys keys = {.file = file, .row = cache_row_find(&architecture)};
    footprint->facts.known_architecture = keys.row != NULL;
    keys.family = keys.row ? keys.row->family : FAMILY_UPPER_BOUND;
    status = libgguf_model_layer_count(file, &keys.layer_count, err);
    if (status == LIBGGUF_ERR_NOT_FOUND) {
        kv_unknown(footprint);
        return LIBGGUF_OK;
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    footprint->facts.layer_count = keys.layer_count;
    if (keys.family == FAMILY_UPPER_BOUND) {
        footprint->kv_certainty = LIBGGUF_BOUNDED;
        footprint_note(footprint, keys.row ? LIBGGUF_NOTE_FULL_UPPER_BOUND
                                           : LIBGGUF_NOTE_UNKNOWN_ARCHITECTURE);
    }
    status = read_widths(footprint, &keys, err);
    if (status == LIBGGUF_OK) {
        status = read_division(&keys, err);
    }
    if (status == LIBGGUF_OK) {
        status = read_cache(footprint, &keys, err);
    }
    return status == LIBGGUF_OK ? add_state(footprint, &keys, err) : status;
}
