/**
 * @file Files below a directory that nobody vouches for: reached part by part, and never through
 * a symbolic link. And the names that chunks have.
 */
#ifndef BUNDLE_PLACE_H
#define BUNDLE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <libgguf/digest.h>

#include "base/error.h"

/* "<64 digits>.bin" and its NUL. */
#define PLACE_CHUNK_NAME_SIZE (LIBGGUF_DIGEST_HEX_SIZE + 4)
/* "chunks/" before it. */
#define PLACE_CHUNK_PATH_SIZE (PLACE_CHUNK_NAME_SIZE + 7)
/* "partial", two numbers, dots, ".gz", ".store" and a NUL. */
#define PLACE_PARTIAL_NAME_SIZE 64

/* Opens the directory @p path, which may be a link; creates it with @p create. Returns 0 or errno.
 * What was created is said in @p created, which may be NULL. */
int place_open_directory(const char *path, bool create, int *fd, bool *created);

/* As place_open_directory() for the directory @p name in @p at, which may not be a link. */
int place_enter(int at, const char *name, bool create, int *fd, bool *created);

/* Opens the regular file @p path below @p root for reading. Returns 0, or errno: ELOOP for whatever
 * is no regular file or lies behind a link. */
int place_open_file(int root, const char *path, int *fd, uint64_t *size);

/* Writes all of it. Returns 0 or errno. */
int place_write(int fd, const void *data, size_t size);

/* As place_write() at byte @p offset. */
int place_write_at(int fd, const void *data, size_t size, uint64_t offset);

/* Reads up to @p size bytes at @p offset, fewer only at the end. Returns 0 or errno. */
int place_read_at(int fd, void *data, size_t size, uint64_t offset, size_t *got);

/* "<digest>.bin" or "<digest>.gz". */
void place_chunk_name(const struct libgguf_digest *digest, bool is_gzip,
                      char out[PLACE_CHUNK_NAME_SIZE]);
/* "chunks/" before that. */
void place_chunk_path(const struct libgguf_digest *digest, bool is_gzip,
                      char out[PLACE_CHUNK_PATH_SIZE]);
/* True for the names that place_chunk_name() makes. */
bool place_is_chunk_name(const char *name);

/* The name of chunk @p index of file @p file until it has its own. */
void place_partial_name(size_t file, size_t index, bool is_gzip, char out[PLACE_PARTIAL_NAME_SIZE]);
/* Another such name, for a link on its way to the store or from it. */
void place_spare_name(size_t file, size_t index, bool is_gzip, char out[PLACE_PARTIAL_NAME_SIZE]);
/* What the other files of a bundle are called until they have their names. */
#define PLACE_PARTIAL_EXTRA ".partial.extra"
#define PLACE_PARTIAL_MANIFEST ".partial.manifest"
#define PLACE_PARTIAL_SIGNATURE ".partial.signature"
/* True for all of these names. */
bool place_is_partial_name(const char *name);

/* Calls @p visit with every name in the directory @p fd but "." and "..", until it returns false.
 * Returns 0 or errno. */
int place_list(int fd, bool (*visit)(void *context, const char *name), void *context);

#endif
