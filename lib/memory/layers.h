/** @file What each layer keeps per token and per sequence. Private to memory/. */
#ifndef MEMORY_LAYERS_H
#define MEMORY_LAYERS_H

#include "memory/footprint.h"

/**
 * Fills in the KV runs, the recurrent state and the facts about layers of @p footprint.
 * Statuses: MEMORY, IO, TRUNCATED, WRONG_TYPE, AMBIGUOUS, RANGE.
 */
enum libgguf_status layers_read(struct libgguf_footprint *footprint,
                                const struct libgguf_file *file, struct libgguf_error *err);

#endif
