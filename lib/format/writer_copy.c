/* Copying metadata entries of another file. Short values are encoded at once; arrays and long
 * strings are read when the file is written, byte for byte where both files encode alike. */
#include "format/writer.h"

#include <inttypes.h>
#include <string.h>

#include "base/arithmetic.h"
#include "base/error.h"

static size_t length_size(const struct libgguf_file *file)
{
    return libgguf_header(file)->version == 1 ? 4 : 8;
}

static bool same_encoding(const struct libgguf_writer *writer, const struct libgguf_file *file)
{
    return libgguf_header(file)->big_endian == writer->big_endian &&
           length_size(file) == writer_length_size(writer);
}

static enum libgguf_status walk_failure(enum libgguf_status status,
                                        const struct libgguf_array *array,
                                        struct libgguf_error *err)
{
    return failure(err, status, array->offset, "array of %" PRIu64 " elements cannot be read again",
                   array->count);
}

static enum libgguf_status array_size(const struct libgguf_writer *writer,
                                      const struct libgguf_file *file,
                                      const struct libgguf_array *array, uint64_t *out,
                                      struct libgguf_error *err)
{
    uint64_t size = 4 + writer_length_size(writer);
    enum libgguf_status status = writer_check_length(writer, array->count, err);
    if (status != LIBGGUF_OK) {
        return status;
    }
    if (array->type == LIBGGUF_VALUE_ARRAY) {
        struct libgguf_array_iter iter;
        struct libgguf_value element;
        libgguf_array_begin(&iter, array);
        while (status == LIBGGUF_OK && libgguf_array_next(&iter, &element)) {
            uint64_t element_size = 0;
            status = array_size(writer, file, &element.as.array, &element_size, err);
            size += element_size;
        }
        if (status == LIBGGUF_OK && libgguf_array_status(&iter) != LIBGGUF_OK) {
            return walk_failure(libgguf_array_status(&iter), array, err);
        }
    } else if (array->type == LIBGGUF_VALUE_STRING) {
        const uint64_t lengths = array->count * length_size(file);
        size += array->size - lengths + array->count * writer_length_size(writer);
    } else {
        size += array->size;
    }
    *out = size;
    return status;
}

enum libgguf_status writer_copy_size(const struct libgguf_writer *writer,
                                     const struct libgguf_file *file,
                                     const struct libgguf_value *value, uint64_t *out,
                                     struct libgguf_error *err)
{
    if (same_encoding(writer, file)) {
        *out = value->size;
        return LIBGGUF_OK;
    }
    if (value->type == LIBGGUF_VALUE_ARRAY) {
        return array_size(writer, file, &value->as.array, out, err);
    }
    *out = writer_length_size(writer) + value->as.string.size;
    return writer_check_length(writer, value->as.string.size, err);
}

static enum libgguf_status emit_number(const struct libgguf_writer *writer, uint64_t number,
                                       size_t size, struct emitter *emitter,
                                       struct libgguf_error *err)
{
    unsigned char encoded[8];
    writer_encode(writer, number, size, encoded);
    return emitter_put(emitter, encoded, size, err);
}

static enum libgguf_status emit_length(const struct libgguf_writer *writer, uint64_t length,
                                       struct emitter *emitter, struct libgguf_error *err)
{
    const enum libgguf_status status = writer_check_length(writer, length, err);
    return status == LIBGGUF_OK
               ? emit_number(writer, length, writer_length_size(writer), emitter, err)
               : status;
}

static enum libgguf_status emit_str(const struct libgguf_writer *writer,
                                    const struct libgguf_file *file, const struct libgguf_str *str,
                                    struct emitter *emitter, struct libgguf_error *err)
{
    enum libgguf_status status = emit_length(writer, str->size, emitter, err);
    for (uint64_t from = 0; from < str->size && status == LIBGGUF_OK;) {
        size_t room;
        unsigned char *out = emitter_room(emitter, str->size - from, &room, &status, err);
        if (!out) {
            return status;
        }
        if (str->data) {
            memcpy(out, str->data + from, room);
        } else {
            status = libgguf_str_read(file, str, from, out, room, err);
        }
        emitter_commit(emitter, room);
        from += room;
    }
    return status;
}

