/** @file Floating-point numbers as text. Nothing here keeps state; any thread may call. */
#ifndef LIBGGUF_FLOAT_TEXT_H
#define LIBGGUF_FLOAT_TEXT_H

#include <stddef.h>

#include <libgguf/export.h>

LIBGGUF_BEGIN_DECLS

/** Room for any float or double in shortest form, NUL included. */
#define LIBGGUF_FLOAT_TEXT_SIZE 32

/**
 * Writes the shortest decimal text that reads back as exactly @p value: "1e-05", "0.1", "10000",
 * "nan", "inf", "-inf", "-0". Independent of the locale. Returns the length without the NUL.
 */
LIBGGUF_API size_t libgguf_f32_text(float value, char out[LIBGGUF_FLOAT_TEXT_SIZE]);
/** As libgguf_f32_text(), for double. */
LIBGGUF_API size_t libgguf_f64_text(double value, char out[LIBGGUF_FLOAT_TEXT_SIZE]);

LIBGGUF_END_DECLS

#endif
