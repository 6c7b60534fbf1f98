/** @file Files of a few tensors and no metadata, put together in memory. */
#ifndef SMALL_MODEL_H
#define SMALL_MODEL_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libgguf/file.h>
#include <libgguf/tensor.h>

/** A tensor "t0", "t1", ... of @c columns by @c rows, with @c size bytes of data. */
struct small_tensor {
    uint32_t type_id;
    uint64_t columns;
    uint64_t rows;
    size_t size;
};

struct small_model {
    uint8_t *bytes;
    size_t size;
    uint8_t *data[8]; /* of each tensor, in bytes; the test fills it in */
    struct libgguf_file *file;
    const struct libgguf_tensor *tensors[8];
};

static inline void small_model_put(struct small_model *model, bool big_endian, uint64_t value,
                                   size_t width)
{
    for (size_t i = 0; i < width; i++) {
        const size_t shift = 8 * (big_endian ? width - 1 - i : i);
        model->bytes[model->size++] = (uint8_t)(value >> shift);
    }
}

/** Makes @p model with tensors whose data is zeros. */
static inline void small_model_make(struct small_model *model, bool big_endian,
                                    const struct small_tensor *tensors, size_t count)
{
    size_t total = 4096;
    for (size_t i = 0; i < count; i++) {
        total += (tensors[i].size + 31) / 32 * 32;
    }
    memset(model, 0, sizeof *model);
    model->bytes = calloc(1, total);
    assert(model->bytes && count <= sizeof model->data / sizeof model->data[0]);
    memcpy(model->bytes, "GGUF", 4);
    model->size = 4;
    small_model_put(model, big_endian, 3, 4);
    small_model_put(model, big_endian, count, 8);
    small_model_put(model, big_endian, 0, 8);
    uint64_t offset = 0;
    for (size_t i = 0; i < count; i++) {
        small_model_put(model, big_endian, 2, 8);
        small_model_put(model, big_endian, 't', 1);
        small_model_put(model, big_endian, '0' + i, 1);
        small_model_put(model, big_endian, 2, 4);
        small_model_put(model, big_endian, tensors[i].columns, 8);
        small_model_put(model, big_endian, tensors[i].rows, 8);
        small_model_put(model, big_endian, tensors[i].type_id, 4);
        small_model_put(model, big_endian, offset, 8);
        offset += (tensors[i].size + 31) / 32 * 32;
    }
    for (size_t i = 0; i < count; i++) {
        model->size = (model->size + 31) / 32 * 32;
        model->data[i] = model->bytes + model->size;
        model->size += tensors[i].size;
    }
}

/** Opens what was made; tensors may be cut off. */
static inline void small_model_open(struct small_model *model)
{
    const struct libgguf_open_options options = {.struct_size = sizeof options,
                                                 .allow_missing_data = true};
    struct libgguf_error err;
    const enum libgguf_status status =
        libgguf_open_memory(model->bytes, model->size, &options, &model->file, &err);
    assert(status == LIBGGUF_OK);
    (void)status;
    for (size_t i = 0; i < libgguf_tensor_count(model->file); i++) {
        model->tensors[i] = libgguf_tensor_at(model->file, i);
    }
}

static inline void small_model_free(struct small_model *model)
{
    libgguf_close(model->file);
    free(model->bytes);
}

#endif
