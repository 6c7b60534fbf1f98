/** @file A manifest in the making: what owns its memory, and the rules that hold for all of it. */
#ifndef DIGEST_MANIFEST_H
#define DIGEST_MANIFEST_H

#include <stdbool.h>

#include <libgguf/manifest.h>

#include "base/arena.h"

/* What libgguf_manifest_create() and libgguf_manifest_parse() allocate. */
struct manifest {
    struct libgguf_manifest public; /* the first member */
    struct arena texts;
};

/* An empty manifest of @p file_count files; NULL when out of memory. */
struct manifest *manifest_new(size_t file_count);

/* Copies @p size bytes at @p data into @p out; false when out of memory. */
bool manifest_copy_text(struct manifest *manifest, const char *data, size_t size,
                        struct libgguf_manifest_text *out);

/* True for the name of a file in one directory: not empty, no '/' or NUL, not "." or "..". */
bool manifest_name_is_safe(const char *name, size_t size);

/* The digest of all digests, in order, over all files. */
enum libgguf_status manifest_digest_of_chunks(const struct libgguf_manifest *manifest,
                                              struct libgguf_digest *out,
                                              struct libgguf_error *err);

/* Sets has_chunks, first_chunk and last_chunk of @p tensor from its offset and size. */
void manifest_locate_tensor(const struct libgguf_manifest_file *file,
                            struct libgguf_manifest_tensor *tensor);

/*
 * The rules of manifest-format 6 that concern more than one member. Statuses: MANIFEST, MEMORY,
 * UNSUPPORTED. manifest_check.c
 */
enum libgguf_status manifest_check(const struct libgguf_manifest *manifest,
                                   struct libgguf_error *err);

#endif
