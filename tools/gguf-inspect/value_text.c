#include "value_text.h"

#include <inttypes.h>
#include <string.h>

#include "cli/size.h"
#include "cli/text.h"

/* Bytes of a string that are read at once, and that are looked at when only a line is printed. */
#define PIECE_SIZE 4096

/* A string item of an array that is shortened takes this many columns at most, quotes included. */
#define ITEM_COLUMNS 28

/* Where text goes, and how many columns are left of a line. */
struct line {
    FILE *stream;
    size_t left;
    unsigned zero_width; /* characters without a width that were printed last */
};

static void line_take(struct line *line, size_t columns)
{
    if (line->left != CLI_ALL_COLUMNS) {
        line->left -= columns < line->left ? columns : line->left;
    }
}

static void line_text(struct line *line, const char *text)
{
    fputs(text, line->stream);
    line_take(line, cli_text_columns(text, strlen(text), CLI_ALL_COLUMNS));
}

size_t value_scalar_text(const struct libgguf_value *value, char out[VALUE_SCALAR_SIZE])
{
    const size_t room = VALUE_SCALAR_SIZE;
    switch (value->type) {
    case LIBGGUF_VALUE_U8:
        return (size_t)snprintf(out, room, "%u", value->as.u8);
    case LIBGGUF_VALUE_I8:
        return (size_t)snprintf(out, room, "%d", value->as.i8);
    case LIBGGUF_VALUE_U16:
        return (size_t)snprintf(out, room, "%u", value->as.u16);
    case LIBGGUF_VALUE_I16:
        return (size_t)snprintf(out, room, "%d", value->as.i16);
    case LIBGGUF_VALUE_U32:
        return (size_t)snprintf(out, room, "%" PRIu32, value->as.u32);
    case LIBGGUF_VALUE_I32:
        return (size_t)snprintf(out, room, "%" PRId32, value->as.i32);
    case LIBGGUF_VALUE_U64:
        return (size_t)snprintf(out, room, "%" PRIu64, value->as.u64);
    case LIBGGUF_VALUE_I64:
        return (size_t)snprintf(out, room, "%" PRId64, value->as.i64);
    case LIBGGUF_VALUE_F32:
        return libgguf_f32_text(value->as.f32, out);
    case LIBGGUF_VALUE_F64:
        return libgguf_f64_text(value->as.f64, out);
    case LIBGGUF_VALUE_BOOL:
        if (value->as.boolean > 1) {
            return (size_t)snprintf(out, room, "true (byte %u)", value->as.boolean);
        }
        return (size_t)snprintf(out, room, "%s", value->as.boolean ? "true" : "false");
    case LIBGGUF_VALUE_STRING:
    case LIBGGUF_VALUE_ARRAY:
        break;
    }
    out[0] = '\0';
    return 0;
}

/* The bytes of @p str from @p from on, at most PIECE_SIZE of them; in @p buffer if need be. */
static const char *piece(const struct libgguf_file *file, const struct libgguf_str *str,
                         uint64_t from, char buffer[PIECE_SIZE], size_t *size)
{
    const uint64_t rest = str->size - from;
    *size = rest < PIECE_SIZE ? (size_t)rest : PIECE_SIZE;
    if (str->data) {
        return str->data + from;
    }
    if (libgguf_str_read(file, str, from, buffer, *size, NULL) != LIBGGUF_OK) {
        *size = 0;
        return NULL;
    }
    return buffer;
}

static unsigned unit_columns(const struct cli_unit *unit, bool quoted)
{
    return unit->columns + (quoted && unit->text[0] == '"');
}

/* Prints one unit if a column stays free for the ellipsis; false when the line is full. */
static bool put_unit(struct line *line, const struct cli_unit *unit, bool quoted, bool is_last)
{
    const unsigned columns = unit_columns(unit, quoted);
    line->zero_width = columns == 0 ? line->zero_width + 1 : 0;
    if (line->left != CLI_ALL_COLUMNS &&
        (columns + !is_last > line->left || line->zero_width > CLI_ZERO_WIDTH_MAX)) {
        fputs("…", line->stream);
        line_take(line, 1);
        return false;
    }
    line_take(line, columns);
    if (quoted && unit->text[0] == '"') {
        putc('\\', line->stream);
    }
    fputs(unit->text, line->stream);
    return true;
}

