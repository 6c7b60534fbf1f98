#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/source.h"
#include "format/file.h"
#include "format/value.h"

struct value_type {
    const char *name;
    size_t size;
};

static const struct value_type value_types[] = {
    [LIBGGUF_VALUE_U8] = {"u8", 1},         [LIBGGUF_VALUE_I8] = {"i8", 1},
    [LIBGGUF_VALUE_U16] = {"u16", 2},       [LIBGGUF_VALUE_I16] = {"i16", 2},
    [LIBGGUF_VALUE_U32] = {"u32", 4},       [LIBGGUF_VALUE_I32] = {"i32", 4},
    [LIBGGUF_VALUE_F32] = {"f32", 4},       [LIBGGUF_VALUE_BOOL] = {"bool", 1},
    [LIBGGUF_VALUE_STRING] = {"string", 0}, [LIBGGUF_VALUE_ARRAY] = {"array", 0},
    [LIBGGUF_VALUE_U64] = {"u64", 8},       [LIBGGUF_VALUE_I64] = {"i64", 8},
    [LIBGGUF_VALUE_F64] = {"f64", 8},
};

static const struct value_type *find_type(enum libgguf_value_type type)
{
    const size_t index = (size_t)type;
    return index < sizeof value_types / sizeof value_types[0] ? &value_types[index] : NULL;
}

const char *libgguf_value_type_name(enum libgguf_value_type type)
{
    const struct value_type *const found = find_type(type);
    return found ? found->name : NULL;
}

bool value_type_is_integer(enum libgguf_value_type type)
{
    return libgguf_value_type_size(type) > 0 && type != LIBGGUF_VALUE_F32 &&
           type != LIBGGUF_VALUE_F64 && type != LIBGGUF_VALUE_BOOL;
}

size_t libgguf_value_type_size(enum libgguf_value_type type)
{
    const struct value_type *const found = find_type(type);
    return found ? found->size : 0;
}

static enum libgguf_status get(const struct libgguf_file *file, const char *key,
                               enum libgguf_value_type type, const struct libgguf_value **out,
                               struct libgguf_error *err)
{
    const struct libgguf_kv *kv;
    const enum libgguf_status status = libgguf_kv_lookup(file, key, &kv, err);
    if (status) {
        return status;
    }
    if (kv->value.type != type) {
        char name[ERROR_NAME_SIZE];
        return failure(err, LIBGGUF_ERR_WRONG_TYPE, kv->value.offset,
                       "key '%s' has type %s, not %s", error_name(name, key, strlen(key)),
                       libgguf_value_type_name(kv->value.type), libgguf_value_type_name(type));
    }
    *out = &kv->value;
    return LIBGGUF_OK;
}

#define DEFINE_GETTER(name, c_type, value_type, expression)                                        \
    enum libgguf_status libgguf_get_##name(const struct libgguf_file *file, const char *key,       \
                                           c_type *out, struct libgguf_error *err)                 \
    {                                                                                              \
        const struct libgguf_value *value;                                                         \
        const enum libgguf_status status = get(file, key, (value_type), &value, err);              \
        if (!status) {                                                                             \
            *out = (expression);                                                                   \
        }                                                                                          \
        return status;                                                                             \
    }

DEFINE_GETTER(u8, uint8_t, LIBGGUF_VALUE_U8, value->as.u8)
DEFINE_GETTER(i8, int8_t, LIBGGUF_VALUE_I8, value->as.i8)
DEFINE_GETTER(u16, uint16_t, LIBGGUF_VALUE_U16, value->as.u16)
DEFINE_GETTER(i16, int16_t, LIBGGUF_VALUE_I16, value->as.i16)
DEFINE_GETTER(u32, uint32_t, LIBGGUF_VALUE_U32, value->as.u32)
DEFINE_GETTER(i32, int32_t, LIBGGUF_VALUE_I32, value->as.i32)
DEFINE_GETTER(u64, uint64_t, LIBGGUF_VALUE_U64, value->as.u64)
DEFINE_GETTER(i64, int64_t, LIBGGUF_VALUE_I64, value->as.i64)
DEFINE_GETTER(f32, float, LIBGGUF_VALUE_F32, value->as.f32)
DEFINE_GETTER(f64, double, LIBGGUF_VALUE_F64, value->as.f64)
DEFINE_GETTER(bool, bool, LIBGGUF_VALUE_BOOL, value->as.boolean != 0)
DEFINE_GETTER(str, struct libgguf_str, LIBGGUF_VALUE_STRING, value->as.string)
DEFINE_GETTER(array, struct libgguf_array, LIBGGUF_VALUE_ARRAY, value->as.array)

