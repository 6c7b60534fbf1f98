#include "cli/text.h"

#include <stdbool.h>
#include <string.h>

#include <libgguf/utf8.h>

static struct cli_unit unit_escape(char letter)
{
    return (struct cli_unit){.text = {'\\', letter}, .columns = 2, .used = 1};
}

static struct cli_unit unit_byte(unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";
    return (struct cli_unit){
        .text = {'\\', 'x', hex[byte >> 4], hex[byte & 15]}, .columns = 4, .used = 1};
}

static struct cli_unit unit_code_point(uint32_t c, size_t used)
{
    struct cli_unit unit = {.used = used};
    const int size = snprintf(unit.text, sizeof unit.text, "\\u{%x}", (unsigned)(c & 0x1fffffu));
    unit.columns = (unsigned)size;
    return unit;
}

struct cli_unit cli_text_next(const char *data, size_t size)
{
    const unsigned char byte = (unsigned char)data[0];
    if (byte >= 0x20 && byte < 0x7f && byte != '\\') {
        return (struct cli_unit){.text = {data[0]}, .columns = 1, .used = 1};
    }
    switch (byte) {
    case '\n':
        return unit_escape('n');
    case '\r':
        return unit_escape('r');
    case '\t':
        return unit_escape('t');
    case '\\':
        return unit_escape('\\');
    default:
        break;
    }
    uint32_t c;
    const size_t used = byte < 0x80 ? 0 : libgguf_utf8_decode(data, size, &c);
    if (used == 0) {
        return unit_byte(byte);
    }
    if (libgguf_utf8_treacherous(c)) {
        return unit_code_point(c, used);
    }
    struct cli_unit unit = {.columns = cli_char_columns(c), .used = used};
    memcpy(unit.text, data, used);
    return unit;
}

size_t cli_text_columns(const char *data, size_t size, size_t limit)
{
    size_t columns = 0;
    for (size_t at = 0; at < size && columns < limit;) {
        const struct cli_unit unit = cli_text_next(data + at, size - at);
        columns += unit.columns;
        at += unit.used;
    }
    return columns < limit ? columns : limit;
}

/*
 * The bytes of @p data that are printed in @p limit columns; sets @p cut when the rest must be
 * replaced by one column of "…".
 */
static size_t fitting(const char *data, size_t size, size_t limit, bool *cut)
{
    size_t columns = 0;
    size_t with_ellipsis = 0; /* bytes that leave a column free */
    unsigned zero_width = 0;
    *cut = false;
    for (size_t at = 0; at < size;) {
        const struct cli_unit unit = cli_text_next(data + at, size - at);
        zero_width = unit.columns == 0 ? zero_width + 1 : 0;
        if (unit.columns > limit - columns || zero_width > CLI_ZERO_WIDTH_MAX) {
            *cut = limit > 0;
            return with_ellipsis;
        }
        columns += unit.columns;
        at += unit.used;
        if (columns < limit) {
            with_ellipsis = at;
        }
    }
    return size;
}

size_t cli_put_text(FILE *stream, const char *data, size_t size, size_t limit)
{
    bool cut = false;
    const size_t end = limit == CLI_ALL_COLUMNS ? size : fitting(data, size, limit, &cut);
    size_t columns = 0;
    for (size_t at = 0; at < end;) {
        const struct cli_unit unit = cli_text_next(data + at, size - at);
        fputs(unit.text, stream);
        columns += unit.columns;
        at += unit.used;
    }
    if (cut) {
        fputs("…", stream);
        columns++;
    }
    return columns;
}

void cli_put_spaces(FILE *stream, size_t count)
{
    for (; count > 0; count--) {
        putc(' ', stream);
    }
}

void cli_put_left(FILE *stream, const char *data, size_t size, size_t limit)
{
    cli_put_spaces(stream, limit - cli_put_text(stream, data, size, limit));
}

void cli_put_right(FILE *stream, const char *text, size_t columns)
{
    const size_t used = cli_text_columns(text, strlen(text), CLI_ALL_COLUMNS);
    cli_put_spaces(stream, used < columns ? columns - used : 0);
    fputs(text, stream);
}

/* A word longer than a line is broken where the line ends. Returns the column after it. */
static size_t put_word(FILE *stream, const char *word, size_t size, size_t column, size_t indent,
                       size_t width)
{
    for (size_t at = 0; at < size;) {
        const struct cli_unit unit = cli_text_next(word + at, size - at);
        if (column + unit.columns > width && column > indent) {
            putc('\n', stream);
            cli_put_spaces(stream, indent);
            column = indent;
        }
        fwrite(word + at, 1, unit.used, stream);
        column += unit.columns;
        at += unit.used;
    }
    return column;
}

void cli_put_wrapped(FILE *stream, const char *text, size_t column, size_t indent, size_t width)
{
    bool line_empty = true;
    while (*text) {
        if (*text == '\n') {
            putc('\n', stream);
            column = 0;
            line_empty = true;
            text++;
            if (*text && *text != '\n') {
                cli_put_spaces(stream, indent);
                column = indent;
            }
            continue;
        }
        const size_t blanks = strspn(text, " ");
        const size_t word = strcspn(text + blanks, " \n");
        const size_t columns = cli_text_columns(text + blanks, word, CLI_ALL_COLUMNS);
        if (!line_empty && column + blanks + columns > width) {
            putc('\n', stream);
            cli_put_spaces(stream, indent);
            column = indent;
        } else {
            cli_put_spaces(stream, blanks);
            column += blanks;
        }
        column = put_word(stream, text + blanks, word, column, indent, width);
        line_empty = false;
        text += blanks + word;
    }
    putc('\n', stream);
}

char *cli_text_escape(char *out, size_t out_size, const char *data, size_t size)
{
    static const char ellipsis[] = "…";
    size_t used = 0;
    for (size_t at = 0; at < size;) {
        const struct cli_unit unit = cli_text_next(data + at, size - at);
        const size_t needed = strlen(unit.text);
        const bool last = at + unit.used == size;
        if (used + needed + (last ? 1 : sizeof ellipsis) > out_size) {
            if (used + sizeof ellipsis <= out_size) {
                memcpy(out + used, ellipsis, sizeof ellipsis - 1);
                used += sizeof ellipsis - 1;
            }
            break;
        }
        memcpy(out + used, unit.text, needed);
        used += needed;
        at += unit.used;
    }
    out[used] = '\0';
    return out;
}