static void put_string(struct line *line, const struct libgguf_file *file,
                       const struct libgguf_str *str, bool quoted)
{
    char buffer[PIECE_SIZE];
    uint64_t from = 0;
    while (from < str->size) {
        size_t size;
        const char *data = piece(file, str, from, buffer, &size);
        if (!data) {
            line_text(line, "(cannot be read)");
            return;
        }
        /* A character that is cut by the end of the piece is printed with the next one. */
        const bool last_piece = from + size == str->size;
        size_t at = 0;
        while (at < size && (last_piece || at + 4 <= size)) {
            const struct cli_unit unit = cli_text_next(data + at, size - at);
            const bool is_last = from + at + unit.used == str->size;
            if (!put_unit(line, &unit, quoted, is_last)) {
                return;
            }
            at += unit.used;
        }
        from += at;
    }
}

size_t value_put_str(FILE *stream, const struct libgguf_file *file, const struct libgguf_str *str,
                     size_t columns)
{
    struct line line = {.stream = stream, .left = columns};
    if (columns > 0) {
        put_string(&line, file, str, false);
    }
    return columns - line.left;
}

static void put_quoted(struct line *line, const struct libgguf_file *file,
                       const struct libgguf_str *str)
{
    line_text(line, "\"");
    line_take(line, 1); /* for the other one */
    put_string(line, file, str, true);
    if (line->left != CLI_ALL_COLUMNS) {
        line->left++;
    }
    line_text(line, "\"");
}

size_t value_put_quoted(FILE *stream, const struct libgguf_file *file,
                        const struct libgguf_str *str)
{
    /* As good as no limit, and the columns that are left tell how many were printed. */
    const size_t many = CLI_ALL_COLUMNS - 1;
    struct line line = {.stream = stream, .left = many};
    put_quoted(&line, file, str);
    return many - line.left;
}

/* Columns of a quoted string, counted up to a little more than @p limit. */
static size_t quoted_columns(const struct libgguf_file *file, const struct libgguf_str *str,
                             size_t limit)
{
    char buffer[PIECE_SIZE];
    size_t size;
    const char *data = piece(file, str, 0, buffer, &size);
    size_t columns = 2;
    for (size_t at = 0; data && at < size && columns <= limit;) {
        const struct cli_unit unit = cli_text_next(data + at, size - at);
        columns += unit_columns(&unit, true);
        at += unit.used;
    }
    return columns;
}

/* What an array inside an array is shown as: its size and type. */
static void nested_text(const struct libgguf_value *value, char out[VALUE_SCALAR_SIZE])
{
    char count[CLI_NUMBER_SIZE];
    const char *type = libgguf_value_type_name(value->as.array.type);
    snprintf(out, VALUE_SCALAR_SIZE, "[%s %s]", cli_count_text(value->as.array.count, count),
             type ? type : "?");
}

static size_t item_columns(const struct libgguf_file *file, const struct libgguf_value *item,
                           size_t limit)
{
    char text[VALUE_SCALAR_SIZE];
    if (item->type == LIBGGUF_VALUE_STRING) {
        const size_t columns = quoted_columns(file, &item->as.string, limit);
        return columns < limit ? columns : limit;
    }
    if (item->type == LIBGGUF_VALUE_ARRAY) {
        nested_text(item, text);
        return strlen(text);
    }
    return value_scalar_text(item, text);
}

static void put_item(struct line *line, const struct libgguf_file *file,
                     const struct libgguf_value *item, size_t columns)
{
    char text[VALUE_SCALAR_SIZE];
    if (item->type == LIBGGUF_VALUE_STRING) {
        struct line part = {.stream = line->stream, .left = columns};
        put_quoted(&part, file, &item->as.string);
        line_take(line, columns - part.left);
    } else if (item->type == LIBGGUF_VALUE_ARRAY) {
        nested_text(item, text);
        line_text(line, text);
    } else {
        value_scalar_text(item, text);
        line_text(line, text);
    }
}

/* Columns that a string item needs to show anything: quotes, a character, an ellipsis. */
#define ITEM_COLUMNS_MIN 8

/*
 * The columns for @p item, with @p reserved ones of @p left kept free; 0 when it does not fit. The
 * first one of an array is cut rather than left out.
 */
static size_t room_for_item(const struct libgguf_file *file, const struct libgguf_value *item,
                            size_t reserved, size_t left, bool is_first)
{
    const size_t columns = item_columns(file, item, ITEM_COLUMNS);
    const size_t room = left > reserved ? left - reserved : 0;
    if (columns <= room) {
        return columns;
    }
    return is_first && item->type == LIBGGUF_VALUE_STRING && room >= ITEM_COLUMNS_MIN ? room : 0;
}

/* "… 31,996 more" and its columns, 0 when nothing is left out. */
static size_t more_text(uint64_t left_out, char out[CLI_NUMBER_SIZE + 16])
{
    char count[CLI_NUMBER_SIZE];
    if (left_out == 0) {
        out[0] = '\0';
        return 0;
    }
    snprintf(out, CLI_NUMBER_SIZE + 16, "… %s more", cli_count_text(left_out, count));
    return cli_text_columns(out, strlen(out), CLI_ALL_COLUMNS);
}

