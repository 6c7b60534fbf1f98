/** @file The files that a manifest names, each once. */
#ifndef BUNDLE_STORED_H
#define BUNDLE_STORED_H

#include <stdbool.h>
#include <stddef.h>

#include <libgguf/manifest.h>

#include "base/error.h"

/* One file: of a bundle a chunk or its variant, of a shard set a shard. */
struct stored {
    const char *path; /* belongs to the manifest */
    uint64_t size;
    const struct libgguf_digest *sha256; /* NULL for a shard without a digest of its own */
    size_t file;
    size_t chunk; /* the first one that it is for */
    bool is_gzip;
};

struct stored_list {
    struct stored *files; /* in the order of the manifest */
    size_t count;
    const struct stored **by_path;   /* sorted */
    const struct stored **by_sha256; /* sorted */
};

/* Lists the files of @p manifest, which must outlive the list. Statuses: MEMORY. */
enum libgguf_status stored_list(const struct libgguf_manifest *manifest, struct stored_list *out,
                                struct libgguf_error *err);
void stored_free(struct stored_list *list);

/* The file with this path, or NULL. */
const struct stored *stored_with_path(const struct stored_list *list, const char *path);
/* A file with this digest, or NULL. */
const struct stored *stored_with_digest(const struct stored_list *list,
                                        const struct libgguf_digest *digest);

#endif
