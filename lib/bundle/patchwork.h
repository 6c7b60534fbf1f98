/**
 * @file A byte source put together from a header in memory and pieces of other sources, with zeros
 * between them.
 */
#ifndef BUNDLE_PATCHWORK_H
#define BUNDLE_PATCHWORK_H

#include <stddef.h>
#include <stdint.h>

#include <libgguf/source.h>

#include "base/error.h"

/* A run of bytes of another source, which must outlive the patchwork. */
struct patch {
    uint64_t at; /* in the patchwork */
    uint64_t size;
    const struct libgguf_source *source;
    uint64_t from; /* in the source */
};

/*
 * Makes a source of @p size bytes. Takes over @p header and @p patches, both from malloc(), also
 * when it fails; patches are sorted by place, and neither overlap nor reach into the header.
 * Statuses: MEMORY.
 */
enum libgguf_status patchwork_create(unsigned char *header, uint64_t header_size,
                                     struct patch *patches, size_t count, uint64_t size,
                                     struct libgguf_source **out, struct libgguf_error *err);

#endif
