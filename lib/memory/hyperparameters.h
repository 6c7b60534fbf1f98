/**
 * @file Hyperparameters as memory needs them: present and usable, or missing, or an error that
 * names the key. Private to memory/.
 */
#ifndef MEMORY_HYPERPARAMETERS_H
#define MEMORY_HYPERPARAMETERS_H

#include <stdbool.h>
#include <stdint.h>

#include <libgguf/estimate.h>
#include <libgguf/model.h>

/** ARCH.@p name in @p out, LIBGGUF_ABSENT when missing. Statuses: all but NOT_FOUND. */
enum libgguf_status hyperparameter_u64(const struct libgguf_file *file, const char *name,
                                       uint64_t *out, struct libgguf_error *err);

/** ARCH.@p name for each of @p layer_count layers; @p present tells whether there is one. */
enum libgguf_status hyperparameter_layers(const struct libgguf_file *file, const char *name,
                                          uint64_t layer_count, struct libgguf_layers *out,
                                          bool *present, struct libgguf_error *err);

/** RANGE: ARCH.@p name has @p value, which is @p problem. */
enum libgguf_status hyperparameter_refuse(const struct libgguf_file *file, const char *name,
                                          uint64_t value, const char *problem,
                                          struct libgguf_error *err);

#endif
