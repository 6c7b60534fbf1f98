/** @file What is said of tensors in more than one list. */
#ifndef INSPECT_TENSOR_TEXT_H
#define INSPECT_TENSOR_TEXT_H

#include "cli/size.h"
#include "model_file.h"

/** True when the name of @p tensor matches @p glob, or that is NULL. */
bool tensor_is_wanted(const struct libgguf_tensor *tensor, const char *glob);

/** "Q4_K", or "type 999" for one that is not known. */
const char *tensor_type_text(const struct libgguf_tensor *tensor, char out[CLI_NUMBER_SIZE]);

/** Room for tensor_shape_text(). */
#define TENSOR_SHAPE_SIZE 96

/** "64 × 512", or "scalar"; returns @p out. */
const char *tensor_shape_text(const struct libgguf_tensor *tensor, char out[TENSOR_SHAPE_SIZE]);

/** A line for each shard that is missing, and with it tensors that nobody knows of. */
void tensor_put_missing_shards(const struct model_file *model);

#endif
