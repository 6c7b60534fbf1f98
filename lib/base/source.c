#include "base/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

struct memory_source {
    struct libgguf_source base;
    uint64_t size;
};

struct custom_source {
    struct libgguf_source base;
    struct libgguf_source_ops ops;
    void *context;
};

static enum libgguf_status memory_read_some(const struct libgguf_source *source, uint64_t offset,
                                            void *buffer, size_t size, size_t *got,
                                            struct libgguf_error *err)
{
    (void)err;
    const struct memory_source *const memory = (const struct memory_source *)source;
    const uint64_t left = offset < memory->size ? memory->size - offset : 0;
    *got = left < size ? (size_t)left : size;
    if (*got > 0) {
        memcpy(buffer, source->memory + offset, *got);
    }
    return LIBGGUF_OK;
}

static uint64_t memory_size(const struct libgguf_source *source)
{
    return ((const struct memory_source *)source)->size;
}

static void plain_close(struct libgguf_source *source)
{
    free(source);
}

static const struct source_class memory_class = {
    .read_some = memory_read_some, .size = memory_size, .close = plain_close};

enum libgguf_status libgguf_source_from_memory(const void *data, size_t size,
                                               struct libgguf_source **out,
                                               struct libgguf_error *err)
{
    *out = NULL;
    if (!data && size > 0) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET, "no memory to read");
    }
    struct memory_source *const memory = malloc(sizeof *memory);
    if (!memory) {
        return failure_memory(err);
    }
    /* An empty source still has an address, so that it is known to be memory. */
    *memory = (struct memory_source){
        .base = {.class = &memory_class, .memory = data ? data : (const void *)"", .fd = -1},
        .size = size};
    *out = &memory->base;
    return LIBGGUF_OK;
}

static enum libgguf_status custom_read_some(const struct libgguf_source *source, uint64_t offset,
                                            void *buffer, size_t size, size_t *got,
                                            struct libgguf_error *err)
{
    const struct custom_source *const custom = (const struct custom_source *)source;
    *got = 0;
    while (*got < size) {
        size_t step = 0;
        const int failed = custom->ops.read(custom->context, offset + *got,
                                            (unsigned char *)buffer + *got, size - *got, &step);
        if (failed) {
            return failure_read(err, failed, offset + *got, NULL);
        }
        if (step == 0 || step > size - *got) {
            break;
        }
        *got += step;
    }
    return LIBGGUF_OK;
}

static uint64_t custom_size(const struct libgguf_source *source)
{
    const struct custom_source *const custom = (const struct custom_source *)source;
    return custom->ops.size(custom->context);
}

static void custom_close(struct libgguf_source *source)
{
    struct custom_source *const custom = (struct custom_source *)source;
    if (custom->ops.close) {
        custom->ops.close(custom->context);
    }
    free(custom);
}

static const struct source_class custom_class = {
    .read_some = custom_read_some, .size = custom_size, .close = custom_close};

enum libgguf_status libgguf_source_from_ops(const struct libgguf_source_ops *ops, void *context,
                                            struct libgguf_source **out, struct libgguf_error *err)
{
    *out = NULL;
    if (!ops || ops->struct_size < sizeof *ops || !ops->read || !ops->size) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "a source needs struct_size, read and size");
    }
    struct custom_source *const custom = malloc(sizeof *custom);
    if (!custom) {
        return failure_memory(err);
    }
    *custom = (struct custom_source){
        .base = {.class = &custom_class, .fd = -1}, .ops = *ops, .context = context};
    *out = &custom->base;
    return LIBGGUF_OK;
}

void libgguf_source_close(struct libgguf_source *source)
{
    if (source) {
        source->class->close(source);
    }
}

uint64_t libgguf_source_size(const struct libgguf_source *source)
{
    return source->class->size(source);
}

enum libgguf_status libgguf_source_read_some(const struct libgguf_source *source, uint64_t offset,
                                             void *buffer, size_t size, size_t *got,
                                             struct libgguf_error *err)
{
    *got = 0;
    if (offset > INT64_MAX || size > INT64_MAX - offset) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, offset, "reading beyond 2^63 - 1 bytes");
    }
    return source->class->read_some(source, offset, buffer, size, got, err);
}

enum libgguf_status libgguf_source_read(const struct libgguf_source *source, uint64_t offset,
                                        void *buffer, size_t size, struct libgguf_error *err)
{
    size_t got = 0;
    const enum libgguf_status status =
        libgguf_source_read_some(source, offset, buffer, size, &got, err);
    if (status) {
        return status;
    }
    if (got < size) {
        /* Why is there no more? The byte after the last one knows. */
        unsigned char next;
        size_t more;
        const enum libgguf_status why =
            libgguf_source_read_some(source, offset + got, &next, 1, &more, err);
        if (why) {
            return why;
        }
        return failure(err, LIBGGUF_ERR_TRUNCATED, offset,
                       "wanted %zu bytes at byte %" PRIu64 ", but only %zu are there", size, offset,
                       got);
    }
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_source_drain(const struct libgguf_source *source,
                                         bool (*progress)(void *context, uint64_t bytes),
                                         void *context, struct libgguf_error *err)
{
    return source->class->drain ? source->class->drain(source, progress, context, err) : LIBGGUF_OK;
}

enum libgguf_status libgguf_source_unchanged(const struct libgguf_source *source,
                                             struct libgguf_error *err)
{
    return source->class->unchanged ? source->class->unchanged(source, err) : LIBGGUF_OK;
}

enum libgguf_status source_read_forward(const struct libgguf_source *source, uint64_t offset,
                                        void *buffer, size_t size, size_t *got,
                                        struct libgguf_error *err)
{
    *got = 0;
    return source->class->read_forward
               ? source->class->read_forward(source, offset, buffer, size, got, err)
               : libgguf_source_read_some(source, offset, buffer, size, got, err);
}
