#include <inttypes.h>
#include <stdlib.h>

#include "base/arithmetic.h"
#include "bundle/recast.h"

/* Readers of shards know versions 2 and 3 only. */
#define SHARD_VERSION 3

static struct recast shard_recast(const struct libgguf_file *model, size_t index, size_t count)
{
    const struct libgguf_header *const header = libgguf_header(model);
    return (struct recast){.model = model,
                           .options = {.struct_size = sizeof(struct libgguf_writer_options),
                                       .version = SHARD_VERSION,
                                       .big_endian = header->big_endian,
                                       .alignment = header->alignment},
                           .with_metadata = index == 0,
                           .is_shard = true,
                           .shard = (uint16_t)index,
                           .shard_count = (uint16_t)count};
}

/* What the size of a shard is computed from. */
struct shard_sizes {
    uint64_t alignment;
    uint64_t first_metadata; /* bytes before the tensor records of the first shard */
    uint64_t other_metadata; /* and of the others */
};

static enum libgguf_status measure_metadata(const struct libgguf_file *model, size_t index,
                                            uint64_t *out, struct libgguf_error *err)
{
    const struct recast recast = shard_recast(model, index, 1);
    struct libgguf_writer *writer;
    struct libgguf_header layout;
    enum libgguf_status status = recast_begin(&recast, &writer, err);
    if (!status) {
        status = libgguf_writer_layout(writer, &layout, err);
        *out = status ? 0 : layout.tensor_info_offset;
        libgguf_writer_free(writer);
    }
    return status;
}

static enum libgguf_status measure_sizes(const struct libgguf_file *model, struct shard_sizes *out,
                                         struct libgguf_error *err)
{
    out->alignment = libgguf_header(model)->alignment;
    enum libgguf_status status = measure_metadata(model, 0, &out->first_metadata, err);
    return status ? status : measure_metadata(model, 1, &out->other_metadata, err);
}

/* Bytes of the record of a tensor, as gguf-format 2 lays it out for version 3. */
static uint64_t info_size(const struct libgguf_tensor *tensor)
{
    return 8 + tensor->name.size + 4 + 8 * (uint64_t)tensor->dim_count + 4 + 8;
}

/* A shard being filled. */
struct filling {
    uint64_t header; /* bytes, without padding */
    uint64_t data;
};

/* The size of the shard with one more tensor; false when it exceeds 2^64. */
static bool size_with(const struct shard_sizes *sizes, const struct filling *filling,
                      const struct libgguf_tensor *tensor, struct filling *grown, uint64_t *size)
{
    uint64_t header;
    uint64_t padded;
    *grown = *filling;
    return checked_add_u64(filling->header, tensor ? info_size(tensor) : 0, &grown->header) &&
           checked_align_u64(grown->header, sizes->alignment, &header) &&
           checked_align_u64(tensor ? tensor->size : 0, sizes->alignment, &padded) &&
           checked_add_u64(filling->data, padded, &grown->data) &&
           checked_add_u64(header, grown->data, size);
}

/* bundle-format 6: the first shard has all metadata and may have no tensor; a tensor alone needs
 * its own shard to fit. */
