#include "format/file.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "format/index.h"
#include "format/tensor_map.h"

struct libgguf_file *file_create(void)
{
    struct libgguf_file *const file = calloc(1, sizeof *file);
    if (file) {
        hash_index_init(&file->kv_index);
        hash_index_init(&file->tensor_index);
        file->primary = file;
    }
    return file;
}

static bool same_bytes(const struct libgguf_str *str, const void *data, size_t size)
{
    return str->size == size && (size == 0 || memcmp(str->data, data, size) == 0);
}

static bool kv_equal(const void *owner, uint32_t index, const void *data, size_t size)
{
    const struct libgguf_file *const file = owner;
    return same_bytes(&file->kvs[index].key, data, size);
}

static bool tensor_equal(const void *owner, uint32_t index, const void *data, size_t size)
{
    const struct libgguf_file *const file = owner;
    return same_bytes(&file->tensors[index].name, data, size);
}

bool file_index_kv(struct libgguf_file *file, uint32_t index)
{
    struct libgguf_kv *const kv = &file->kvs[index];
    uint32_t existing;
    if (!hash_index_insert(&file->kv_index, kv->key.data, (size_t)kv->key.size, index, kv_equal,
                           file, &existing)) {
        return false;
    }
    if (existing != HASH_INDEX_NONE) {
        kv->duplicate = true;
        file->kvs[existing].duplicate = true;
    }
    return true;
}

bool file_index_tensor(struct libgguf_file *file, uint32_t index)
{
    struct libgguf_tensor *const tensor = &file->tensors[index];
    uint32_t existing;
    if (!hash_index_insert(&file->tensor_index, tensor->name.data, (size_t)tensor->name.size, index,
                           tensor_equal, file, &existing)) {
        return false;
    }
    if (existing != HASH_INDEX_NONE) {
        tensor->duplicate = true;
        file->tensors[existing].duplicate = true;
    }
    return true;
}

void libgguf_close(struct libgguf_file *file)
{
    if (!file) {
        return;
    }
    struct tensor_maps *const maps = atomic_load(&file->maps);
    if (maps) {
        maps->release(maps);
    }
    for (size_t i = 0; i < file->shard_count; i++) {
        libgguf_close(file->shards ? file->shards[i] : NULL);
        free(file->paths ? file->paths[i] : NULL);
    }
    free(file->shards);
    free(file->paths);
    hash_index_free(&file->kv_index);
    hash_index_free(&file->tensor_index);
    free(file->kvs);
    free(file->tensors);
    arena_free(&file->names);
    libgguf_source_close(file->source);
    free(file);
}

enum libgguf_status libgguf_open_source(struct libgguf_source *source,
                                        const struct libgguf_open_options *options,
                                        struct libgguf_file **out, struct libgguf_error *err)
{
    static const struct libgguf_open_options strict = {.struct_size = sizeof strict};
    *out = NULL;
    options = options ? options : &strict;
    if (!source || options->struct_size < sizeof *options) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "a source and options with struct_size are needed");
    }
    struct libgguf_file *const file = file_create();
    if (!file) {
        return failure_memory(err);
    }
    file->source = source;
    const enum libgguf_status status = index_read(file, options, err);
    if (status) {
        file->source = NULL; /* still the caller's */
        libgguf_close(file);
        return status;
    }
    *out = file;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_open_memory(const void *data, size_t size,
                                        const struct libgguf_open_options *options,
                                        struct libgguf_file **out, struct libgguf_error *err)
{
    *out = NULL;
    struct libgguf_source *source;
    enum libgguf_status status = libgguf_source_from_memory(data, size, &source, err);
    if (status) {
        return status;
    }
    status = libgguf_open_source(source, options, out, err);
    if (status) {
        libgguf_source_close(source);
    }
    return status;
}

const struct libgguf_header *libgguf_header(const struct libgguf_file *file)
{
    return &file->primary->header;
}

const struct libgguf_source *libgguf_file_source(const struct libgguf_file *file)
{
    return file->primary->source;
}

size_t libgguf_shard_count(const struct libgguf_file *file)
{
    return file->shards ? file->shard_count : 1;
}

const struct libgguf_file *libgguf_shard_at(const struct libgguf_file *file, size_t index)
{
    if (index >= libgguf_shard_count(file)) {
        return NULL;
    }
    return file->shards ? file->shards[index] : file;
}

const char *libgguf_shard_path(const struct libgguf_file *file, size_t index)
{
    return file->paths && index < file->shard_count ? file->paths[index] : NULL;
}

size_t libgguf_kv_count(const struct libgguf_file *file)
{
    return file->primary->kv_count;
}

const struct libgguf_kv *libgguf_kv_at(const struct libgguf_file *file, size_t index)
{
    return index < file->primary->kv_count ? &file->primary->kvs[index] : NULL;
}

enum libgguf_status libgguf_kv_lookup(const struct libgguf_file *file, const char *key,
                                      const struct libgguf_kv **out, struct libgguf_error *err)
{
    const struct libgguf_file *const owner = file->primary;
    *out = NULL;
    char name[ERROR_NAME_SIZE];
    const size_t size = strlen(key);
    const uint32_t index = hash_index_find(&owner->kv_index, key, size, kv_equal, owner);
    if (index == HASH_INDEX_NONE) {
        return failure(err, LIBGGUF_ERR_NOT_FOUND, LIBGGUF_NO_OFFSET, "no key '%s'",
                       error_name(name, key, size));
    }
    const struct libgguf_kv *const kv = &owner->kvs[index];
    if (kv->duplicate) {
        return failure(err, LIBGGUF_ERR_AMBIGUOUS, kv->offset,
                       "key '%s' occurs more than once in the file", error_name(name, key, size));
    }
    *out = kv;
    return LIBGGUF_OK;
}

const struct libgguf_kv *libgguf_kv_find(const struct libgguf_file *file, const char *key)
{
    const struct libgguf_kv *kv;
    return libgguf_kv_lookup(file, key, &kv, NULL) ? NULL : kv;
}

size_t libgguf_tensor_count(const struct libgguf_file *file)
{
    return file->tensor_count;
}

const struct libgguf_tensor *libgguf_tensor_at(const struct libgguf_file *file, size_t index)
{
    return index < file->tensor_count ? &file->tensors[index] : NULL;
}

const struct libgguf_tensor *libgguf_tensor_find(const struct libgguf_file *file, const char *name)
{
    const uint32_t index =
        hash_index_find(&file->tensor_index, name, strlen(name), tensor_equal, file);
    if (index == HASH_INDEX_NONE || file->tensors[index].duplicate) {
        return NULL;
    }
    return &file->tensors[index];
}
