#include "json_value.h"

#include <math.h>
#include <string.h>

void json_value_str(struct libgguf_json *json, const struct libgguf_file *file,
                    const struct libgguf_str *str)
{
    char *text = NULL;
    if (str->data || str->size == 0) {
        libgguf_json_string(json, str->data, (size_t)str->size);
    } else if (libgguf_str_load(file, str, &text, NULL) == LIBGGUF_OK) {
        libgguf_json_string(json, text, (size_t)str->size);
    } else {
        libgguf_json_null(json);
    }
    libgguf_free(text);
}

void json_member_str(struct libgguf_json *json, const char *key, const struct libgguf_file *file,
                     const struct libgguf_str *str)
{
    libgguf_json_key(json, key);
    if (str->size > 0) {
        json_value_str(json, file, str);
    } else {
        libgguf_json_null(json);
    }
}

static void scalar(struct libgguf_json *json, const struct libgguf_file *file,
                   const struct libgguf_value *value)
{
    switch (value->type) {
    case LIBGGUF_VALUE_U8:
        libgguf_json_u64(json, value->as.u8);
        break;
    case LIBGGUF_VALUE_I8:
        libgguf_json_i64(json, value->as.i8);
        break;
    case LIBGGUF_VALUE_U16:
        libgguf_json_u64(json, value->as.u16);
        break;
    case LIBGGUF_VALUE_I16:
        libgguf_json_i64(json, value->as.i16);
        break;
    case LIBGGUF_VALUE_U32:
        libgguf_json_u64(json, value->as.u32);
        break;
    case LIBGGUF_VALUE_I32:
        libgguf_json_i64(json, value->as.i32);
        break;
    case LIBGGUF_VALUE_F32:
        libgguf_json_f32(json, value->as.f32);
        break;
    case LIBGGUF_VALUE_BOOL:
        libgguf_json_bool(json, value->as.boolean != 0);
        break;
    case LIBGGUF_VALUE_STRING:
        json_value_str(json, file, &value->as.string);
        break;
    case LIBGGUF_VALUE_U64:
        libgguf_json_u64(json, value->as.u64);
        break;
    case LIBGGUF_VALUE_I64:
        libgguf_json_i64(json, value->as.i64);
        break;
    case LIBGGUF_VALUE_F64:
        libgguf_json_f64(json, value->as.f64);
        break;
    case LIBGGUF_VALUE_ARRAY:
        libgguf_json_null(json);
        break;
    }
}

/* One array iterator for each level of nesting, which the library keeps at LIBGGUF_MAX_ARRAY_DEPTH.
 */
static void items_of(struct libgguf_json *json, const struct libgguf_file *file,
                     const struct libgguf_array *array, uint64_t items, unsigned depth)
{
    struct libgguf_array_iter iter;
    struct libgguf_value item;
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINE);
    libgguf_array_begin(&iter, array);
    for (uint64_t i = 0; i < items && libgguf_array_next(&iter, &item); i++) {
        if (item.type != LIBGGUF_VALUE_ARRAY) {
            scalar(json, file, &item);
        } else if (depth < LIBGGUF_MAX_ARRAY_DEPTH) {
            items_of(json, file, &item.as.array, items, depth + 1);
        }
        if (libgguf_json_status(json) != LIBGGUF_OK) {
            break;
        }
    }
    libgguf_json_array_end(json);
}

void json_value_members(struct libgguf_json *json, const struct libgguf_file *file,
                        const struct libgguf_value *value, uint64_t items)
{
    libgguf_json_member_text(json, "type", libgguf_value_type_name(value->type));
    if (value->type == LIBGGUF_VALUE_ARRAY) {
        const struct libgguf_array *array = &value->as.array;
        libgguf_json_member_text(json, "element_type", libgguf_value_type_name(array->type));
        libgguf_json_member_u64(json, "count", array->count);
        if (items > 0) {
            libgguf_json_key(json, "items");
            items_of(json, file, array, items, 1);
        }
        return;
    }
    libgguf_json_key(json, "value");
    scalar(json, file, value);
    if (value->type == LIBGGUF_VALUE_BOOL && value->as.boolean > 1) {
        libgguf_json_member_u64(json, "byte", value->as.boolean);
    }
}

void json_member_float(struct libgguf_json *json, const char *key, double value)
{
    libgguf_json_key(json, key);
    if (isnan(value)) {
        libgguf_json_null(json);
    } else if ((double)(float)value == value) {
        libgguf_json_f32(json, (float)value);
    } else {
        libgguf_json_f64(json, value);
    }
}

void json_tensor_members(struct libgguf_json *json, const struct libgguf_tensor *tensor)
{
    libgguf_json_member_text(json, "type", tensor->type ? tensor->type->name : NULL);
    libgguf_json_member_u64(json, "type_id", tensor->type_id);
    libgguf_json_key(json, "dims");
    libgguf_json_array_begin(json, LIBGGUF_JSON_LINE);
    for (uint32_t i = 0; i < tensor->dim_count; i++) {
        libgguf_json_u64(json, tensor->dims[i]);
    }
    libgguf_json_array_end(json);
}
