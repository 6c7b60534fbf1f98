#include <inttypes.h>

#include "base/error.h"
#include "base/source.h"
#include "format/file.h"

enum libgguf_status libgguf_tensor_read(const struct libgguf_file *file,
                                        const struct libgguf_tensor *tensor, uint64_t from,
                                        void *buffer, size_t size, struct libgguf_error *err)
{
    if (!tensor->size_known) {
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, tensor->info_offset,
                       "the size of tensor type %" PRIu32 " is not known", tensor->type_id);
    }
    if (from > tensor->size || size > tensor->size - from) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, tensor->offset,
                       "bytes %" PRIu64 " to %" PRIu64 " of a tensor of %" PRIu64 " bytes", from,
                       from + size, tensor->size);
    }
    if (size == 0) {
        return LIBGGUF_OK;
    }
    const struct libgguf_source *const source = libgguf_shard_at(file, tensor->shard)->source;
    const enum libgguf_status status =
        libgguf_source_read(source, tensor->offset + from, buffer, size, err);
    if (status && libgguf_shard_count(file) > 1) {
        error_prefix(err, "shard %u: ", (unsigned)tensor->shard + 1);
    }
    return status;
}
