/** @file Metadata values as people read them: strings quoted and escaped, arrays shortened. */
#ifndef INSPECT_VALUE_TEXT_H
#define INSPECT_VALUE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <libgguf.h>

/** Room for any scalar in text, NUL included. */
#define VALUE_SCALAR_SIZE 40

/** How much of a value is printed. */
struct value_extent {
    size_t columns; /**< at most this many, or CLI_ALL_COLUMNS */
    uint64_t items; /**< at most this many of an array, or INSPECT_ALL_ITEMS */
};

/**
 * Prints @p str of @p file without quotes, escaped, in at most @p columns columns; returns how many
 * it took, unless there was no limit.
 */
size_t value_put_str(FILE *stream, const struct libgguf_file *file, const struct libgguf_str *str,
                     size_t columns);

/** Prints the whole of @p str in quotes, escaped; returns the columns printed. */
size_t value_put_quoted(FILE *stream, const struct libgguf_file *file,
                        const struct libgguf_str *str);

/** Prints @p value of @p file within @p extent. */
void value_put(FILE *stream, const struct libgguf_file *file, const struct libgguf_value *value,
               struct value_extent extent);

/**
 * Prints @p value as it is, for scripts: a string's bytes (escaped when @p escaped), an array one
 * element a line. Ends with a newline. False when the file could not be read any more.
 */
bool value_put_raw(FILE *stream, const struct libgguf_file *file, const struct libgguf_value *value,
                   uint64_t items, bool escaped);

/** "u32", "string[]", "array[]": the type of @p value, or of its items; returns @p out. */
const char *value_type_text(const struct libgguf_value *value, char out[VALUE_SCALAR_SIZE]);

/** The text of a number or bool in @p out; returns its length, 0 for strings and arrays. */
size_t value_scalar_text(const struct libgguf_value *value, char out[VALUE_SCALAR_SIZE]);

#endif
