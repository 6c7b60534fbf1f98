#include "bundle/recast.h"
#include "base/buffer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/patchwork.h"

static int collect(void *context, const void *data, size_t size)
{
    return buffer_append(context, data, size);
}

enum libgguf_status recast_check(const struct libgguf_file *model, struct libgguf_error *err)
{
    char name[ERROR_NAME_SIZE];
    for (size_t i = 0; i < libgguf_shard_count(model); i++) {
        if (!libgguf_shard_at(model, i)) {
            return failure(err, LIBGGUF_ERR_SHARDS, LIBGGUF_NO_OFFSET,
                           "shard %zu of %zu is missing", i + 1, libgguf_shard_count(model));
        }
    }
    for (size_t i = 0; i < libgguf_tensor_count(model); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(model, i);
        if (tensor->size_known && tensor->missing_size > 0) {
            return failure(err, LIBGGUF_ERR_TRUNCATED, tensor->offset,
                           "%" PRIu64 " bytes of tensor '%s' are missing", tensor->missing_size,
                           error_name(name, tensor->name.data, tensor->name.size));
        }
    }
    return LIBGGUF_OK;
}

static bool is_split_key(const struct libgguf_str *key)
{
    static const char *const keys[] = {"split.no", "split.count", "split.tensors.count"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (libgguf_str_equal(key, keys[i])) {
            return true;
        }
    }
    return false;
}

static enum libgguf_status add_split_keys(const struct recast *recast,
                                          struct libgguf_writer *writer, struct libgguf_error *err)
{
    const size_t count = libgguf_tensor_count(recast->model);
    if (count > INT32_MAX) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET, "too many tensors for shards");
    }
    enum libgguf_status status = libgguf_writer_add_u16(writer, "split.no", recast->shard, err);
    if (!status) {
        status = libgguf_writer_add_u16(writer, "split.count", recast->shard_count, err);
    }
    return status ? status
                  : libgguf_writer_add_i32(writer, "split.tensors.count", (int32_t)count, err);
}

enum libgguf_status recast_begin(const struct recast *recast, struct libgguf_writer **out,
                                 struct libgguf_error *err)
{
    enum libgguf_status status = libgguf_writer_create(&recast->options, out, err);
    const size_t count = recast->with_metadata ? libgguf_kv_count(recast->model) : 0;
    for (size_t i = 0; i < count && !status; i++) {
        const struct libgguf_kv *const kv = libgguf_kv_at(recast->model, i);
        if (recast->with_split_keys || !is_split_key(&kv->key)) {
            /* The metadata is that of the first shard, and so are its bytes. */
            status = libgguf_writer_copy_kv(*out, libgguf_shard_at(recast->model, 0), kv, err);
        }
    }
    if (!status && recast->is_shard) {
        status = add_split_keys(recast, *out, err);
    }
    if (status) {
        libgguf_writer_free(*out);
        *out = NULL;
    }
    return status;
}

/* Adds the tensors, and lists where their bytes come from. */
static enum libgguf_status add_tensors(const struct recast *recast, struct libgguf_writer *writer,
                                       struct patch **patches, size_t *patch_count,
                                       struct libgguf_error *err)
{
    const struct libgguf_file *const model = recast->model;
    enum libgguf_status status = LIBGGUF_OK;
    *patch_count = 0;
    *patches = malloc((recast->end - recast->first + 1) * sizeof **patches);
    if (!*patches) {
        return failure_memory(err);
    }
    for (size_t i = recast->first; i < recast->end && !status; i++) {
        status = libgguf_writer_copy_tensor(writer, model, libgguf_tensor_at(model, i), err);
    }
    for (size_t i = recast->first; i < recast->end && !status; i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(model, i);
        struct patch *const patch = &(*patches)[*patch_count];
        *patch = (struct patch){0};
        patch->source = libgguf_file_source(libgguf_shard_at(model, tensor->shard));
        patch->from = tensor->offset;
        status =
            libgguf_writer_tensor_place(writer, i - recast->first, &patch->at, &patch->size, err);
        *patch_count += patch->size > 0;
    }
    return status;
}

/* The end of the file: that of the last tensor with its padding. */
static enum libgguf_status measure(struct libgguf_writer *writer, uint64_t *size,
                                   struct libgguf_error *err)
{
    struct libgguf_header layout;
    const enum libgguf_status status = libgguf_writer_layout(writer, &layout, err);
    *size = status ? 0 : layout.file_size;
    return status;
}

static enum libgguf_status make_source(const struct recast *recast, struct libgguf_source **out,
                                       struct libgguf_error *err)
{
    struct libgguf_writer *writer;
    struct patch *patches = NULL;
    struct buffer header = {0};
    size_t count;
    uint64_t size = 0;
    const struct libgguf_sink sink = {
        .struct_size = sizeof sink, .write = collect, .context = &header};
    enum libgguf_status status = recast_begin(recast, &writer, err);
    if (!status) {
        status = add_tensors(recast, writer, &patches, &count, err);
    }
    if (!status) {
        status = measure(writer, &size, err);
    }
    if (!status) {
        status = libgguf_writer_write_header(writer, &sink, err);
    }
    libgguf_writer_free(writer);
    if (status) {
        free(header.data);
        free(patches);
        return status;
    }
    return patchwork_create(header.data, header.size, patches, count, size, out, err);
}

enum libgguf_status recast_open(const struct recast *recast, struct libgguf_file **out,
                                struct libgguf_error *err)
{
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .single_file = true};
    struct libgguf_source *source;
    *out = NULL;
    enum libgguf_status status = make_source(recast, &source, err);
    if (status) {
        return status;
    }
    status = libgguf_open_source(source, &options, out, err);
    if (status) {
        libgguf_source_close(source);
    }
    return status;
}

/* Writers of what others made keep its version and byte order. */
static struct recast whole_model(const struct libgguf_file *model)
{
    const struct libgguf_header *const header = libgguf_header(model);
    return (struct recast){.model = model,
                           .options = {.struct_size = sizeof(struct libgguf_writer_options),
                                       .version = header->version,
                                       .big_endian = header->big_endian},
                           .with_metadata = true,
                           .end = libgguf_tensor_count(model)};
}

enum libgguf_status libgguf_recast_align(const struct libgguf_file *model, uint64_t alignment,
                                         struct libgguf_file **out, struct libgguf_error *err)
{
    *out = NULL;
    if (alignment < LIBGGUF_RECAST_MIN_ALIGNMENT || alignment > LIBGGUF_RECAST_MAX_ALIGNMENT ||
        (alignment & (alignment - 1)) != 0) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "an alignment of %" PRIu64 " is not a power of two from %d to %d", alignment,
                       LIBGGUF_RECAST_MIN_ALIGNMENT, LIBGGUF_RECAST_MAX_ALIGNMENT);
    }
    if (libgguf_shard_count(model) > 1) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "shards are aligned after they were merged");
    }
    const enum libgguf_status status = recast_check(model, err);
    if (status) {
        return status;
    }
    struct recast recast = whole_model(model);
    recast.options.alignment = alignment;
    recast.with_split_keys = true;
    return recast_open(&recast, out, err);
}

enum libgguf_status libgguf_recast_merge(const struct libgguf_file *model,
                                         struct libgguf_file **out, struct libgguf_error *err)
{
    *out = NULL;
    const enum libgguf_status status = recast_check(model, err);
    if (status) {
        return status;
    }
    const struct recast recast = whole_model(model);
    return recast_open(&recast, out, err);
}