static bool as_i64(const struct libgguf_value *value, int64_t *out)
{
    switch (value->type) {
    case LIBGGUF_VALUE_I8:
        *out = value->as.i8;
        return true;
    case LIBGGUF_VALUE_I16:
        *out = value->as.i16;
        return true;
    case LIBGGUF_VALUE_I32:
        *out = value->as.i32;
        return true;
    case LIBGGUF_VALUE_I64:
        *out = value->as.i64;
        return true;
    default:
        return false;
    }
}

bool libgguf_value_as_u64(const struct libgguf_value *value, uint64_t *out)
{
    int64_t integer;
    switch (value->type) {
    case LIBGGUF_VALUE_U8:
        *out = value->as.u8;
        return true;
    case LIBGGUF_VALUE_U16:
        *out = value->as.u16;
        return true;
    case LIBGGUF_VALUE_U32:
        *out = value->as.u32;
        return true;
    case LIBGGUF_VALUE_U64:
        *out = value->as.u64;
        return true;
    default:
        if (!as_i64(value, &integer) || integer < 0) {
            return false;
        }
        *out = (uint64_t)integer;
        return true;
    }
}

bool libgguf_value_as_f64(const struct libgguf_value *value, double *out)
{
    uint64_t natural;
    int64_t integer;
    if (value->type == LIBGGUF_VALUE_F32) {
        *out = (double)value->as.f32;
    } else if (value->type == LIBGGUF_VALUE_F64) {
        *out = value->as.f64;
    } else if (libgguf_value_as_u64(value, &natural)) {
        *out = (double)natural;
    } else if (as_i64(value, &integer)) {
        *out = (double)integer;
    } else {
        return false;
    }
    return true;
}

bool libgguf_str_equal(const struct libgguf_str *str, const char *text)
{
    const size_t size = strlen(text);
    return str->data && str->size == size && memcmp(str->data, text, size) == 0;
}

enum libgguf_status libgguf_str_read(const struct libgguf_file *file, const struct libgguf_str *str,
                                     uint64_t from, void *buffer, size_t size,
                                     struct libgguf_error *err)
{
    if (from > str->size || size > str->size - from) {
        return failure(err, LIBGGUF_ERR_ARGUMENT, str->offset,
                       "bytes beyond the end of a string of %" PRIu64 " bytes", str->size);
    }
    if (size == 0) {
        return LIBGGUF_OK;
    }
    if (str->data) {
        memcpy(buffer, str->data + from, size);
        return LIBGGUF_OK;
    }
    return libgguf_source_read(file->primary->source, str->offset + from, buffer, size, err);
}

enum libgguf_status libgguf_str_load(const struct libgguf_file *file, const struct libgguf_str *str,
                                     char **out, struct libgguf_error *err)
{
    *out = NULL;
    if (str->size >= SIZE_MAX) {
        return failure_memory(err);
    }
    char *const text = malloc((size_t)str->size + 1);
    if (!text) {
        return failure_memory(err);
    }
    const enum libgguf_status status = libgguf_str_read(file, str, 0, text, (size_t)str->size, err);
    if (status) {
        free(text);
        return status;
    }
    text[str->size] = '\0';
    *out = text;
    return LIBGGUF_OK;
}

void libgguf_free(void *memory)
{
    free(memory);
}
