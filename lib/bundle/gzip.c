#include "bundle/gzip.h"

#include <zlib.h>

/* Windows of 32 KiB, with the header and trailer of gzip instead of those of zlib. */
#define WINDOW_BITS (15 + 16)
#define MEMORY_LEVEL 8
#define OS_UNKNOWN 255

static enum libgguf_status deflate_block(z_stream *stream, const struct gzip_pipe *pipe, int flush,
                                         uint64_t limit, bool *fits, struct libgguf_error *err)
{
    do {
        stream->next_out = pipe->out;
        stream->avail_out = (uInt)pipe->block_size;
        (void)deflate(stream, flush);
        const size_t made = pipe->block_size - stream->avail_out;
        if (stream->total_out > limit) {
            *fits = false;
            return LIBGGUF_OK;
        }
        const enum libgguf_status status =
            made > 0 ? pipe->sink(pipe->context, pipe->out, made, err) : LIBGGUF_OK;
        if (status) {
            return status;
        }
    } while (stream->avail_out == 0);
    return LIBGGUF_OK;
}

enum libgguf_status gzip_deflate(const struct gzip_pipe *pipe, uint64_t limit, bool *fits,
                                 struct libgguf_error *err)
{
    z_stream stream = {0};
    gz_header header = {.os = OS_UNKNOWN};
    *fits = true;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return failure_memory(err);
    }
    (void)deflateSetHeader(&stream, &header);
    enum libgguf_status status = LIBGGUF_OK;
    bool more = true;
    while (!status && more && *fits) {
        size_t got = 0;
        status = pipe->source(pipe->context, pipe->in, pipe->block_size, &got, err);
        more = got > 0;
        stream.next_in = pipe->in;
        stream.avail_in = (uInt)got;
        if (!status) {
            status = deflate_block(&stream, pipe, more ? Z_NO_FLUSH : Z_FINISH, limit, fits, err);
        }
    }
    deflateEnd(&stream);
    return status;
}

/* What one step of inflating came to. */
enum step { STEP_MORE, STEP_END, STEP_BAD };

static enum libgguf_status inflate_block(z_stream *stream, const struct gzip_pipe *pipe,
                                         uint64_t limit, enum step *step, struct libgguf_error *err)
{
    *step = STEP_MORE;
    do {
        const uint64_t left = limit - stream->total_out;
        /* One byte more than is wanted shows that there are more. */
        const uint64_t room = left < pipe->block_size ? left + 1 : pipe->block_size;
        const size_t wanted = room < pipe->block_size ? (size_t)room : pipe->block_size;
        stream->next_out = pipe->out;
        stream->avail_out = (uInt)wanted;
        const int result = inflate(stream, Z_NO_FLUSH);
        const size_t made = wanted - stream->avail_out;
        if (result == Z_MEM_ERROR) {
            return failure_memory(err);
        }
        if ((result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) ||
            stream->total_out > limit) {
            *step = STEP_BAD;
            return LIBGGUF_OK;
        }
        const enum libgguf_status status =
            made > 0 ? pipe->sink(pipe->context, pipe->out, made, err) : LIBGGUF_OK;
        if (status) {
            return status;
        }
        if (result == Z_STREAM_END) {
            *step = STEP_END;
            return LIBGGUF_OK;
        }
    } while (stream->avail_out == 0);
    return LIBGGUF_OK;
}

enum libgguf_status gzip_inflate(const struct gzip_pipe *pipe, uint64_t limit, bool *good,
                                 struct libgguf_error *err)
{
    z_stream stream = {0};
    *good = false;
    if (inflateInit2(&stream, WINDOW_BITS) != Z_OK) {
        return failure_memory(err);
    }
    enum libgguf_status status = LIBGGUF_OK;
    enum step step = STEP_MORE;
    size_t got = 1;
    while (!status && step == STEP_MORE && got > 0) {
        status = pipe->source(pipe->context, pipe->in, pipe->block_size, &got, err);
        stream.next_in = pipe->in;
        stream.avail_in = (uInt)got;
        if (!status && got > 0) {
            status = inflate_block(&stream, pipe, limit, &step, err);
        }
    }
    if (!status && step == STEP_END && stream.avail_in == 0 && stream.total_out == limit) {
        size_t behind = 0;
        status = pipe->source(pipe->context, pipe->in, pipe->block_size, &behind, err);
        *good = behind == 0;
    }
    inflateEnd(&stream);
    return status;
}
