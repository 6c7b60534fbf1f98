/** @file Facts of a tensor that its decoding depends on. */
#ifndef MODEL_DECODE_TENSOR_H
#define MODEL_DECODE_TENSOR_H

#include <libgguf/tensor.h>

/** The byte order of the file, or shard, that @p tensor lies in. */
bool decode_tensor_is_big_endian(const struct libgguf_file *file,
                                 const struct libgguf_tensor *tensor);

#endif
