/* Opening by path: one file, or all shards of a set as one model. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/list.h"
#include "format/file.h"
#include "format/shard_rules.h"

#define NUMBER_DIGITS 5
/* "-00001-of-00003.gguf" */
#define SUFFIX_SIZE (1 + NUMBER_DIGITS + 4 + NUMBER_DIGITS + 5)

/* A name of the form PREFIX-NNNNN-of-NNNNN.gguf, numbers from 1. */
struct shard_name {
    size_t prefix_size;
    unsigned number;
    unsigned count;
};

static bool parse_number(const char *text, unsigned *out)
{
    *out = 0;
    for (int i = 0; i < NUMBER_DIGITS; i++) {
        if (!isdigit((unsigned char)text[i])) {
            return false;
        }
        *out = *out * 10 + (unsigned)(text[i] - '0');
    }
    return true;
}

static bool parse_shard_name(const char *path, struct shard_name *out)
{
    const size_t size = strlen(path);
    if (size < SUFFIX_SIZE) {
        return false;
    }
    const char *const suffix = path + size - SUFFIX_SIZE;
    out->prefix_size = size - SUFFIX_SIZE;
    return suffix[0] == '-' && parse_number(suffix + 1, &out->number) &&
           strncmp(suffix + 1 + NUMBER_DIGITS, "-of-", 4) == 0 &&
           parse_number(suffix + 5 + NUMBER_DIGITS, &out->count) &&
           strcmp(suffix + 5 + 2 * NUMBER_DIGITS, ".gguf") == 0 && out->number >= 1 &&
           out->number <= out->count;
}

static enum libgguf_status open_single(const char *path, const struct libgguf_open_options *options,
                                       struct libgguf_file **out, struct libgguf_error *err)
{
    *out = NULL;
    struct libgguf_source *source;
    enum libgguf_status status = libgguf_source_from_path(path, &source, err);
    if (status) {
        return status;
    }
    status = libgguf_open_source(source, options, out, err);
    if (status) {
        libgguf_source_close(source);
        return status;
    }
    char **const paths = calloc(1, sizeof *paths);
    char *const copy = strdup(path);
    if (!paths || !copy) {
        free(paths);
        free(copy);
        libgguf_close(*out);
        *out = NULL;
        return failure_memory(err);
    }
    paths[0] = copy;
    (*out)->paths = paths;
    (*out)->shard_count = 1;
    return LIBGGUF_OK;
}

static char *shard_path(const char *path, const struct shard_name *name, unsigned number)
{
    char *const out = malloc(strlen(path) + 1);
    if (out) {
        memcpy(out, path, name->prefix_size);
        snprintf(out + name->prefix_size, SUFFIX_SIZE + 1, "-%05u-of-%05u.gguf", number % 100000,
                 name->count % 100000);
    }
    return out;
}

static enum libgguf_status missing_shard(const struct libgguf_file *set, unsigned index,
                                         struct libgguf_error *err)
{
    const char *const path = set->paths[index];
    const char *const slash = strrchr(path, '/');
    const char *const base = slash ? slash + 1 : path;
    char name[ERROR_NAME_SIZE];
    return failure(err, LIBGGUF_ERR_SHARDS, LIBGGUF_NO_OFFSET, "shard %u of %zu is missing: '%s'",
                   index + 1, set->shard_count, error_name(name, base, strlen(base)));
}

/* The shard at @p index, counted from 0; none where it is missing and may be. */
static enum libgguf_status open_shard(struct libgguf_file *set, unsigned index,
                                      const struct libgguf_open_options *options,
                                      struct libgguf_error *err)
{
    struct libgguf_error detail;
    const enum libgguf_status status =
        open_single(set->paths[index], options, &set->shards[index], &detail);
    if (!status) {
        return LIBGGUF_OK;
    }
    if (status == LIBGGUF_ERR_IO && detail.sys_errno == ENOENT) {
        return options->allow_missing_data ? LIBGGUF_OK : missing_shard(set, index, err);
    }
    if (err) {
        *err = detail;
        error_prefix(err, "shard %u: ", index + 1);
    }
    return status;
}