static void put_items(struct line *line, const struct libgguf_file *file,
                      const struct libgguf_array *array, uint64_t items)
{
    struct libgguf_array_iter iter;
    struct libgguf_value item;
    char more[CLI_NUMBER_SIZE + 16];
    const bool limited = line->left != CLI_ALL_COLUMNS;
    uint64_t shown = 0;
    libgguf_array_begin(&iter, array);
    while (shown < items && libgguf_array_next(&iter, &item)) {
        size_t columns = CLI_ALL_COLUMNS;
        if (limited) {
            const size_t separator = shown > 0 ? 2 : 0;
            const uint64_t left_out = array->count - shown - 1;
            const size_t reserved = separator + more_text(left_out, more) + (left_out > 0 ? 2 : 0);
            columns = room_for_item(file, &item, reserved, line->left, shown == 0);
            if (columns == 0) {
                break;
            }
        }
        if (shown > 0) {
            line_text(line, ", ");
        }
        put_item(line, file, &item, columns);
        shown++;
    }
    if (libgguf_array_status(&iter) != LIBGGUF_OK) {
        line_text(line, " (cannot be read)");
    } else if (shown < array->count) {
        if (shown > 0) {
            line_text(line, ", ");
        }
        line_text(line, more_text(array->count - shown, more) <= line->left ? more : "…");
    }
}

static void put_array(struct line *line, const struct libgguf_file *file,
                      const struct libgguf_array *array, uint64_t items)
{
    char text[CLI_NUMBER_SIZE + 4];
    char count[CLI_NUMBER_SIZE];
    snprintf(text, sizeof text, "[%s]%s", cli_count_text(array->count, count),
             array->count > 0 ? " " : "");
    line_text(line, text);
    put_items(line, file, array, items);
}

void value_put(FILE *stream, const struct libgguf_file *file, const struct libgguf_value *value,
               struct value_extent extent)
{
    struct line line = {.stream = stream, .left = extent.columns};
    if (value->type == LIBGGUF_VALUE_STRING) {
        put_quoted(&line, file, &value->as.string);
    } else if (value->type == LIBGGUF_VALUE_ARRAY) {
        put_array(&line, file, &value->as.array, extent.items);
    } else {
        put_item(&line, file, value, CLI_ALL_COLUMNS);
    }
}

static bool put_bytes(FILE *stream, const struct libgguf_file *file, const struct libgguf_str *str)
{
    char buffer[PIECE_SIZE];
    for (uint64_t from = 0; from < str->size;) {
        size_t size;
        const char *data = piece(file, str, from, buffer, &size);
        if (!data) {
            return false;
        }
        fwrite(data, 1, size, stream);
        from += size;
    }
    return true;
}

static bool put_raw_item(FILE *stream, const struct libgguf_file *file,
                         const struct libgguf_value *value, bool escaped)
{
    bool readable = true;
    if (value->type == LIBGGUF_VALUE_STRING && !escaped) {
        readable = put_bytes(stream, file, &value->as.string);
    } else if (value->type == LIBGGUF_VALUE_STRING) {
        value_put_str(stream, file, &value->as.string, CLI_ALL_COLUMNS);
    } else {
        struct line line = {.stream = stream, .left = CLI_ALL_COLUMNS};
        put_item(&line, file, value, CLI_ALL_COLUMNS);
    }
    putc('\n', stream);
    return readable;
}

bool value_put_raw(FILE *stream, const struct libgguf_file *file, const struct libgguf_value *value,
                   uint64_t items, bool escaped)
{
    if (value->type != LIBGGUF_VALUE_ARRAY) {
        return put_raw_item(stream, file, value, escaped);
    }
    struct libgguf_array_iter iter;
    struct libgguf_value item;
    libgguf_array_begin(&iter, &value->as.array);
    while (items > 0 && libgguf_array_next(&iter, &item)) {
        if (!put_raw_item(stream, file, &item, escaped)) {
            return false;
        }
        items--;
    }
    return libgguf_array_status(&iter) == LIBGGUF_OK;
}

const char *value_type_text(const struct libgguf_value *value, char out[VALUE_SCALAR_SIZE])
{
    if (value->type != LIBGGUF_VALUE_ARRAY) {
        snprintf(out, VALUE_SCALAR_SIZE, "%s", libgguf_value_type_name(value->type));
        return out;
    }
    snprintf(out, VALUE_SCALAR_SIZE, "%s[]", libgguf_value_type_name(value->as.array.type));
    return out;
}
