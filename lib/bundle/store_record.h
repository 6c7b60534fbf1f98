/**
 * @file What a store remembers of a file that was bundled with it: its chunks, how the store's
 * files looked when their bytes were proven, and the digest of the whole. Kept in index/ of the
 * store, one record for each file and way to cut it.
 *
 * A record saves reading, and is never needed. That a file has not changed since is concluded as
 * libgguf_source_unchanged() does, from what the system says of it; that the digest is the right
 * one, from the digests of all chunks, which are computed each time. A record has a digest of its
 * own, so that one that was damaged is none.
 */
#ifndef BUNDLE_STORE_RECORD_H
#define BUNDLE_STORE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/digest.h>
#include <libgguf/source.h>

#include "base/error.h"
#include "bundle/file_stamp.h"

struct store_record_chunk {
    struct libgguf_digest sha256;
    struct file_stamp stamp; /* of the store's file */
};

/* Zero-initialised, it knows nothing. */
struct store_record {
    bool has_sha256;
    struct libgguf_digest sha256; /* of the whole file */
    size_t count;
    struct store_record_chunk *chunks; /* in the order of the file */
};

/*
 * Stores what the record of @p source, cut as @p plan_options say, is called by: a digest of its
 * size, of the options and of some of its bytes. Files with the same one are likely, and not
 * certain, to be the same. Statuses: MEMORY, UNSUPPORTED, and those of libgguf_source_read().
 */
enum libgguf_status store_record_key(const struct libgguf_source *source,
                                     const struct libgguf_plan_options *plan_options,
                                     struct libgguf_digest *out, struct libgguf_error *err);

/* Reads the record @p key in the directory @p at; without one, or with a bad one, @p out knows
 * nothing. Freed with store_record_free(). Statuses: MEMORY, UNSUPPORTED. */
enum libgguf_status store_record_read(int at, const struct libgguf_digest *key,
                                      struct store_record *out, struct libgguf_error *err);

/* Writes or replaces it, and does not wait for the disk. Returns 0 or errno. */
int store_record_write(int at, const struct libgguf_digest *key, const struct store_record *record);

void store_record_free(struct store_record *record);

/* True when both know the same. */
bool store_record_equal(const struct store_record *a, const struct store_record *b);

/* Removes the records in @p at of which a chunk is not in the directory @p chunks any more, and
 * what was left of writing some: as far as that can be done, since nothing depends on it. */
void store_record_prune(int at, int chunks);

#endif
