#include "digest/manifest_place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PLACE_SIZE 160

static size_t append(char text[PLACE_SIZE], size_t used, const char *format, ...)
    ERROR_PRINTF(3, 4);

static size_t append(char text[PLACE_SIZE], size_t used, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int size = vsnprintf(text + used, PLACE_SIZE - used, format, args);
    va_end(args);
    return size < 0 || (size_t)size >= PLACE_SIZE - used ? PLACE_SIZE - 1 : used + (size_t)size;
}

static size_t describe(const struct place *place, char text[PLACE_SIZE])
{
    if (!place) {
        return 0;
    }
    const size_t used = describe(place->parent, text);
    if (!place->key) {
        return append(text, used, "[%zu]", place->index);
    }
    return append(text, used, "%s%s", used > 0 ? "." : "", place->key);
}

enum libgguf_status place_refuse(const struct place *place, struct libgguf_error *err,
                                 const char *format, ...)
{
    char what[sizeof err->text];
    char where[PLACE_SIZE] = "";
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (describe(place, where) > 0) {
        error_set(err, LIBGGUF_ERR_MANIFEST, LIBGGUF_NO_OFFSET, "%s: %s", where, what);
    } else {
        error_set(err, LIBGGUF_ERR_MANIFEST, LIBGGUF_NO_OFFSET, "the manifest %s", what);
    }
    return LIBGGUF_ERR_MANIFEST;
}
