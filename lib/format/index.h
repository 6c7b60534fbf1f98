/** @file The one walk over a header that everything else relies on. */
#ifndef FORMAT_INDEX_H
#define FORMAT_INDEX_H

#include "format/file.h"

/**
 * Fills the empty @p file from its source: header, metadata, tensors, all validated
 * (docs/gguf-format.md). On failure @p file holds what was allocated so far.
 */
enum libgguf_status index_read(struct libgguf_file *file,
                               const struct libgguf_open_options *options,
                               struct libgguf_error *err);

#endif
