/** @file What a byte source is made of, for the rooms that need more than reading. */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include <stdbool.h>

#include <libgguf/source.h>

struct source_class {
    enum libgguf_status (*read_some)(const struct libgguf_source *source, uint64_t offset,
                                     void *buffer, size_t size, size_t *got,
                                     struct libgguf_error *err);
    uint64_t (*size)(const struct libgguf_source *source);
    void (*close)(struct libgguf_source *source);
    /* NULL where nothing can change. */
    enum libgguf_status (*unchanged)(const struct libgguf_source *source,
                                     struct libgguf_error *err);
    /* NULL where there is nothing to drain. */
    enum libgguf_status (*drain)(const struct libgguf_source *source,
                                 bool (*progress)(void *context, uint64_t bytes), void *context,
                                 struct libgguf_error *err);
    /* NULL where reading forward is no different. */
    enum libgguf_status (*read_forward)(const struct libgguf_source *source, uint64_t offset,
                                        void *buffer, size_t size, size_t *got,
                                        struct libgguf_error *err);
};

/** The first member of every kind of source. */
struct libgguf_source {
    const struct source_class *class;
    const unsigned char *memory; /* the bytes themselves, or NULL */
    int fd;                      /* of a regular file, or -1 */
};

/*
 * As libgguf_source_read_some() for one pass over a source: @p offset is where the last call of the
 * pass ended, or 0. Of a stream only what was kept before is kept.
 */
enum libgguf_status source_read_forward(const struct libgguf_source *source, uint64_t offset,
                                        void *buffer, size_t size, size_t *got,
                                        struct libgguf_error *err);

#endif
