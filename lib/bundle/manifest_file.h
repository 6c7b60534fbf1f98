/** @file The manifest of a bundle that is open. */
#ifndef BUNDLE_MANIFEST_FILE_H
#define BUNDLE_MANIFEST_FILE_H

#include <libgguf/manifest.h>

#include "base/error.h"

/*
 * The bytes of the manifest in the directory @p root, freed by the caller; NULL after a failure.
 * Statuses: NOT_FOUND, IO, MANIFEST (too large), MEMORY.
 */
enum libgguf_status manifest_file_load(int root, char **data, size_t *size,
                                       struct libgguf_error *err);

/*
 * Checks that the signature in @p root is one of @p size bytes at @p data by @p key.
 * Statuses: SIGNATURE (missing as well), KEY, IO, MEMORY.
 */
enum libgguf_status manifest_file_check_signature(int root, const void *data, size_t size,
                                                  const char *key, size_t key_size,
                                                  struct libgguf_error *err);

/* As libgguf_bundle_manifest() for the directory @p root. */
enum libgguf_status manifest_file_read(int root, const char *key, size_t key_size,
                                       struct libgguf_manifest **out, struct libgguf_error *err);

#endif
