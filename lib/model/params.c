#include <libgguf/model.h>

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "format/value.h"

/* ARCH, a dot, NAME and the NUL. */
#define KEY_SIZE (LIBGGUF_MAX_ARCHITECTURE_SIZE + 1 + LIBGGUF_MAX_PARAM_NAME_SIZE + 1)

enum libgguf_status libgguf_model_architecture(const struct libgguf_file *file,
                                               struct libgguf_str *out, struct libgguf_error *err)
{
    struct libgguf_str name;
    const enum libgguf_status status = libgguf_get_str(file, "general.architecture", &name, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (name.size == 0 || name.size > LIBGGUF_MAX_ARCHITECTURE_SIZE || !name.data) {
        return failure(err, LIBGGUF_ERR_RANGE, name.offset,
                       "'general.architecture' has %" PRIu64 " bytes, needed 1 to %d", name.size,
                       LIBGGUF_MAX_ARCHITECTURE_SIZE);
    }
    if (memchr(name.data, 0, (size_t)name.size)) {
        return failure(err, LIBGGUF_ERR_RANGE, name.offset,
                       "'general.architecture' has a NUL byte inside");
    }
    *out = name;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_param_lookup(const struct libgguf_file *file, const char *name,
                                         const struct libgguf_kv **out, struct libgguf_error *err)
{
    const size_t name_size = strlen(name);
    if (name_size > LIBGGUF_MAX_PARAM_NAME_SIZE) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "a hyperparameter's name of %zu bytes, at most %d are possible", name_size,
                       LIBGGUF_MAX_PARAM_NAME_SIZE);
    }
    struct libgguf_str architecture;
    const enum libgguf_status status = libgguf_model_architecture(file, &architecture, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    char key[KEY_SIZE];
    const size_t prefix_size = (size_t)architecture.size;
    memcpy(key, architecture.data, prefix_size);
    key[prefix_size] = '.';
    memcpy(key + prefix_size + 1, name, name_size + 1);
    return libgguf_kv_lookup(file, key, out, err);
}

/* WRONG_TYPE for the entry's value, which is not what was @p needed. */
static enum libgguf_status wrong_type(const struct libgguf_kv *kv, const char *needed,
                                      struct libgguf_error *err)
{
    char key[ERROR_NAME_SIZE];
    error_name(key, kv->key.data, kv->key.size);
    const bool is_array = kv->value.type == LIBGGUF_VALUE_ARRAY;
    return failure(err, LIBGGUF_ERR_WRONG_TYPE, kv->value.offset, "'%s' is %s%s, needed %s", key,
                   is_array ? "an array of " : "of type ",
                   libgguf_value_type_name(is_array ? kv->value.as.array.type : kv->value.type),
                   needed);
}

static enum libgguf_status negative(const struct libgguf_kv *kv, struct libgguf_error *err)
{
    char key[ERROR_NAME_SIZE];
    return failure(err, LIBGGUF_ERR_RANGE, kv->value.offset, "'%s' is negative",
                   error_name(key, kv->key.data, kv->key.size));
}

static enum libgguf_status number(const struct libgguf_kv *kv, uint64_t *out,
                                  struct libgguf_error *err)
{
    if (!value_type_is_integer(kv->value.type)) {
        return wrong_type(kv, "an integer", err);
    }
    return libgguf_value_as_u64(&kv->value, out) ? LIBGGUF_OK : negative(kv, err);
}

enum libgguf_status libgguf_param_u64(const struct libgguf_file *file, const char *name,
                                      uint64_t *out, struct libgguf_error *err)
{
    const struct libgguf_kv *kv;
    const enum libgguf_status status = libgguf_param_lookup(file, name, &kv, err);
    return status == LIBGGUF_OK ? number(kv, out, err) : status;
}

enum libgguf_status libgguf_param_f64(const struct libgguf_file *file, const char *name,
                                      double *out, struct libgguf_error *err)
{
    const struct libgguf_kv *kv;
    const enum libgguf_status status = libgguf_param_lookup(file, name, &kv, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    return libgguf_value_as_f64(&kv->value, out) ? LIBGGUF_OK : wrong_type(kv, "a number", err);
}

enum libgguf_status libgguf_param_bool(const struct libgguf_file *file, const char *name, bool *out,
                                       struct libgguf_error *err)
{
    const struct libgguf_kv *kv;
    const enum libgguf_status status = libgguf_param_lookup(file, name, &kv, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (kv->value.type != LIBGGUF_VALUE_BOOL) {
        return wrong_type(kv, "a bool", err);
    }
    *out = kv->value.as.boolean != 0;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_param_str(const struct libgguf_file *file, const char *name,
                                      struct libgguf_str *out, struct libgguf_error *err)
{
    const struct libgguf_kv *kv;
    const enum libgguf_status status = libgguf_param_lookup(file, name, &kv, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (kv->value.type != LIBGGUF_VALUE_STRING) {
        return wrong_type(kv, "a string", err);
    }
    *out = kv->value.as.string;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_model_layer_count(const struct libgguf_file *file, uint64_t *out,
                                              struct libgguf_error *err)
{
    const struct libgguf_kv *kv;
    enum libgguf_status status = libgguf_param_lookup(file, "block_count", &kv, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    uint64_t count;
    status = number(kv, &count, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (count > LIBGGUF_MAX_LAYERS) {
        char key[ERROR_NAME_SIZE];
        return failure(err, LIBGGUF_ERR_RANGE, kv->value.offset,
                       "'%s' is %" PRIu64 ", at most %d layers are believed",
                       error_name(key, kv->key.data, kv->key.size), count, LIBGGUF_MAX_LAYERS);
    }
    *out = count;
    return LIBGGUF_OK;
}

/* An integer that is not negative, or a bool as 0 or 1. */
static bool layer_value(const struct libgguf_value *value, uint64_t *out)
{
    if (value->type == LIBGGUF_VALUE_BOOL) {
        *out = value->as.boolean != 0;
        return true;
    }
    return libgguf_value_as_u64(value, out);
}

/* Walks the array of @p layers once for its extremes; every element is validated. */
static enum libgguf_status measure_array(struct libgguf_layers *layers, struct libgguf_error *err)
{
    struct libgguf_layers_iter iter;
    uint64_t value;
    layers->min = UINT64_MAX;
    layers->max = 0;
    for (libgguf_layers_begin(&iter, layers); libgguf_layers_next(&iter, &value);) {
        layers->min = value < layers->min ? value : layers->min;
        layers->max = value > layers->max ? value : layers->max;
    }
    if (layers->layer_count == 0) {
        layers->min = 0;
    }
    layers->value = layers->max;
    const enum libgguf_status status = libgguf_layers_status(&iter);
    if (status == LIBGGUF_OK) {
        return status;
    }
    char key[ERROR_NAME_SIZE];
    error_name(key, layers->kv->key.data, layers->kv->key.size);
    return failure(err, status, layers->kv->value.offset, "'%s': element %" PRIu64 " %s", key,
                   iter.layer, status == LIBGGUF_ERR_RANGE ? "is negative" : "could not be read");
}

enum libgguf_status libgguf_param_layers(const struct libgguf_file *file, const char *name,
                                         uint64_t layer_count, struct libgguf_layers *out,
                                         struct libgguf_error *err)
{
    if (layer_count > LIBGGUF_MAX_LAYERS) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "%" PRIu64 " layers asked for, at most %d are believed", layer_count,
                       LIBGGUF_MAX_LAYERS);
    }
    const struct libgguf_kv *kv;
    const enum libgguf_status status = libgguf_param_lookup(file, name, &kv, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    struct libgguf_layers layers = {.kv = kv, .layer_count = layer_count};
    layers.per_layer = kv->value.type == LIBGGUF_VALUE_ARRAY;
    const enum libgguf_value_type type =
        layers.per_layer ? kv->value.as.array.type : kv->value.type;
    layers.boolean = type == LIBGGUF_VALUE_BOOL;
    if (!layers.boolean && !value_type_is_integer(type)) {
        return wrong_type(kv, "an integer, or an array of one per layer", err);
    }
    if (!layers.per_layer) {
        if (!layer_value(&kv->value, &layers.value)) {
            return negative(kv, err);
        }
        layers.min = layers.value;
        layers.max = layers.value;
        *out = layers;
        return LIBGGUF_OK;
    }
    if (kv->value.as.array.count != layer_count) {
        char key[ERROR_NAME_SIZE];
        return failure(err, LIBGGUF_ERR_RANGE, kv->value.offset,
                       "'%s' has %" PRIu64 " element%s, needed one for each of %" PRIu64 " layer%s",
                       error_name(key, kv->key.data, kv->key.size), kv->value.as.array.count,
                       error_plural(kv->value.as.array.count), layer_count,
                       error_plural(layer_count));
    }
    const enum libgguf_status measured = measure_array(&layers, err);
    if (measured == LIBGGUF_OK) {
        *out = layers;
    }
    return measured;
}

enum libgguf_status libgguf_layers_at(const struct libgguf_layers *layers, uint64_t layer,
                                      uint64_t *out, struct libgguf_error *err)
{
    if (layer >= layers->layer_count) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "layer %" PRIu64 " asked for, there are %" PRIu64, layer,
                       layers->layer_count);
    }
    if (!layers->per_layer) {
        *out = layers->value;
        return LIBGGUF_OK;
    }
    struct libgguf_array_iter iter;
    struct libgguf_value value;
    libgguf_array_begin(&iter, &layers->kv->value.as.array);
    const bool found = libgguf_array_seek(&iter, layer) && libgguf_array_next(&iter, &value);
    if (found && layer_value(&value, out)) {
        return LIBGGUF_OK;
    }
    char key[ERROR_NAME_SIZE];
    error_name(key, layers->kv->key.data, layers->kv->key.size);
    return failure(err, found ? LIBGGUF_ERR_RANGE : libgguf_array_status(&iter),
                   layers->kv->value.offset, "'%s': element %" PRIu64 " could not be read", key,
                   layer);
}

void libgguf_layers_begin(struct libgguf_layers_iter *iter, const struct libgguf_layers *layers)
{
    iter->layers = layers;
    iter->layer = 0;
    iter->status = LIBGGUF_OK;
    if (layers->per_layer) {
        libgguf_array_begin(&iter->array, &layers->kv->value.as.array);
    }
}

bool libgguf_layers_next(struct libgguf_layers_iter *iter, uint64_t *out)
{
    if (iter->status != LIBGGUF_OK || iter->layer >= iter->layers->layer_count) {
        return false;
    }
    if (!iter->layers->per_layer) {
        *out = iter->layers->value;
        iter->layer++;
        return true;
    }
    struct libgguf_value value;
    if (!libgguf_array_next(&iter->array, &value)) {
        iter->status = libgguf_array_status(&iter->array);
        return false;
    }
    if (!layer_value(&value, out)) {
        iter->status = LIBGGUF_ERR_RANGE;
        return false;
    }
    iter->layer++;
    return true;
}

enum libgguf_status libgguf_layers_status(const struct libgguf_layers_iter *iter)
{
    return iter->status;
}
