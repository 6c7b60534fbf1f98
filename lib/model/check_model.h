/** @file The check rules about what a model's metadata means, after those about its bytes. */
#ifndef MODEL_CHECK_MODEL_H
#define MODEL_CHECK_MODEL_H

#include "format/check.h"

/**
 * The rules about the architecture, its hyperparameters and the tokenizer of @p file, a file or a
 * set. Statuses: IO, TRUNCATED.
 */
LIBGGUF_NODISCARD enum libgguf_status
check_model(struct check *check, const struct libgguf_file *file, struct libgguf_error *err);

#endif