static enum libgguf_status find_smallest(const struct libgguf_file *model,
                                         const struct shard_sizes *sizes, uint64_t limit,
                                         uint64_t *smallest, struct libgguf_error *err)
{
    const struct filling first = {.header = sizes->first_metadata};
    const struct filling other = {.header = sizes->other_metadata};
    const struct libgguf_tensor *largest = NULL;
    struct filling grown;
    uint64_t size = 0;
    uint64_t needed = 0;
    (void)size_with(sizes, &first, NULL, &grown, &needed);
    for (size_t i = 0; i < libgguf_tensor_count(model); i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(model, i);
        if (!tensor->size_known) {
            char name[ERROR_NAME_SIZE];
            return failure(err, LIBGGUF_ERR_UNSUPPORTED, tensor->info_offset,
                           "tensor '%s' has a type of unknown size",
                           error_name(name, tensor->name.data, tensor->name.size));
        }
        if (!size_with(sizes, &other, tensor, &grown, &size)) {
            size = UINT64_MAX;
        }
        if (size > needed) {
            needed = size;
            largest = tensor;
        }
    }
    *smallest = needed;
    if (needed <= limit) {
        return LIBGGUF_OK;
    }
    if (!largest) {
        return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                       "the metadata alone has %" PRIu64
                       " bytes, which is the smallest limit that works",
                       needed);
    }
    char name[ERROR_NAME_SIZE];
    return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                   "tensor '%.60s' has %" PRIu64 " bytes; the smallest limit that works is %" PRIu64
                   " bytes",
                   error_name(name, largest->name.data, largest->name.size), largest->size, needed);
}

static enum libgguf_status fill_shards(const struct libgguf_file *model,
                                       const struct shard_sizes *sizes, struct libgguf_split *split,
                                       struct libgguf_error *err)
{
    struct filling filling = {.header = sizes->first_metadata};
    const size_t count = libgguf_tensor_count(model);
    split->count = 1;
    split->first[0] = 0;
    (void)size_with(sizes, &filling, NULL, &filling, &split->size[0]);
    for (size_t i = 0; i < count; i++) {
        const struct libgguf_tensor *const tensor = libgguf_tensor_at(model, i);
        struct filling grown;
        uint64_t size = 0;
        if (!size_with(sizes, &filling, tensor, &grown, &size) || size > split->limit) {
            if (split->count == LIBGGUF_RECAST_MAX_SHARDS) {
                return failure(err, LIBGGUF_ERR_RANGE, LIBGGUF_NO_OFFSET,
                               "more than %d shards: the limit is too small",
                               LIBGGUF_RECAST_MAX_SHARDS);
            }
            filling = (struct filling){.header = sizes->other_metadata};
            split->first[split->count++] = i;
            (void)size_with(sizes, &filling, tensor, &grown, &size);
        }
        filling = grown;
        split->size[split->count - 1] = size;
    }
    split->first[split->count] = count;
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_split_plan(const struct libgguf_file *model, uint64_t limit,
                                       struct libgguf_split **out, uint64_t *smallest,
                                       struct libgguf_error *err)
{
    struct shard_sizes sizes;
    uint64_t needed = 0;
    *out = NULL;
    enum libgguf_status status = recast_check(model, err);
    if (!status) {
        status = measure_sizes(model, &sizes, err);
    }
    if (!status) {
        status = find_smallest(model, &sizes, limit, &needed, err);
    }
    if (smallest) {
        *smallest = needed;
    }
    if (status) {
        return status;
    }
    struct libgguf_split *const split = calloc(1, sizeof *split);
    const size_t room = libgguf_tensor_count(model) + 2;
    if (split) {
        split->limit = limit;
        split->first = malloc(room * sizeof *split->first);
        split->size = malloc(room * sizeof *split->size);
    }
    status = split && split->first && split->size ? fill_shards(model, &sizes, split, err)
                                                  : (enum libgguf_status)failure_memory(err);
    if (status) {
        libgguf_split_free(split);
        return status;
    }
    *out = split;
    return LIBGGUF_OK;
}

void libgguf_split_free(struct libgguf_split *split)
{
    if (split) {
        free(split->first);
        free(split->size);
        free(split);
    }
}

enum libgguf_status libgguf_recast_shard(const struct libgguf_file *model,
                                         const struct libgguf_split *split, size_t index,
                                         struct libgguf_file **out, struct libgguf_error *err)
{
    *out = NULL;
    if (index >= split->count) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "there is no shard %zu",
                       index);
    }
    struct recast recast = shard_recast(model, index, split->count);
    recast.first = split->first[index];
    recast.end = split->first[index + 1];
    return recast_open(&recast, out, err);
}