/* All shards but the one that is there already; metadata is that of the first. */
static enum libgguf_status open_shards(struct libgguf_file *set, const char *path,
                                       const struct shard_name *name,
                                       const struct libgguf_open_options *options,
                                       struct libgguf_error *err)
{
    struct libgguf_open_options alone = *options;
    alone.single_file = true;
    for (unsigned i = 0; i < name->count; i++) {
        set->paths[i] = shard_path(path, name, i + 1);
        if (!set->paths[i]) {
            return failure_memory(err);
        }
        if (!set->shards[i]) {
            const enum libgguf_status status = open_shard(set, i, &alone, err);
            if (status) {
                return status;
            }
        }
        if (set->primary == set && set->shards[i]) {
            set->primary = set->shards[i];
        }
    }
    return LIBGGUF_OK;
}

/* One table of the tensors of all shards; names stay in the shards. */
static enum libgguf_status join_tensors(struct libgguf_file *set,
                                        const struct libgguf_open_options *options,
                                        struct libgguf_error *err)
{
    for (size_t i = 0; i < set->shard_count; i++) {
        const struct libgguf_file *const shard = set->shards[i];
        for (size_t j = 0; shard && j < shard->tensor_count; j++) {
            if (set->tensor_count == UINT32_MAX - 1) {
                return failure_memory(err);
            }
            struct libgguf_tensor *const tensors =
                list_room(set->tensors, set->tensor_count, &set->tensor_capacity, sizeof *tensors);
            if (!tensors) {
                return failure_memory(err);
            }
            set->tensors = tensors;
            struct libgguf_tensor *const tensor = &tensors[set->tensor_count];
            *tensor = shard->tensors[j];
            tensor->shard = i;
            tensor->index = set->tensor_count;
            if (!file_index_tensor(set, (uint32_t)set->tensor_count)) {
                return failure_memory(err);
            }
            set->tensor_count++;
            char name[ERROR_NAME_SIZE];
            if (tensor->duplicate && !options->allow_duplicates) {
                return failure(err, LIBGGUF_ERR_DUPLICATE_TENSOR, tensor->info_offset,
                               "tensor '%s' occurs in more than one shard",
                               error_name(name, tensor->name.data, tensor->name.size));
            }
        }
    }
    return LIBGGUF_OK;
}

static enum libgguf_status check_agreement(const struct libgguf_file *set,
                                           struct libgguf_error *err)
{
    enum libgguf_status status = shard_rules_total(set, err);
    for (size_t i = 0; !status && i < set->shard_count; i++) {
        status = set->shards[i] ? shard_rules_member(set, i, err) : LIBGGUF_OK;
    }
    return status;
}

/* The set of which @p file, which becomes part of it, is the one that was named. */
static enum libgguf_status open_set(const char *path, const struct shard_name *name,
                                    const struct libgguf_open_options *options,
                                    struct libgguf_file *file, struct libgguf_file **out,
                                    struct libgguf_error *err)
{
    struct libgguf_file *const set = file_create();
    if (set) {
        set->shards = calloc(name->count, sizeof(struct libgguf_file *));
        set->paths = calloc(name->count, sizeof(char *));
        set->shard_count = set->shards && set->paths ? name->count : 0;
    }
    if (!set || set->shard_count == 0) {
        libgguf_close(set);
        libgguf_close(file);
        return failure_memory(err);
    }
    set->shards[name->number - 1] = file;
    enum libgguf_status status = open_shards(set, path, name, options, err);
    if (!status) {
        status = join_tensors(set, options, err);
    }
    if (!status && !options->allow_missing_data) {
        status = check_agreement(set, err);
    }
    if (status) {
        libgguf_close(set);
        return status;
    }
    *out = set;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_open(const char *path, const struct libgguf_open_options *options,
                                 struct libgguf_file **out, struct libgguf_error *err)
{
    static const struct libgguf_open_options strict = {.struct_size = sizeof strict};
    options = options ? options : &strict;
    enum libgguf_status status = open_single(path, options, out, err);
    struct shard_name name;
    uint64_t count = 0;
    if (status || options->single_file || !parse_shard_name(path, &name)) {
        return status;
    }
    struct libgguf_file *const file = *out;
    const struct libgguf_kv *const kv = libgguf_kv_find(file, "split.count");
    if (!kv || !libgguf_value_as_u64(&kv->value, &count) || count < 2) {
        return LIBGGUF_OK;
    }
    *out = NULL;
    return open_set(path, &name, options, file, out, err);
}
