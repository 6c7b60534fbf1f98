/* Adding metadata entries whose value is in memory. */
#include "format/writer.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"

uint64_t writer_scalar_bits(const void *scalar, size_t size)
{
    union {
        uint8_t u8;
        uint16_t u16;
        uint32_t u32;
        uint64_t u64;
    } bits = {.u64 = 0};
    memcpy(&bits, scalar, size);
    switch (size) {
    case 1:
        return bits.u8;
    case 2:
        return bits.u16;
    case 4:
        return bits.u32;
    default:
        return bits.u64;
    }
}

enum libgguf_status writer_put_length(struct libgguf_writer *writer, uint64_t length,
                                      struct libgguf_error *err)
{
    const enum libgguf_status status = writer_check_length(writer, length, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    return writer_put(writer, length, writer_length_size(writer)) ? LIBGGUF_OK
                                                                  : failure_memory(err);
}

enum libgguf_status writer_put_str(struct libgguf_writer *writer, const char *data, uint64_t size,
                                   struct libgguf_error *err)
{
    if (!data && size > 0) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "a string of %" PRIu64 " bytes is not in memory", size);
    }
    const enum libgguf_status status = writer_put_length(writer, size, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    return writer_put_bytes(writer, data, (size_t)size) ? LIBGGUF_OK : failure_memory(err);
}

static enum libgguf_status put_scalars(struct libgguf_writer *writer,
                                       const struct libgguf_array_input *array,
                                       struct libgguf_error *err)
{
    const size_t size = libgguf_value_type_size(array->type);
    if (size == 0) {
        return failure(err, LIBGGUF_ERR_VALUE_TYPE, LIBGGUF_NO_OFFSET,
                       "an array of unknown value type %d", (int)array->type);
    }
    const unsigned char *element = array->elements;
    for (uint64_t i = 0; i < array->count; i++, element += size) {
        const uint64_t bits = writer_scalar_bits(element, size);
        if (!writer_put(writer, array->type == LIBGGUF_VALUE_BOOL ? bits != 0 : bits, size)) {
            return failure_memory(err);
        }
    }
    return LIBGGUF_OK;
}

static enum libgguf_status put_strings(struct libgguf_writer *writer,
                                       const struct libgguf_array_input *array,
                                       struct libgguf_error *err)
{
    const struct libgguf_str *strings = array->elements;
    enum libgguf_status status = LIBGGUF_OK;
    for (uint64_t i = 0; i < array->count && status == LIBGGUF_OK; i++) {
        status = writer_put_str(writer, strings[i].data, strings[i].size, err);
    }
    return status;
}

/* Recursion is bounded: depth counts up to LIBGGUF_MAX_ARRAY_DEPTH. */
static enum libgguf_status put_array(struct libgguf_writer *writer,
                                     const struct libgguf_array_input *array, int depth,
                                     struct libgguf_error *err)
{
    if (depth > LIBGGUF_MAX_ARRAY_DEPTH) {
        return failure(err, LIBGGUF_ERR_DEPTH, LIBGGUF_NO_OFFSET, "arrays nested deeper than %d",
                       LIBGGUF_MAX_ARRAY_DEPTH);
    }
    if (!array->elements && array->count > 0) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, LIBGGUF_NO_OFFSET,
                       "an array of %" PRIu64 " elements without elements", array->count);
    }
    if (!writer_put(writer, (uint32_t)array->type, 4)) {
        return failure_memory(err);
    }
    enum libgguf_status status = writer_put_length(writer, array->count, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (array->type == LIBGGUF_VALUE_STRING) {
        return put_strings(writer, array, err);
    }
    if (array->type != LIBGGUF_VALUE_ARRAY) {
        return put_scalars(writer, array, err);
    }
    const struct libgguf_array_input *nested = array->elements;
    for (uint64_t i = 0; i < array->count && status == LIBGGUF_OK; i++) {
        status = put_array(writer, &nested[i], depth + 1, err);
    }
    return status;
}

/* The value has been appended from byte start on, unless status says otherwise. */
static enum libgguf_status finish(struct libgguf_writer *writer, const char *key,
                                  enum libgguf_value_type type, size_t start,
                                  enum libgguf_status status, struct libgguf_error *err)
{
    if (status != LIBGGUF_OK) {
        writer->bytes.size = start;
        return status;
    }
    const struct writer_entry entry = {
        .type = type, .value = start, .value_size = writer->bytes.size - start};
    return writer_add_entry(writer, key, strlen(key), entry, err);
}

static enum libgguf_status add_scalar(struct libgguf_writer *writer, const char *key,
                                      enum libgguf_value_type type, const void *scalar,
                                      struct libgguf_error *err)
{
    const size_t start = writer->bytes.size;
    const size_t size = libgguf_value_type_size(type);
    const bool done = writer_put(writer, writer_scalar_bits(scalar, size), size);
    return finish(writer, key, type, start, done ? LIBGGUF_OK : failure_memory(err), err);
}

enum libgguf_status libgguf_writer_add_u8(struct libgguf_writer *writer, const char *key,
                                          uint8_t value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_U8, &value, err);
}

enum libgguf_status libgguf_writer_add_i8(struct libgguf_writer *writer, const char *key,
                                          int8_t value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_I8, &value, err);
}

enum libgguf_status libgguf_writer_add_u16(struct libgguf_writer *writer, const char *key,
                                           uint16_t value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_U16, &value, err);
}

enum libgguf_status libgguf_writer_add_i16(struct libgguf_writer *writer, const char *key,
                                           int16_t value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_I16, &value, err);
}

enum libgguf_status libgguf_writer_add_u32(struct libgguf_writer *writer, const char *key,
                                           uint32_t value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_U32, &value, err);
}

enum libgguf_status libgguf_writer_add_i32(struct libgguf_writer *writer, const char *key,
                                           int32_t value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_I32, &value, err);
}

enum libgguf_status libgguf_writer_add_u64(struct libgguf_writer *writer, const char *key,
                                           uint64_t value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_U64, &value, err);
}

enum libgguf_status libgguf_writer_add_i64(struct libgguf_writer *writer, const char *key,
                                           int64_t value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_I64, &value, err);
}

enum libgguf_status libgguf_writer_add_f32(struct libgguf_writer *writer, const char *key,
                                           float value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_F32, &value, err);
}

enum libgguf_status libgguf_writer_add_f64(struct libgguf_writer *writer, const char *key,
                                           double value, struct libgguf_error *err)
{
    return add_scalar(writer, key, LIBGGUF_VALUE_F64, &value, err);
}

enum libgguf_status libgguf_writer_add_bool(struct libgguf_writer *writer, const char *key,
                                            bool value, struct libgguf_error *err)
{
    const uint8_t byte = value;
    return add_scalar(writer, key, LIBGGUF_VALUE_BOOL, &byte, err);
}

enum libgguf_status libgguf_writer_add_str(struct libgguf_writer *writer, const char *key,
                                           const char *data, size_t size, struct libgguf_error *err)
{
    const size_t start = writer->bytes.size;
    const enum libgguf_status status = writer_put_str(writer, data, size, err);
    return finish(writer, key, LIBGGUF_VALUE_STRING, start, status, err);
}

enum libgguf_status libgguf_writer_add_array(struct libgguf_writer *writer, const char *key,
                                             const struct libgguf_array_input *array,
                                             struct libgguf_error *err)
{
    const size_t start = writer->bytes.size;
    const enum libgguf_status status = put_array(writer, array, 1, err);
    return finish(writer, key, LIBGGUF_VALUE_ARRAY, start, status, err);
}
