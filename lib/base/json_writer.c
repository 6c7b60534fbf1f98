#include <libgguf/json.h>

#include <string.h>

#include <libgguf/float_text.h>
#include <libgguf/utf8.h>

#include "base/error.h"

static void flush(struct libgguf_json *json)
{
    if (json->status == LIBGGUF_OK && json->used > 0) {
        const int sys_errno = json->sink(json->context, json->buffer, json->used);
        if (sys_errno != 0) {
            json->status = LIBGGUF_ERR_IO;
            json->sys_errno = sys_errno;
        }
    }
    json->used = 0;
}

static void put(struct libgguf_json *json, const char *data, size_t size)
{
    while (size > 0) {
        if (json->used == sizeof json->buffer) {
            flush(json);
        }
        const size_t room = sizeof json->buffer - json->used;
        const size_t part = size < room ? size : room;
        memcpy(json->buffer + json->used, data, part);
        json->used += part;
        data += part;
        size -= part;
    }
}

static void put_text(struct libgguf_json *json, const char *text)
{
    put(json, text, strlen(text));
}

static void misuse(struct libgguf_json *json, const char *what)
{
    if (json->status == LIBGGUF_OK) {
        json->status = LIBGGUF_ERR_ARGUMENT;
        json->misuse = what;
    }
}

static struct libgguf_json_level *top(struct libgguf_json *json)
{
    return json->depth > 0 ? &json->levels[json->depth - 1] : NULL;
}

static void put_line_break(struct libgguf_json *json)
{
    static const char spaces[2 * LIBGGUF_JSON_MAX_DEPTH + 1] =
        "                                                                ";
    put(json, "\n", 1);
    put(json, spaces, json->depth * 2);
}

/* What stands between the members of one level: comma, then a space or a line break. */
static void separate(struct libgguf_json *json, struct libgguf_json_level *level)
{
    if (level->has_members) {
        put(json, ",", 1);
    }
    if (level->layout == LIBGGUF_JSON_LINES) {
        put_line_break(json);
    } else if (level->layout == LIBGGUF_JSON_LINE && level->has_members) {
        put(json, " ", 1);
    }
    level->has_members = true;
}

/* Gets ready for a value of any kind; false when none may stand here. */
static bool value_begin(struct libgguf_json *json)
{
    struct libgguf_json_level *level = top(json);
    if (!level) {
        if (json->done) {
            misuse(json, "a second value after the end of the document");
        }
        json->done = true;
    } else if (level->is_object) {
        if (!json->has_key) {
            misuse(json, "a value in an object without a key");
        }
        json->has_key = false;
    } else {
        separate(json, level);
    }
    return json->status == LIBGGUF_OK;
}

static void level_begin(struct libgguf_json *json, bool is_object, enum libgguf_json_layout layout)
{
    if (!value_begin(json)) {
        return;
    }
    if (json->depth == LIBGGUF_JSON_MAX_DEPTH) {
        misuse(json, "too many levels of objects and arrays");
        return;
    }
    const struct libgguf_json_level *outer = top(json);
    if (outer && outer->layout != LIBGGUF_JSON_LINES) {
        layout = (enum libgguf_json_layout)outer->layout;
    }
    json->levels[json->depth++] = (struct libgguf_json_level){
        .layout = (unsigned char)layout,
        .is_object = is_object,
    };
    put(json, is_object ? "{" : "[", 1);
}

static void level_end(struct libgguf_json *json, bool is_object)
{
    const struct libgguf_json_level *level = top(json);
    if (json->status != LIBGGUF_OK) {
        return;
    }
    if (!level || level->is_object != is_object || json->has_key) {
        misuse(json, "an end that does not match its begin");
        return;
    }
    json->depth--;
    if (level->has_members && level->layout == LIBGGUF_JSON_LINES) {
        put_line_break(json);
    }
    put(json, is_object ? "}" : "]", 1);
}

void libgguf_json_init(struct libgguf_json *json, libgguf_json_sink *sink, void *context)
{
    json->sink = sink;
    json->context = context;
    json->status = LIBGGUF_OK;
    json->sys_errno = 0;
    json->misuse = NULL;
    json->done = false;
    json->has_key = false;
    json->depth = 0;
    json->used = 0;
}

void libgguf_json_object_begin(struct libgguf_json *json, enum libgguf_json_layout layout)
{
    level_begin(json, true, layout);
}

void libgguf_json_object_end(struct libgguf_json *json)
{
    level_end(json, true);
}

void libgguf_json_array_begin(struct libgguf_json *json, enum libgguf_json_layout layout)
{
    level_begin(json, false, layout);
}

void libgguf_json_array_end(struct libgguf_json *json)
{
    level_end(json, false);
}

static bool needs_escape(uint32_t c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == 0x7f || libgguf_utf8_treacherous(c);
}

static void put_unit(struct libgguf_json *json, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    put(json,
        (const char[]){'\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15],
                       hex[unit & 15]},
        6);
}

static void put_escape(struct libgguf_json *json, uint32_t c)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    const char *known = c != 0 && c < 0x80 ? strchr(from, (int)c) : NULL;
    if (known) {
        put(json, (const char[]){'\\', to[known - from]}, 2);
        return;
    }
    if (c >= 0x10000) {
        put_unit(json, 0xd800 + ((c - 0x10000) >> 10));
        put_unit(json, 0xdc00 + ((c - 0x10000) & 0x3ff));
    } else {
        put_unit(json, c);
    }
}

