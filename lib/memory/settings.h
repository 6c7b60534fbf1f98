/** @file Options with all defaults filled in. Private to memory/. */
#ifndef MEMORY_SETTINGS_H
#define MEMORY_SETTINGS_H

#include "memory/footprint.h"
#include "memory/strategy.h"

/**
 * Fills in @p out for a model of @p file_size bytes. Statuses: ARGUMENT, RANGE, UNSUPPORTED.
 */
enum libgguf_status settings_resolve(const struct libgguf_footprint *footprint,
                                     const struct strategy_row *strategy,
                                     const struct libgguf_estimate_options *options,
                                     uint64_t file_size, struct libgguf_estimate_settings *out,
                                     struct libgguf_error *err);

#endif
