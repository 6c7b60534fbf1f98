#include "memory/hyperparameters.h"

#include <inttypes.h>

#include "base/error.h"

enum libgguf_status hyperparameter_refuse(const struct libgguf_file *file, const char *name,
                                          uint64_t value, const char *problem,
                                          struct libgguf_error *err)
{
    struct libgguf_str architecture = {0};
    char prefix[ERROR_NAME_SIZE] = "";
    if (libgguf_model_architecture(file, &architecture, NULL) == LIBGGUF_OK) {
        error_name(prefix, architecture.data, architecture.size);
    }
    const struct libgguf_kv *kv = NULL;
    const bool found = libgguf_param_lookup(file, name, &kv, NULL) == LIBGGUF_OK;
    return failure(err, LIBGGUF_ERR_RANGE, found ? kv->value.offset : LIBGGUF_NO_OFFSET,
                   "'%s.%s' is %" PRIu64 ", %s", prefix, name, value, problem);
}

static enum libgguf_status too_large(const struct libgguf_file *file, const char *name,
                                     uint64_t value, struct libgguf_error *err)
{
    return hyperparameter_refuse(file, name, value, "at most 2147483647 is believed", err);
}

enum libgguf_status hyperparameter_u64(const struct libgguf_file *file, const char *name,
                                       uint64_t *out, struct libgguf_error *err)
{
    const enum libgguf_status status = libgguf_param_u64(file, name, out, err);
    if (status == LIBGGUF_ERR_NOT_FOUND) {
        *out = LIBGGUF_ABSENT;
        return LIBGGUF_OK;
    }
    if (status == LIBGGUF_OK && *out > LIBGGUF_MAX_HYPERPARAMETER) {
        return too_large(file, name, *out, err);
    }
    return status;
}

enum libgguf_status hyperparameter_layers(const struct libgguf_file *file, const char *name,
                                          uint64_t layer_count, struct libgguf_layers *out,
                                          bool *present, struct libgguf_error *err)
{
    const enum libgguf_status status = libgguf_param_layers(file, name, layer_count, out, err);
    *present = status == LIBGGUF_OK;
    if (status == LIBGGUF_ERR_NOT_FOUND) {
        return LIBGGUF_OK;
    }
    if (status == LIBGGUF_OK && out->max > LIBGGUF_MAX_HYPERPARAMETER) {
        return too_large(file, name, out->max, err);
    }
    return status;
}
