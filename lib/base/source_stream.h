/** @file A source over a pipe: read forward once, keeping what was asked for. */
#ifndef BASE_SOURCE_STREAM_H
#define BASE_SOURCE_STREAM_H

#include <stdbool.h>

#include <libgguf/source.h>

/** See libgguf_source_from_fd(). Closes @p fd with the source when @p owns_fd. */
enum libgguf_status source_stream_create(int fd, bool owns_fd, uint64_t retain_limit,
                                         struct libgguf_source **out, struct libgguf_error *err);

#endif