/* Recursion is bounded: the reader has refused arrays deeper than LIBGGUF_MAX_ARRAY_DEPTH. */
static enum libgguf_status emit_array(const struct libgguf_writer *writer,
                                      const struct libgguf_file *file,
                                      const struct libgguf_array *array, struct emitter *emitter,
                                      struct libgguf_error *err)
{
    enum libgguf_status status = emit_number(writer, (uint32_t)array->type, 4, emitter, err);
    if (status == LIBGGUF_OK) {
        status = emit_length(writer, array->count, emitter, err);
    }
    const size_t scalar_size = libgguf_value_type_size(array->type);
    struct libgguf_array_iter iter;
    struct libgguf_value element;
    libgguf_array_begin(&iter, array);
    while (status == LIBGGUF_OK && libgguf_array_next(&iter, &element)) {
        if (array->type == LIBGGUF_VALUE_ARRAY) {
            status = emit_array(writer, file, &element.as.array, emitter, err);
        } else if (array->type == LIBGGUF_VALUE_STRING) {
            status = emit_str(writer, file, &element.as.string, emitter, err);
        } else {
            status = emit_number(writer, writer_scalar_bits(&element.as, scalar_size), scalar_size,
                                 emitter, err);
        }
    }
    if (status == LIBGGUF_OK && libgguf_array_status(&iter) != LIBGGUF_OK) {
        return walk_failure(libgguf_array_status(&iter), array, err);
    }
    return status;
}

enum libgguf_status writer_copy_emit(const struct libgguf_writer *writer,
                                     const struct libgguf_file *file,
                                     const struct libgguf_value *value, struct emitter *emitter,
                                     struct libgguf_error *err)
{
    if (!same_encoding(writer, file)) {
        return value->type == LIBGGUF_VALUE_ARRAY
                   ? emit_array(writer, file, &value->as.array, emitter, err)
                   : emit_str(writer, file, &value->as.string, emitter, err);
    }
    enum libgguf_status status = LIBGGUF_OK;
    for (uint64_t from = 0; from < value->size && status == LIBGGUF_OK;) {
        size_t room;
        unsigned char *out = emitter_room(emitter, value->size - from, &room, &status, err);
        if (!out) {
            return status;
        }
        status =
            libgguf_source_read(libgguf_file_source(file), value->offset + from, out, room, err);
        emitter_commit(emitter, room);
        from += room;
    }
    return status;
}

enum libgguf_status libgguf_writer_copy_kv(struct libgguf_writer *writer,
                                           const struct libgguf_file *file,
                                           const struct libgguf_kv *kv, struct libgguf_error *err)
{
    const struct libgguf_value *value = &kv->value;
    struct writer_entry entry = {.type = value->type, .value = writer->bytes.size};
    enum libgguf_status status = LIBGGUF_OK;
    const size_t scalar_size = libgguf_value_type_size(value->type);
    if (scalar_size > 0) {
        const uint64_t bits = writer_scalar_bits(&value->as, scalar_size);
        status = writer_put(writer, bits, scalar_size) ? LIBGGUF_OK : failure_memory(err);
    } else if (value->type == LIBGGUF_VALUE_STRING && value->as.string.data) {
        status = writer_put_str(writer, value->as.string.data, value->as.string.size, err);
    } else {
        entry.file = file;
        entry.source = value;
        status = writer_copy_size(writer, file, value, &entry.value_size, err);
    }
    if (status != LIBGGUF_OK) {
        writer->bytes.size = entry.value;
        return status;
    }
    if (!entry.file) {
        entry.value_size = writer->bytes.size - entry.value;
    }
    return writer_add_entry(writer, kv->key.data, (size_t)kv->key.size, entry, err);
}
