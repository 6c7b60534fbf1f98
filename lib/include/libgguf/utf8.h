/**
 * @file UTF-8 as text from files needs it: strict decoding, one code point at a time. Overlong
 * forms, surrogates and code points above U+10FFFF are invalid. Nothing here keeps state.
 */
#ifndef LIBGGUF_UTF8_H
#define LIBGGUF_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/export.h>

LIBGGUF_BEGIN_DECLS

/**
 * Decodes the code point at the start of the @p size bytes at @p data into @p code_point. Returns
 * its length in bytes, 1 to 4, or 0 when the bytes do not start with a whole valid sequence.
 */
LIBGGUF_API size_t libgguf_utf8_decode(const char *data, size_t size, uint32_t *code_point);

/** True when all @p size bytes at @p data are valid UTF-8; NUL bytes are. */
LIBGGUF_API bool libgguf_utf8_valid(const char *data, size_t size);

/**
 * True for what is legal in text and not shown as itself: C1 controls, marks that reorder text,
 * characters without a glyph (zero-width and filler characters, variation selectors, tags),
 * separators of lines, noncharacters. A writer for people escapes them; U+0000 to U+007F are left
 * to it.
 */
LIBGGUF_API bool libgguf_utf8_treacherous(uint32_t code_point);

LIBGGUF_END_DECLS

#endif
