#include "base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#ifndef LIBGGUF_VERSION
#define LIBGGUF_VERSION "unknown"
#endif

static const char *const status_names[] = {
    [LIBGGUF_OK] = "ok",
    [LIBGGUF_ERR_ARGUMENT] = "argument",
    [LIBGGUF_ERR_MEMORY] = "memory",
    [LIBGGUF_ERR_IO] = "io",
    [LIBGGUF_ERR_CHANGED] = "changed",
    [LIBGGUF_ERR_CANCELLED] = "cancelled",
    [LIBGGUF_ERR_NOT_FOUND] = "not-found",
    [LIBGGUF_ERR_AMBIGUOUS] = "ambiguous",
    [LIBGGUF_ERR_WRONG_TYPE] = "wrong-type",
    [LIBGGUF_ERR_RANGE] = "range",
    [LIBGGUF_ERR_UNSUPPORTED] = "unsupported",
    [LIBGGUF_ERR_NOT_GGUF] = "not-gguf",
    [LIBGGUF_ERR_VERSION] = "version",
    [LIBGGUF_ERR_TRUNCATED] = "truncated",
    [LIBGGUF_ERR_VALUE_TYPE] = "value-type",
    [LIBGGUF_ERR_DEPTH] = "depth",
    [LIBGGUF_ERR_EMPTY_KEY] = "empty-key",
    [LIBGGUF_ERR_DUPLICATE_KEY] = "duplicate-key",
    [LIBGGUF_ERR_DUPLICATE_TENSOR] = "duplicate-tensor",
    [LIBGGUF_ERR_ALIGNMENT] = "alignment",
    [LIBGGUF_ERR_DIMENSIONS] = "dimensions",
    [LIBGGUF_ERR_TENSOR_RANGE] = "tensor-range",
    [LIBGGUF_ERR_SHARDS] = "shards",
    [LIBGGUF_ERR_MANIFEST] = "manifest",
    [LIBGGUF_ERR_KEY] = "key",
    [LIBGGUF_ERR_SIGNATURE] = "signature",
    [LIBGGUF_ERR_STATE] = "state",
    [LIBGGUF_ERR_HANDLE] = "handle",
    [LIBGGUF_ERR_DIGEST] = "digest",
    [LIBGGUF_ERR_EXISTS] = "exists",
    [LIBGGUF_ERR_BUSY] = "busy",
    [LIBGGUF_ERR_SAME_FILE] = "same-file",
};

const char *libgguf_status_name(enum libgguf_status status)
{
    const size_t index = (size_t)status;
    if (index >= sizeof status_names / sizeof status_names[0]) {
        return "unknown";
    }
    return status_names[index];
}

const char *libgguf_version(void)
{
    return LIBGGUF_VERSION;
}

void error_set(struct libgguf_error *err, enum libgguf_status status, uint64_t offset,
               const char *format, ...)
{
    if (!err) {
        return;
    }
    err->status = status;
    err->sys_errno = 0;
    err->offset = offset;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
}

void error_set_errno(struct libgguf_error *err, int sys_errno, const char *format, ...)
{
    if (!err) {
        return;
    }
    err->status = LIBGGUF_ERR_IO;
    err->sys_errno = sys_errno;
    err->offset = LIBGGUF_NO_OFFSET;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    const size_t used = strlen(err->text);
    char reason[96];
    if (strerror_r(sys_errno, reason, sizeof reason) != 0) {
        snprintf(reason, sizeof reason, "error %d", sys_errno);
    }
    snprintf(err->text + used, sizeof err->text - used, ": %s", reason);
}

void error_set_read(struct libgguf_error *err, int sys_errno, uint64_t offset, const char *subject)
{
    error_set_errno(err, sys_errno, "%s%scannot read", subject ? subject : "", subject ? ": " : "");
    if (err) {
        err->offset = offset;
    }
}

void error_prefix(struct libgguf_error *err, const char *format, ...)
{
    if (!err) {
        return;
    }
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    const int used = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (used >= 0 && (size_t)used < sizeof text) {
        const size_t room = sizeof text - (size_t)used - 1;
        const size_t kept = strlen(err->text) < room ? strlen(err->text) : room;
        memmove(err->text + used, err->text, kept);
        memcpy(err->text, text, (size_t)used);
        err->text[(size_t)used + kept] = '\0';
    }
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '\\';
}

const char *error_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

const char *error_name(char out[ERROR_NAME_SIZE], const char *data, uint64_t size)
{
    static const char hex[] = "0123456789abcdef";
    size_t used = 0;
    for (uint64_t i = 0; i < size; i++) {
        const unsigned char byte = (unsigned char)data[i];
        const size_t needed = is_plain(byte) ? 1 : 4;
        if (used + needed + sizeof "..." > ERROR_NAME_SIZE) {
            memcpy(out + used, "...", 3);
            used += 3;
            break;
        }
        if (is_plain(byte)) {
            out[used++] = (char)byte;
        } else {
            memcpy(out + used, "\\x", 2);
            out[used + 2] = hex[byte >> 4];
            out[used + 3] = hex[byte & 15];
            used += 4;
        }
    }
    out[used] = '\0';
    return out;
}
