#include "model/stats_read.h"

#include <inttypes.h>

#include "base/error.h"
#include "base/source.h"

#define SKIP_SIZE 16384

static bool in_order(const struct libgguf_tensor *const *tensors, size_t count)
{
    uint64_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (tensors[i]->offset < end) {
            return false;
        }
        end = tensors[i]->offset + tensors[i]->size;
    }
    return true;
}

void stats_reader_begin(struct stats_reader *reader, const struct libgguf_file *file,
                        const struct libgguf_tensor *const *tensors, size_t count)
{
    const struct libgguf_source *source = libgguf_file_source(file);
    const bool is_stream = source && source->class->read_forward;
    *reader = (struct stats_reader){
        .file = file,
        .stream = is_stream ? source : NULL,
        .forward = is_stream && in_order(tensors, count),
    };
}

bool stats_reader_is_parallel(const struct stats_reader *reader)
{
    return !reader->stream;
}

/* Reads exactly @p size bytes at the position, which moves on. */
static enum libgguf_status pass(struct stats_reader *reader, void *buffer, size_t size,
                                struct libgguf_error *err)
{
    size_t got;
    const enum libgguf_status status =
        source_read_forward(reader->stream, reader->position, buffer, size, &got, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    reader->position += got;
    if (got < size) {
        return failure(err, LIBGGUF_ERR_TRUNCATED, reader->position,
                       "the stream ends at byte %" PRIu64 ", within its tensors", reader->position);
    }
    return LIBGGUF_OK;
}

enum libgguf_status stats_read(struct stats_reader *reader, const struct libgguf_tensor *tensor,
                               uint64_t from, void *buffer, size_t size, struct libgguf_error *err)
{
    if (!reader->forward) {
        return libgguf_tensor_read(reader->file, tensor, from, buffer, size, err);
    }
    const uint64_t offset = tensor->offset + from;
    while (reader->position < offset) {
        char skipped[SKIP_SIZE];
        const uint64_t gap = offset - reader->position;
        const enum libgguf_status status =
            pass(reader, skipped, gap < SKIP_SIZE ? (size_t)gap : SKIP_SIZE, err);
        if (status != LIBGGUF_OK) {
            return status;
        }
    }
    return pass(reader, buffer, size, err);
}
