#include <string.h>

#include "base/error.h"
#include "digest/plan.h"

#include <libgguf/tensor.h>
#include <libgguf/value.h>

/* manifest-format 4.1: smaller tokenizers are not worth a request of their own. */
#define TOKENIZER_MIN_SIZE 65536

/* A run of bytes that is filled up greedily with whole things, or cut where nothing ends. */
struct cutter {
    struct libgguf_plan *plan;
    enum libgguf_chunk_role role;
    uint64_t candidate; /* the furthest place to cut that still fits, or the start */
    struct libgguf_error *err;
};

/* Something ends at @p offset: the file may be cut there. Offsets come in rising order. */
static enum libgguf_status offer(struct cutter *cutter, uint64_t offset)
{
    struct libgguf_plan *const plan = cutter->plan;
    enum libgguf_status status = LIBGGUF_OK;
    while (!status && offset - plan->end > plan->step && plan->end < plan->size &&
           plan->count < LIBGGUF_MAX_CHUNKS) {
        const uint64_t cut =
            cutter->candidate > plan->end ? cutter->candidate : plan->end + plan->step;
        status = plan_append(plan, cut, cutter->role, cutter->err);
    }
    cutter->candidate = offset;
    return status;
}

/* Elements of equal size need not be offered one by one. */
static enum libgguf_status offer_scalars(struct cutter *cutter, const struct libgguf_array *array)
{
    const uint64_t size = libgguf_value_type_size(array->type);
    const uint64_t end = array->offset + array->size;
    enum libgguf_status status = LIBGGUF_OK;
    for (uint64_t pos = array->offset; !status && pos < end;) {
        const uint64_t limit = cutter->plan->end + cutter->plan->step;
        const uint64_t fitting = limit > pos ? (limit - pos) / size : 0;
        const uint64_t left = (end - pos) / size;
        const uint64_t elements = fitting == 0 ? 1 : fitting < left ? fitting : left;
        pos += elements * size;
        status = offer(cutter, pos);
    }
    return status;
}

static enum libgguf_status offer_elements(struct cutter *cutter, const struct libgguf_array *array)
{
    if (libgguf_value_type_size(array->type) > 0) {
        return offer_scalars(cutter, array);
    }
    struct libgguf_array_iter iter;
    struct libgguf_value element;
    libgguf_array_begin(&iter, array);
    while (libgguf_array_next(&iter, &element)) {
        const enum libgguf_status status = offer(cutter, element.offset + element.size);
        if (status) {
            return status;
        }
    }
    const enum libgguf_status status = libgguf_array_status(&iter);
    return status ? failure(cutter->err, status, array->offset,
                            "an array of the metadata could not be read again")
                  : LIBGGUF_OK;
}

static enum libgguf_status offer_kv(struct cutter *cutter, const struct libgguf_kv *kv)
{
    enum libgguf_status status = offer(cutter, kv->offset);
    if (!status && kv->size > cutter->plan->step && kv->value.type == LIBGGUF_VALUE_ARRAY) {
        status = offer_elements(cutter, &kv->value.as.array);
    }
    return status ? status : offer(cutter, kv->offset + kv->size);
}

static bool is_tokenizer_array(const struct libgguf_kv *kv)
{
    return kv->value.type == LIBGGUF_VALUE_ARRAY &&
           (libgguf_str_equal(&kv->key, "tokenizer.ggml.tokens") ||
            libgguf_str_equal(&kv->key, "tokenizer.ggml.scores") ||
            libgguf_str_equal(&kv->key, "tokenizer.ggml.token_type") ||
            libgguf_str_equal(&kv->key, "tokenizer.ggml.merges"));
}

static bool tokenizer_is_large(const struct libgguf_file *file)
{
    uint64_t size = 0;
    for (size_t i = 0; i < libgguf_kv_count(file); i++) {
        const struct libgguf_kv *const kv = libgguf_kv_at(file, i);
        if (is_tokenizer_array(kv)) {
            size += kv->size;
        }
    }
    return size >= TOKENIZER_MIN_SIZE;
}

/* Ends the piece at @p offset, so that what follows has another role. */
static enum libgguf_status change_role(struct cutter *cutter, uint64_t offset,
                                       enum libgguf_chunk_role role)
{
    if (role == cutter->role) {
        return LIBGGUF_OK;
    }
    enum libgguf_status status = offer(cutter, offset);
    if (!status) {
        status = plan_append(cutter->plan, offset, cutter->role, cutter->err);
    }
    cutter->role = role;
    return status;
}

enum libgguf_status plan_header(struct libgguf_plan *plan, const struct libgguf_file *file,
                                struct libgguf_error *err)
{
    const struct libgguf_header *const header = libgguf_header(file);
    const bool set_apart = tokenizer_is_large(file);
    struct cutter cutter = {.plan = plan, .role = LIBGGUF_ROLE_HEADER, .err = err};
    enum libgguf_status status = LIBGGUF_OK;
    for (size_t i = 0; !status && i < libgguf_kv_count(file); i++) {
        const struct libgguf_kv *const kv = libgguf_kv_at(file, i);
        const bool apart = set_apart && is_tokenizer_array(kv);
        status =
            change_role(&cutter, kv->offset, apart ? LIBGGUF_ROLE_TOKENIZER : LIBGGUF_ROLE_HEADER);
        if (!status) {
            status = offer_kv(&cutter, kv);
        }
    }
    if (!status) {
        status = change_role(&cutter, header->tensor_info_offset, LIBGGUF_ROLE_HEADER);
    }
    for (size_t i = 0; !status && i < libgguf_tensor_count(file); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(file, i);
        status = offer(&cutter, tensor->info_offset + tensor->info_size);
    }
    if (!status) {
        status = offer(&cutter, header->data_offset);
    }
    return status ? status : plan_append(plan, header->data_offset, LIBGGUF_ROLE_HEADER, err);
}
