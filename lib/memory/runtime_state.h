/** @file What a model needs besides its weights. Private to memory/. */
#ifndef MEMORY_RUNTIME_STATE_H
#define MEMORY_RUNTIME_STATE_H

#include "memory/footprint.h"

/**
 * Bytes of KV cache at @p context tokens. A sum that does not fit 63 bits is an error that names
 * the key of the context. Statuses: RANGE.
 */
enum libgguf_status state_kv(const struct libgguf_footprint *footprint,
                             const struct libgguf_estimate_settings *settings, uint64_t context,
                             struct libgguf_amount *out, struct libgguf_error *err);

/** Fills in the entries of @p terms that depend on neither weights nor chunks. Statuses: RANGE. */
enum libgguf_status state_terms(const struct libgguf_footprint *footprint,
                                const struct libgguf_estimate_settings *settings,
                                struct libgguf_amount terms[LIBGGUF_TERM_COUNT], uint32_t *notes,
                                struct libgguf_error *err);

#endif
