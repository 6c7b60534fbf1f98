/* Reading and decoding a tensor of any size through a window of bounded size. */
#include <inttypes.h>

#include <libgguf/decode.h>
#include <libgguf/file.h>

#include "base/error.h"
#include "model/decode_tensor.h"

#define WINDOW_SIZE 16384

bool decode_tensor_is_big_endian(const struct libgguf_file *file,
                                 const struct libgguf_tensor *tensor)
{
    const struct libgguf_file *shard = libgguf_shard_at(file, tensor->shard);
    return libgguf_header(shard ? shard : file)->big_endian;
}

enum libgguf_status libgguf_tensor_decodable(const struct libgguf_file *file,
                                             const struct libgguf_tensor *tensor,
                                             struct libgguf_error *err)
{
    const bool big_endian = decode_tensor_is_big_endian(file, tensor);
    const enum libgguf_status status =
        libgguf_blocks_decode(tensor->type_id, big_endian, NULL, 0, NULL, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (tensor->dims[0] % tensor->type->block_elements != 0) {
        char name[ERROR_NAME_SIZE];
        return failure(err, LIBGGUF_ERR_UNSUPPORTED, tensor->offset,
                       "tensor '%s' has rows of %" PRIu64 " elements, not whole blocks of %" PRIu32,
                       error_name(name, tensor->name.data, tensor->name.size), tensor->dims[0],
                       tensor->type->block_elements);
    }
    return LIBGGUF_OK;
}

static enum libgguf_status range_check(const struct libgguf_tensor *tensor, uint64_t first_block,
                                       uint64_t block_count, struct libgguf_error *err)
{
    const uint64_t total = tensor->element_count / tensor->type->block_elements;
    if (first_block > total || block_count > total - first_block) {
        char name[ERROR_NAME_SIZE];
        return failure(err, LIBGGUF_ERR_ARGUMENT, tensor->offset,
                       "%" PRIu64 " blocks from block %" PRIu64
                       " asked for of tensor '%s', which has %" PRIu64,
                       block_count, first_block,
                       error_name(name, tensor->name.data, tensor->name.size), total);
    }
    return LIBGGUF_OK;
}

enum libgguf_status libgguf_tensor_decode(const struct libgguf_file *file,
                                          const struct libgguf_tensor *tensor, uint64_t first_block,
                                          size_t block_count, float *out, struct libgguf_error *err)
{
    enum libgguf_status status = libgguf_tensor_decodable(file, tensor, err);
    if (status == LIBGGUF_OK) {
        status = range_check(tensor, first_block, block_count, err);
    }
    if (status != LIBGGUF_OK) {
        return status;
    }
    const bool big_endian = decode_tensor_is_big_endian(file, tensor);
    const size_t block_size = tensor->type->block_size;
    uint8_t window[WINDOW_SIZE];
    uint64_t from = first_block * block_size;
    while (block_count > 0) {
        const size_t fitting = sizeof window / block_size;
        const size_t now = block_count < fitting ? block_count : fitting;
        status = libgguf_tensor_read(file, tensor, from, window, now * block_size, err);
        if (status == LIBGGUF_OK) {
            status = libgguf_blocks_decode(tensor->type_id, big_endian, window, now, out, err);
        }
        if (status != LIBGGUF_OK) {
            return status;
        }
        from += now * block_size;
        out += now * tensor->type->block_elements;
        block_count -= now;
    }
    return LIBGGUF_OK;
}
