/** @file Whether the bytes of an open file are the right ones. */
#ifndef BUNDLE_PROVE_H
#define BUNDLE_PROVE_H

#include "bundle/crew.h"

/* What is known of a file after reading it. */
struct proof {
    uint64_t size; /* bytes read, at most the limit */
    struct libgguf_digest sha256;
};

/*
 * Hashes @p size bytes of @p fd from @p offset, fewer where the file ends. What is read is passed
 * to @p sink, which may be NULL, and counted as progress. @p path is for messages.
 * Statuses: IO, CANCELLED, those of the sink, UNSUPPORTED.
 */
enum libgguf_status
prove_range(struct crew_member *member, int fd, uint64_t offset, uint64_t size,
            enum libgguf_status (*sink)(void *context, const void *data, size_t size,
                                        uint64_t offset, struct libgguf_error *err),
            void *context, const char *path, struct proof *out, struct libgguf_error *err);

/*
 * As prove_range() for what the gzip file @p fd decompresses to, which must be @p size bytes;
 * *good is false when it is anything else. Progress is counted in decompressed bytes.
 */
enum libgguf_status prove_gzip(struct crew_member *member, int fd, uint64_t size,
                               enum libgguf_status (*sink)(void *context, const void *data,
                                                           size_t size, uint64_t offset,
                                                           struct libgguf_error *err),
                               void *context, const char *path, bool *good, struct proof *out,
                               struct libgguf_error *err);

#endif
