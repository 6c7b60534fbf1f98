/** @file How large a model's vocabulary is. Private to memory/. */
#ifndef MEMORY_VOCABULARY_H
#define MEMORY_VOCABULARY_H

#include "memory/footprint.h"

/** Fills in tokens, merges and the size of the vocabulary. Statuses: those of hyperparameters. */
enum libgguf_status vocabulary_read(struct libgguf_footprint *footprint,
                                    const struct libgguf_file *file, struct libgguf_error *err);

#endif