static void put_string(struct libgguf_json *json, const char *data, size_t size)
{
    size_t start = 0;
    size_t at = 0;
    put(json, "\"", 1);
    while (at < size) {
        uint32_t c = 0;
        const size_t used = libgguf_utf8_decode(data + at, size - at, &c);
        if (needs_escape(c)) {
            put(json, data + start, at - start);
            put_escape(json, c);
            start = at + used;
        }
        at += used;
    }
    if (at > start) {
        put(json, data + start, at - start);
    }
    put(json, "\"", 1);
}

static void put_hex(struct libgguf_json *json, const unsigned char *data, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    put(json, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        put(json, (const char[]){hex[data[i] >> 4], hex[data[i] & 15]}, 2);
    }
    put(json, "\"", 1);
}

void libgguf_json_key(struct libgguf_json *json, const char *key)
{
    struct libgguf_json_level *level = top(json);
    if (json->status != LIBGGUF_OK) {
        return;
    }
    if (!level || !level->is_object || json->has_key) {
        misuse(json, "a key outside an object");
        return;
    }
    const size_t size = strlen(key);
    if (!libgguf_utf8_valid(key, size)) {
        misuse(json, "a key that is not UTF-8");
        return;
    }
    separate(json, level);
    put_string(json, key, size);
    put_text(json, level->layout == LIBGGUF_JSON_DENSE ? ":" : ": ");
    json->has_key = true;
}

void libgguf_json_string(struct libgguf_json *json, const char *data, size_t size)
{
    if (json->status != LIBGGUF_OK) {
        return;
    }
    if (libgguf_utf8_valid(data, size)) {
        if (value_begin(json)) {
            put_string(json, data, size);
        }
        return;
    }
    libgguf_json_object_begin(json, LIBGGUF_JSON_LINE);
    libgguf_json_key(json, "hex");
    libgguf_json_hex(json, data, size);
    libgguf_json_object_end(json);
}

void libgguf_json_text(struct libgguf_json *json, const char *text)
{
    if (text) {
        libgguf_json_string(json, text, strlen(text));
    } else {
        libgguf_json_null(json);
    }
}

void libgguf_json_hex(struct libgguf_json *json, const void *data, size_t size)
{
    if (value_begin(json)) {
        put_hex(json, data, size);
    }
}

static void put_digits(struct libgguf_json *json, bool negative, uint64_t magnitude)
{
    char text[24];
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0);
    if (negative) {
        text[--at] = '-';
    }
    put(json, text + at, sizeof text - at);
}

void libgguf_json_u64(struct libgguf_json *json, uint64_t value)
{
    if (value_begin(json)) {
        put_digits(json, false, value);
    }
}

void libgguf_json_i64(struct libgguf_json *json, int64_t value)
{
    if (value_begin(json)) {
        put_digits(json, value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
    }
}

/* The texts of floats are JSON numbers but for the three that start with a letter after the sign.
 */
static void put_float(struct libgguf_json *json, const char *text)
{
    switch (text[text[0] == '-']) {
    case 'n':
        put_text(json, "\"NaN\"");
        break;
    case 'i':
        put_text(json, text[0] == '-' ? "\"-Infinity\"" : "\"Infinity\"");
        break;
    default:
        put_text(json, text);
    }
}

void libgguf_json_f32(struct libgguf_json *json, float value)
{
    char text[LIBGGUF_FLOAT_TEXT_SIZE];
    if (value_begin(json)) {
        libgguf_f32_text(value, text);
        put_float(json, text);
    }
}

void libgguf_json_f64(struct libgguf_json *json, double value)
{
    char text[LIBGGUF_FLOAT_TEXT_SIZE];
    if (value_begin(json)) {
        libgguf_f64_text(value, text);
        put_float(json, text);
    }
}

void libgguf_json_bool(struct libgguf_json *json, bool value)
{
    if (value_begin(json)) {
        put_text(json, value ? "true" : "false");
    }
}

void libgguf_json_null(struct libgguf_json *json)
{
    if (value_begin(json)) {
        put_text(json, "null");
    }
}

void libgguf_json_member_text(struct libgguf_json *json, const char *key, const char *text)
{
    libgguf_json_key(json, key);
    libgguf_json_text(json, text);
}

void libgguf_json_member_u64(struct libgguf_json *json, const char *key, uint64_t value)
{
    libgguf_json_key(json, key);
    libgguf_json_u64(json, value);
}

void libgguf_json_member_bool(struct libgguf_json *json, const char *key, bool value)
{
    libgguf_json_key(json, key);
    libgguf_json_bool(json, value);
}

enum libgguf_status libgguf_json_status(const struct libgguf_json *json)
{
    return json->status;
}

enum libgguf_status libgguf_json_finish(struct libgguf_json *json, struct libgguf_error *err)
{
    if (json->depth > 0 || !json->done) {
        misuse(json, "the document is not complete");
    }
    put(json, "\n", 1);
    flush(json);
    switch (json->status) {
    case LIBGGUF_OK:
        return LIBGGUF_OK;
    case LIBGGUF_ERR_IO:
        return failure_errno(err, json->sys_errno, "writing JSON");
    default:
        return failure(err, json->status, LIBGGUF_NO_OFFSET, "writing JSON: %s", json->misuse);
    }
}
