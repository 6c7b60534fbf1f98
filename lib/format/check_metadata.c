/* gguf-format 9: rules about keys, strings, bools and arrays. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/source.h"
#include "base/utf8.h"
#include "format/check.h"

#define WINDOW_SIZE ((size_t)65536)
#define KEY_LIMIT 65535

/* What the strings of one value came to. */
struct text_counts {
    uint64_t strings;
    uint64_t not_utf8;
    uint64_t first_not_utf8; /* file offset */
    uint64_t with_nul;
    uint64_t first_with_nul;
    uint64_t odd_bools;
    uint64_t first_odd_bool;
};

static bool is_snake_case(const struct libgguf_str *key)
{
    bool after_dot = true;
    for (uint64_t i = 0; i < key->size; i++) {
        const char c = key->data[i];
        if (c == '.' ? after_dot
                     : !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
            return false;
        }
        after_dot = c == '.';
    }
    return !after_dot;
}

static void check_key(struct check *check, const struct libgguf_kv *kv, const char *name)
{
    const struct libgguf_str *const key = &kv->key;
    struct utf8_state text = {.needed = 0};
    utf8_feed(&text, key->data, (size_t)key->size);
    if (kv->duplicate) {
        check_report(check, CHECK_DUPLICATE_KEY, kv->offset, "key '%s' occurs more than once",
                     name);
    }
    if (key->size > KEY_LIMIT) {
        check_report(check, CHECK_KEY_TOO_LONG, kv->offset,
                     "key '%s' has %" PRIu64 " bytes, at most 65,535 are allowed", name, key->size);
    }
    if (!utf8_is_valid(&text)) {
        check_report(check, CHECK_KEY_NOT_UTF8, kv->offset, "key '%s' is not valid UTF-8", name);
    }
    if (text.has_nul) {
        check_report(check, CHECK_KEY_CONTAINS_NUL, kv->offset, "key '%s' has a NUL inside", name);
    }
    if (utf8_is_valid(&text) && !text.has_nul && !is_snake_case(key)) {
        check_report(check, CHECK_KEY_NOT_SNAKE_CASE, kv->offset,
                     "key '%s' is not lower_snake_case with dots", name);
    }
}

static void count_text(struct text_counts *counts, const struct utf8_state *text, uint64_t offset)
{
    counts->strings++;
    if (!utf8_is_valid(text) && counts->not_utf8++ == 0) {
        counts->first_not_utf8 = offset;
    }
    if (text->has_nul && counts->with_nul++ == 0) {
        counts->first_with_nul = offset;
    }
}

static void count_bool(struct text_counts *counts, uint8_t byte, uint64_t offset)
{
    if (byte > 1 && counts->odd_bools++ == 0) {
        counts->first_odd_bool = offset;
    }
}

/* The @p left bytes of a string that starts at file offset @p start, through the window. */
static void scan_text(struct cursor *cursor, uint64_t start, uint64_t left,
                      struct text_counts *counts)
{
    struct utf8_state text = {.needed = 0};
    while (left > 0 && cursor->ok) {
        const unsigned char *bytes = cursor_peek(cursor, 1);
        size_t step = cursor->size - cursor->pos;
        if (!bytes) {
            cursor_u8(cursor); /* says why there is nothing */
            return;
        }
        step = left < step ? (size_t)left : step;
        utf8_feed(&text, (const char *)bytes, step);
        cursor_skip(cursor, step);
        left -= step;
    }
    count_text(counts, &text, start);
}

static inline bool is_simple(const unsigned char *bytes, size_t size, size_t readable)
{
    return size <= 16 && readable >= 16 ? utf8_is_simple(bytes, size)
                                        : utf8_is_plain_ascii(bytes, size);
}

/* One string in the file, of any length; nearly all of them are short and simple. */
static inline void scan_string(struct cursor *cursor, struct text_counts *counts)
{
    const uint64_t start = cursor_offset(cursor);
    size_t size;
    const unsigned char *const bytes = cursor_string_in_window(cursor, &size);
    if (!bytes) {
        scan_text(cursor, start, cursor_length(cursor), counts);
    } else if (is_simple(bytes, size, (size_t)(cursor->base + cursor->size - bytes))) {
        counts->strings++;
    } else {
        struct utf8_state text = {.needed = 0};
        utf8_feed(&text, (const char *)bytes, size);
        count_text(counts, &text, start);
    }
}

