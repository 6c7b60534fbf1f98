/** @file A file of a bundle as a byte source, put together from its chunk files. */
#ifndef BUNDLE_CHUNK_SOURCE_H
#define BUNDLE_CHUNK_SOURCE_H

#include <libgguf/manifest.h>

#include "base/error.h"

/*
 * Opens file number @p file of @p manifest in the directory @p root; both must outlive it. Bytes
 * are not proven by reading them. Statuses: MEMORY.
 */
enum libgguf_status chunk_source_open(int root, const struct libgguf_manifest *manifest,
                                      size_t file, struct libgguf_source **out,
                                      struct libgguf_error *err);

#endif
