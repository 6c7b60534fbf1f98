/**
 * @file Byte sources: where the bytes of a model come from. A source is immutable from outside and
 * may be read by any number of threads at once, except a stream source, which is read by one
 * thread at a time.
 */
#ifndef LIBGGUF_SOURCE_H
#define LIBGGUF_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/error.h>

LIBGGUF_BEGIN_DECLS

/** The size of a source whose end has not been reached yet (streams). */
#define LIBGGUF_SIZE_UNKNOWN UINT64_MAX

/** Opaque; freed with libgguf_source_close(). */
struct libgguf_source;

/**
 * What a source of the caller's own must do. All functions may be called from several threads.
 */
struct libgguf_source_ops {
    size_t struct_size; /**< sizeof(struct libgguf_source_ops) */
    /**
     * Reads up to @p size bytes at @p offset into @p buffer and stores how many in @p got; fewer
     * only at the end. Returns 0, or an errno value.
     */
    int (*read)(void *context, uint64_t offset, void *buffer, size_t size, size_t *got);
    /** The size in bytes. */
    uint64_t (*size)(void *context);
    /** Called once by libgguf_source_close(); may be NULL. */
    void (*close)(void *context);
};

/**
 * Opens @p path for reading. A regular file is read with pread(); never follows a later change: see
 * libgguf_source_unchanged(). A pipe or a device is a stream as of libgguf_source_from_fd(), of
 * which at most 256 MiB are kept. Statuses: ARGUMENT, MEMORY, IO (also for a directory or a
 * socket).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_source_from_path(const char *path, struct libgguf_source **out, struct libgguf_error *err);

/**
 * Uses @p size bytes at @p data, which the caller keeps alive and unchanged until the source is
 * closed. Nothing is copied. Statuses: ARGUMENT, MEMORY.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_source_from_memory(const void *data, size_t size, struct libgguf_source **out,
                           struct libgguf_error *err);

/**
 * Reads the file descriptor @p fd, which stays the caller's. A regular file is read with pread()
 * from offset 0. Anything else is read forward once: bytes are kept in memory from offset 0 up to
 * the furthest one asked for, so the index of a model can be walked and read again, and at most
 * @p retain_limit bytes are kept (then LIBGGUF_ERR_RANGE).
 * Statuses: ARGUMENT, MEMORY, IO.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_source_from_fd(int fd, uint64_t retain_limit, struct libgguf_source **out,
                       struct libgguf_error *err);

/** Uses the caller's own @p ops with @p context. Statuses: ARGUMENT, MEMORY. */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_source_from_ops(const struct libgguf_source_ops *ops, void *context,
                        struct libgguf_source **out, struct libgguf_error *err);

/** Frees @p source and closes what it opened itself. NULL is allowed. */
LIBGGUF_API void libgguf_source_close(struct libgguf_source *source);

/** The size in bytes, or LIBGGUF_SIZE_UNKNOWN for a stream whose end has not been seen. */
LIBGGUF_API uint64_t libgguf_source_size(const struct libgguf_source *source);

/**
 * Reads exactly @p size bytes at @p offset into @p buffer.
 * Statuses: ARGUMENT beyond 2^63 - 1, TRUNCATED when the source ends before, IO (at the offset that
 * the error names); of streams also
 * MEMORY, and RANGE when more than the limit would have to be kept or the bytes were read past and
 * not kept.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_source_read(const struct libgguf_source *source, uint64_t offset, void *buffer, size_t size,
                    struct libgguf_error *err);

/**
 * Reads up to @p size bytes at @p offset and stores how many in @p got: fewer than asked only at
 * the end of the source or of what is kept of a stream. Statuses: as libgguf_source_read(), without
 * TRUNCATED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_source_read_some(const struct libgguf_source *source, uint64_t offset, void *buffer,
                         size_t size, size_t *got, struct libgguf_error *err);

/**
 * For a stream: reads forward to its end without keeping anything, so that its size is known and
 * what was kept stays readable. Does nothing for other sources. @p progress may be NULL; it gets
 * the bytes read so far and returns false to stop (CANCELLED). Statuses: IO, CANCELLED.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_source_drain(const struct libgguf_source *source,
                     bool (*progress)(void *context, uint64_t bytes), void *context,
                     struct libgguf_error *err);

/**
 * LIBGGUF_OK when size and modification time are still what they were when the source was
 * opened (always, for sources without a file). Statuses: CHANGED, IO.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_source_unchanged(const struct libgguf_source *source, struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