static void scan_elements(struct cursor *cursor, uint32_t type, uint64_t count,
                          struct text_counts *counts)
{
    if (type == LIBGGUF_VALUE_STRING) {
        for (uint64_t i = 0; i < count && cursor->ok; i++) {
            scan_string(cursor, counts);
        }
    } else if (type == LIBGGUF_VALUE_BOOL) {
        for (uint64_t i = 0; i < count && cursor->ok; i++) {
            const uint64_t offset = cursor_offset(cursor);
            count_bool(counts, cursor_u8(cursor), offset);
        }
    } else {
        /* Was multiplied with a check when the file was opened. */
        cursor_skip(cursor, count * libgguf_value_type_size((enum libgguf_value_type)type));
    }
}

/* The array at the cursor: its shape was checked when the file was opened. */
static void scan_array(struct cursor *cursor, uint32_t type, uint64_t count,
                       struct text_counts *counts)
{
    uint64_t remaining[LIBGGUF_MAX_ARRAY_DEPTH];
    size_t depth = 0;
    for (;;) {
        if (type != LIBGGUF_VALUE_ARRAY) {
            scan_elements(cursor, type, count, counts);
        } else if (depth < LIBGGUF_MAX_ARRAY_DEPTH) {
            remaining[depth++] = count;
        }
        while (depth > 0 && remaining[depth - 1] == 0) {
            depth--;
        }
        if (depth == 0 || !cursor->ok) {
            return;
        }
        remaining[depth - 1]--;
        type = cursor_u32(cursor);
        count = cursor_length(cursor);
    }
}

static void report_counts(struct check *check, const struct text_counts *counts, const char *name)
{
    if (counts->not_utf8 > 0) {
        check_report(check, CHECK_STRING_NOT_UTF8, counts->first_not_utf8,
                     "key '%s': no valid UTF-8 in %" PRIu64 " of %" PRIu64 " string%s", name,
                     counts->not_utf8, counts->strings, error_plural(counts->strings));
    }
    if (counts->with_nul > 0) {
        check_report(check, CHECK_STRING_CONTAINS_NUL, counts->first_with_nul,
                     "key '%s': a NUL inside %" PRIu64 " of %" PRIu64 " string%s", name,
                     counts->with_nul, counts->strings, error_plural(counts->strings));
    }
    if (counts->odd_bools > 0) {
        check_report(check, CHECK_BOOL_NOT_0_OR_1, counts->first_odd_bool,
                     "key '%s': %" PRIu64 " bool byte%s neither 0 nor 1", name, counts->odd_bools,
                     error_plural(counts->odd_bools));
    }
}

static void check_value(struct check *check, const struct libgguf_value *value, const char *name,
                        struct cursor *cursor)
{
    struct text_counts counts = {.strings = 0};
    if (value->type == LIBGGUF_VALUE_BOOL) {
        count_bool(&counts, value->as.boolean, value->offset);
    } else if (value->type == LIBGGUF_VALUE_STRING && value->as.string.data) {
        struct utf8_state text = {.needed = 0};
        utf8_feed(&text, value->as.string.data, (size_t)value->as.string.size);
        count_text(&counts, &text, value->offset);
    } else if (value->type == LIBGGUF_VALUE_STRING) {
        cursor_seek(cursor, value->offset);
        scan_string(cursor, &counts);
    } else if (value->type == LIBGGUF_VALUE_ARRAY) {
        if (value->as.array.type == LIBGGUF_VALUE_ARRAY) {
            check_report(check, CHECK_NESTED_ARRAY, value->offset, "key '%s' is an array of arrays",
                         name);
        }
        cursor_seek(cursor, value->as.array.offset);
        scan_array(cursor, (uint32_t)value->as.array.type, value->as.array.count, &counts);
    }
    report_counts(check, &counts, name);
}

enum libgguf_status check_metadata(struct check *check, const struct libgguf_file *file,
                                   struct libgguf_error *err)
{
    unsigned char *const window = malloc(WINDOW_SIZE);
    if (!window) {
        return failure_memory(err);
    }
    struct cursor cursor;
    cursor_init(&cursor, file->source, 0, window, WINDOW_SIZE);
    cursor.big_endian = file->header.big_endian;
    cursor.wide = file->header.version > 1;
    for (size_t i = 0; i < file->kv_count && cursor.ok && !check->cancelled; i++) {
        const struct libgguf_kv *const kv = &file->kvs[i];
        char name[ERROR_NAME_SIZE];
        error_name(name, kv->key.data, kv->key.size);
        check_key(check, kv, name);
        check_value(check, &kv->value, name, &cursor);
    }
    free(window);
    if (!cursor.ok && cursor.status == LIBGGUF_ERR_IO) {
        return failure_read(err, cursor.sys_errno, cursor_offset(&cursor), "metadata");
    }
    if (!cursor.ok) {
        return failure(err, cursor.status, cursor_offset(&cursor),
                       "the metadata that was there when the file was opened is gone");
    }
    return LIBGGUF_OK;
}
