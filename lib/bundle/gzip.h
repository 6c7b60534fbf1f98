/**
 * @file gzip (RFC 1952) by zlib. Compressing the same bytes with the same zlib gives the same
 * bytes: no time, no name, an unknown system. Decompressing is capped and strict.
 */
#ifndef BUNDLE_GZIP_H
#define BUNDLE_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Takes what comes out. A status other than LIBGGUF_OK ends the work, which returns it. */
typedef enum libgguf_status gzip_sink(void *context, const unsigned char *data, size_t size,
                                      struct libgguf_error *err);
/* Stores up to @p size bytes of input, and how many; none at the end. */
typedef enum libgguf_status gzip_source(void *context, unsigned char *data, size_t size,
                                        size_t *got, struct libgguf_error *err);

/* Both ends of the work. */
struct gzip_pipe {
    gzip_source *source;
    gzip_sink *sink;
    void *context;
    unsigned char *in; /* block_size bytes each */
    unsigned char *out;
    size_t block_size;
};

/*
 * Compresses the whole input. Stops early, with *fits false, when more than @p limit bytes would
 * come out. Statuses: MEMORY, those of the pipe.
 */
enum libgguf_status gzip_deflate(const struct gzip_pipe *pipe, uint64_t limit, bool *fits,
                                 struct libgguf_error *err);

/*
 * Decompresses one whole gzip member that is all of the input, and hands at most @p limit bytes to
 * the sink. *good is false when the input is anything else: damaged, cut short, with bytes
 * behind it, or not exactly @p limit bytes. Statuses: MEMORY, those of the pipe.
 */
enum libgguf_status gzip_inflate(const struct gzip_pipe *pipe, uint64_t limit, bool *good,
                                 struct libgguf_error *err);

#endif
