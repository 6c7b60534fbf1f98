/** @file Tensors: their sums, as they are in the file or with other types. Private to memory/. */
#ifndef MEMORY_WEIGHTS_H
#define MEMORY_WEIGHTS_H

#include "memory/footprint.h"

/** Lists the tensors of @p file. Statuses: MEMORY, RANGE. */
enum libgguf_status weights_read(struct libgguf_footprint *footprint,
                                 const struct libgguf_file *file, struct libgguf_error *err);

/** The bytes of one file of a set, or what its tensors need where it is not all there. */
uint64_t weights_file_size(const struct libgguf_file *part);

/** The packed bytes of @p weight when matrices have @p type, or of the type it has when NULL. */
uint64_t weight_size_as(const struct weight *weight, const struct libgguf_tensor_type *type);

/** Sums up, with @p type as for weight_size_as(). Statuses: RANGE. */
enum libgguf_status weights_sum(const struct libgguf_footprint *footprint,
                                const struct libgguf_tensor_type *type, struct weights_total *out,
                                struct libgguf_error *err);

#endif
