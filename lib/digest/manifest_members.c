#include "digest/manifest_members.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

/* The library does not change what it reads, but asks for it without const. */
static json_t *json_of(const struct json_value *value)
{
    return (json_t *)value;
}

enum libgguf_status members_load(const char *data, size_t size, struct json_value **out,
                                 struct libgguf_error *err)
{
    json_error_t error;
    *out = (struct json_value *)json_loadb(data, size, JSON_REJECT_DUPLICATES, &error);
    if (*out) {
        return LIBGGUF_OK;
    }
    if (json_error_code(&error) == json_error_out_of_memory) {
        return failure_memory(err);
    }
    char text[ERROR_NAME_SIZE];
    return failure(err, LIBGGUF_ERR_MANIFEST, LIBGGUF_NO_OFFSET, "not valid JSON: line %d: %s",
                   error.line, error_name(text, error.text, strlen(error.text)));
}

void members_free(struct json_value *document)
{
    json_decref(json_of(document));
}

/* Names the member of the object @p json that is none of @p members. */
static enum libgguf_status refuse_unknown(json_t *json, const struct place *place,
                                          const struct member *members, size_t count,
                                          struct libgguf_error *err)
{
    const char *key = "";
    json_t *value;
    json_object_foreach(json, key, value)
    {
        size_t i = 0;
        while (i < count && strcmp(members[i].key, key) != 0) {
            i++;
        }
        if (i == count) {
            break;
        }
    }
    char name[ERROR_NAME_SIZE];
    const struct place unknown = {.parent = place, .key = error_name(name, key, strlen(key))};
    return place_refuse(&unknown, err, "is not a known member");
}

enum libgguf_status members_read_object(const struct json_value *value, const struct place *place,
                                        const struct member *members, size_t count,
                                        struct libgguf_error *err)
{
    if (!json_is_object(json_of(value))) {
        return place_refuse(place, err, "must be an object");
    }
    size_t present = 0;
    for (size_t i = 0; i < count; i++) {
        *members[i].out = members_find(value, members[i].key);
        present += *members[i].out != NULL;
        if (!*members[i].out && members[i].required) {
            const struct place missing = {.parent = place, .key = members[i].key};
            return place_refuse(&missing, err, "is missing");
        }
    }
    return present == json_object_size(json_of(value))
               ? LIBGGUF_OK
               : refuse_unknown(json_of(value), place, members, count, err);
}

const struct json_value *members_find(const struct json_value *value, const char *key)
{
    return (const struct json_value *)json_object_get(json_of(value), key);
}

enum libgguf_status members_read_array(const struct json_value *value, const struct place *place,
                                       size_t limit, size_t *count, struct libgguf_error *err)
{
    if (!json_is_array(json_of(value))) {
        return place_refuse(place, err, "must be an array");
    }
    *count = json_array_size(json_of(value));
    if (*count > limit) {
        return place_refuse(place, err, "has %zu elements, more than %zu", *count, limit);
    }
    return LIBGGUF_OK;
}

const struct json_value *members_element(const struct json_value *value, size_t index)
{
    return (const struct json_value *)json_array_get(json_of(value), index);
}

static enum libgguf_status parse_next(struct member_list *list, const struct place *place,
                                      struct libgguf_error *err)
{
    const char *data;
    size_t size;
    if (!split_next(list->text, &list->taken, &data, &size)) {
        return LIBGGUF_OK;
    }
    json_error_t error;
    list->parsed = (struct json_value *)json_loadb(
        data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    list->next = list->parsed;
    if (list->parsed) {
        return LIBGGUF_OK;
    }
    if (json_error_code(&error) == json_error_out_of_memory) {
        return failure_memory(err);
    }
    char text[ERROR_NAME_SIZE];
    const struct place element = {.parent = place, .index = list->index - 1};
    return place_refuse(&element, err, "is not valid JSON: %s",
                        error_name(text, error.text, strlen(error.text)));
}

enum libgguf_status members_list_next(struct member_list *list, const struct place *place,
                                      struct libgguf_error *err)
{
    members_list_end(list);
    list->index++;
    if (list->text) {
        return parse_next(list, place, err);
    }
    list->next = members_element(list->array, list->index - 1);
    return LIBGGUF_OK;
}

enum libgguf_status members_list_begin(struct member_list *list, const struct json_value *value,
                                       const struct split_list *text, const struct place *place,
                                       struct libgguf_error *err)
{
    *list = (struct member_list){.array = value, .text = text};
    if (!json_is_array(json_of(value))) {
        return place_refuse(place, err, "must be an array");
    }
    return members_list_next(list, place, err);
}

void members_list_end(struct member_list *list)
{
    json_decref(json_of(list->parsed));
    list->parsed = NULL;
    list->next = NULL;
}

enum libgguf_status members_read_number(const struct json_value *value, const struct place *place,
                                        uint64_t least, uint64_t most, uint64_t *out,
                                        struct libgguf_error *err)
{
    if (!json_is_integer(json_of(value))) {
        return place_refuse(place, err, "must be an integer");
    }
    const json_int_t number = json_integer_value(json_of(value));
    if (number < 0 || (uint64_t)number < least || (uint64_t)number > most) {
        return place_refuse(place, err,
                            "is %" JSON_INTEGER_FORMAT ", which is not in %" PRIu64 " to %" PRIu64,
                            number, least, most);
    }
    *out = (uint64_t)number;
    return LIBGGUF_OK;
}

enum libgguf_status members_read_string(const struct json_value *value, const struct place *place,
                                        size_t limit, const char **data, size_t *size,
                                        struct libgguf_error *err)
{
    if (!json_is_string(json_of(value))) {
        return place_refuse(place, err, "must be a string");
    }
    *data = json_string_value(json_of(value));
    *size = json_string_length(json_of(value));
    if (*size > limit) {
        return place_refuse(place, err, "has %zu bytes, more than %zu", *size, limit);
    }
    return LIBGGUF_OK;
}
