#include "digest/manifest_values.h"

#include <string.h>

#include <libgguf/utf8.h>

enum libgguf_status value_number(const struct reader *reader, const struct json_value *json,
                                 const struct place *parent, const char *key, uint64_t least,
                                 uint64_t most, uint64_t *out)
{
    const struct place place = {.parent = parent, .key = key};
    return members_read_number(json, &place, least, most, out, reader->err);
}

enum libgguf_status value_optional(const struct reader *reader, const struct json_value *json,
                                   const struct place *parent, const char *key,
                                   struct libgguf_manifest_number *out)
{
    out->present = json != NULL;
    return json ? value_number(reader, json, parent, key, 0, LIBGGUF_MANIFEST_MAX_NUMBER,
                               &out->value)
                : LIBGGUF_OK;
}

enum libgguf_status value_digest(const struct reader *reader, const struct json_value *json,
                                 const struct place *parent, const char *key, bool *present,
                                 struct libgguf_digest *out)
{
    const struct place place = {.parent = parent, .key = key};
    if (present) {
        *present = json != NULL;
        if (!json) {
            return LIBGGUF_OK;
        }
    }
    const char *hex = NULL;
    size_t size = 0;
    const enum libgguf_status status =
        members_read_string(json, &place, SIZE_MAX, &hex, &size, reader->err);
    if (!status && !libgguf_digest_from_hex(hex, size, out)) {
        return place_refuse(&place, reader->err, "must be 64 lower-case hexadecimal digits");
    }
    return status;
}

enum libgguf_status value_word(const struct reader *reader, const struct json_value *json,
                               const struct place *parent, const char *key,
                               const char *const *words, size_t count, size_t *out)
{
    const struct place place = {.parent = parent, .key = key};
    const char *text = NULL;
    size_t size = 0;
    const enum libgguf_status status =
        members_read_string(json, &place, SIZE_MAX, &text, &size, reader->err);
    if (status) {
        return status;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i]) == 0) {
            *out = i;
            return LIBGGUF_OK;
        }
    }
    char name[ERROR_NAME_SIZE];
    return place_refuse(&place, reader->err, "has the unknown value '%s'",
                        error_name(name, text, size));
}

enum libgguf_status value_text(const struct reader *reader, const struct json_value *json,
                               const struct place *parent, const char *key, size_t limit,
                               struct libgguf_manifest_text *out)
{
    const struct place place = {.parent = parent, .key = key};
    if (!json) {
        return LIBGGUF_OK;
    }
    const char *data = NULL;
    size_t size = 0;
    const enum libgguf_status status =
        members_read_string(json, &place, limit, &data, &size, reader->err);
    if (!status && !manifest_copy_text(reader->manifest, data, size, out)) {
        return failure_memory(reader->err);
    }
    return status;
}

static int hex_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *const found = digit ? strchr(digits, digit) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* A name in hexadecimal, which is there only when it could not be a string. */
static enum libgguf_status read_hex(const struct reader *reader, const struct json_value *json,
                                    const struct place *parent, struct libgguf_manifest_text *out)
{
    const struct place place = {.parent = parent, .key = "name_hex"};
    const char *text = NULL;
    size_t digits = 0;
    const enum libgguf_status status =
        members_read_string(json, &place, SIZE_MAX, &text, &digits, reader->err);
    if (status) {
        return status;
    }
    if (digits % 2 != 0) {
        return place_refuse(&place, reader->err, "must be pairs of hexadecimal digits");
    }
    const size_t size = digits / 2;
    char *const bytes = arena_bytes(&reader->manifest->texts, size + 1);
    if (!bytes) {
        return failure_memory(reader->err);
    }
    for (size_t i = 0; i < size; i++) {
        const int high = hex_digit(text[2 * i]);
        const int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return place_refuse(&place, reader->err, "must be pairs of hexadecimal digits");
        }
        bytes[i] = (char)(high << 4 | low);
    }
    bytes[size] = '\0';
    if (libgguf_utf8_valid(bytes, size) && !memchr(bytes, '\0', size)) {
        return place_refuse(&place, reader->err, "is valid UTF-8 and must be 'name'");
    }
    *out = (struct libgguf_manifest_text){.data = bytes, .size = size};
    return LIBGGUF_OK;
}

enum libgguf_status value_name(const struct reader *reader, const struct json_value *name,
                               const struct json_value *name_hex, const struct place *parent,
                               struct libgguf_manifest_text *out)
{
    const struct place place = {.parent = parent, .key = "name"};
    if (!name == !name_hex) {
        return place_refuse(&place, reader->err,
                            name ? "is there twice, also as name_hex" : "is missing");
    }
    return name ? value_text(reader, name, parent, "name", SIZE_MAX, out)
                : read_hex(reader, name_hex, parent, out);
}
