/** @file Text of errors (text.c): the conversions d, i, u, x, s, c with flags, width, length. */
#ifndef WASM_STDIO_H
#define WASM_STDIO_H

#include <stdarg.h>
#include <stddef.h>

int vsnprintf(char *out, size_t capacity, const char *format, va_list args);
int snprintf(char *out, size_t capacity, const char *format, ...);

#endif
