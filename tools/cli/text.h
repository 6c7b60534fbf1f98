/**
 * @file Text from files on a terminal. What could move the cursor, reorder or hide text, or is not
 * UTF-8 is shown as an escape, so that what is seen is what is there:
 *
 *   \n \t \r \\       the usual ones; a backslash is doubled so that escapes are unambiguous
 *   \x1b              other control characters below U+0080, and each byte that is not UTF-8
 *   \u{202e}          C1 controls, bidirectional and other invisible formatting characters, line
 *                     separators, tags, noncharacters
 *
 * Widths are terminal columns: East Asian wide characters and emoji take two, combining marks none.
 */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** No limit on columns. */
#define CLI_ALL_COLUMNS SIZE_MAX

/**
 * Characters without a width of their own, one after the other, that are printed where there is a
 * limit on columns: text with more of them is cut there. As many as UAX #15 needs for all
 * languages.
 */
#define CLI_ZERO_WIDTH_MAX 30

/** Room for one unit of cli_text_next(). */
#define CLI_UNIT_SIZE 12

/** One thing to print: a character or an escape. */
struct cli_unit {
    char text[CLI_UNIT_SIZE]; /**< NUL-terminated */
    unsigned columns;
    size_t used; /**< bytes of the input it stands for */
};

/** The unit at the start of @p size > 0 bytes at @p data. */
struct cli_unit cli_text_next(const char *data, size_t size);

/** The columns of the escaped form of @p size bytes at @p data, counted up to @p limit. */
size_t cli_text_columns(const char *data, size_t size, size_t limit);

/**
 * Prints @p size bytes at @p data, escaped, in at most @p limit columns; text that does not fit
 * ends in "…". Returns the columns printed.
 */
size_t cli_put_text(FILE *stream, const char *data, size_t size, size_t limit);

/** As cli_put_text(), then spaces up to @p limit columns. */
void cli_put_left(FILE *stream, const char *data, size_t size, size_t limit);

/** Spaces, then the NUL-terminated @p text, which comes from the program: @p columns in all. */
void cli_put_right(FILE *stream, const char *text, size_t columns);

/** Prints @p count spaces. */
void cli_put_spaces(FILE *stream, size_t count);

/**
 * Prints the NUL-terminated @p text of the program, wrapped at words to lines of @p width columns;
 * lines after the first are indented by @p indent, the first one starts at column @p column. Ends
 * with a newline.
 */
void cli_put_wrapped(FILE *stream, const char *text, size_t column, size_t indent, size_t width);

/**
 * Writes the escaped form of @p size bytes at @p data into @p out of @p out_size bytes, NUL
 * included, cut with "…" where it does not fit; returns @p out.
 */
char *cli_text_escape(char *out, size_t out_size, const char *data, size_t size);

/** Columns of the character @p code_point: 0, 1 or 2. */
unsigned cli_char_columns(uint32_t code_point);

#endif
