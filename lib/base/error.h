/** @file Filling in a struct libgguf_error. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <libgguf/error.h>

#if defined(__GNUC__) || defined(__clang__)
#define ERROR_PRINTF(text, first) __attribute__((__format__(printf, text, first)))
#else
#define ERROR_PRINTF(text, first)
#endif

/** Room for a name in escaped form, cut to fit one line; see error_name(). */
#define ERROR_NAME_SIZE 84

/** Fills @p err unless it is NULL. */
void error_set(struct libgguf_error *err, enum libgguf_status status, uint64_t offset,
               const char *format, ...) ERROR_PRINTF(4, 5);

/** As error_set() for a failed system call; ": " and the text of @p sys_errno are appended. */
void error_set_errno(struct libgguf_error *err, int sys_errno, const char *format, ...)
    ERROR_PRINTF(3, 4);

/** As error_set_errno() for reading a file at byte @p offset; @p subject, what was read, may be
 * NULL. */
void error_set_read(struct libgguf_error *err, int sys_errno, uint64_t offset, const char *subject);

/** Puts something before the text of @p err, which may be NULL; what no longer fits is lost. */
void error_prefix(struct libgguf_error *err, const char *format, ...) ERROR_PRINTF(2, 3);

/**
 * Writes @p size bytes from a file into @p out as printable ASCII (\xNN for all other bytes, "…"
 * as "..." when cut) for use in an error text, and returns @p out.
 */
const char *error_name(char out[ERROR_NAME_SIZE], const char *data, uint64_t size);

/** What a noun of which there are @p count ends in: "s", or nothing for one. */
const char *error_plural(uint64_t count);

/* A macro, so that the compiler sees the status that is returned. */
#define failure(err, status, offset, ...)                                                          \
    (error_set((err), (status), (offset), __VA_ARGS__), (status))
#define failure_errno(err, sys_errno, ...)                                                         \
    (error_set_errno((err), (sys_errno), __VA_ARGS__), LIBGGUF_ERR_IO)
#define failure_read(err, sys_errno, offset, subject)                                              \
    (error_set_read((err), (sys_errno), (offset), (subject)), LIBGGUF_ERR_IO)
/* For allocations. */
#define failure_memory(err) failure((err), LIBGGUF_ERR_MEMORY, LIBGGUF_NO_OFFSET, "out of memory")

#endif
