/**
 * @file Opening a GGUF file. The header is walked once through a bounded window and everything in
 * it is validated (docs/gguf-format.md); afterwards accessors cannot fail. An open file is
 * immutable: any number of threads may read it until one of them closes it.
 */
#ifndef LIBGGUF_FILE_H
#define LIBGGUF_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/error.h>
#include <libgguf/source.h>

LIBGGUF_BEGIN_DECLS

/** Opaque: an opened model, of one file or of a set of shards. */
struct libgguf_file;

/** The alignment of a file that does not say: bytes. */
#define LIBGGUF_DEFAULT_ALIGNMENT 32
/** The largest alignment that is accepted: bytes. */
#define LIBGGUF_MAX_ALIGNMENT 1048576

/** How to open. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_open_options {
    size_t struct_size;      /**< sizeof(struct libgguf_open_options) */
    bool allow_missing_data; /**< tensors may end beyond the file; shards may be missing or
                                disagree, which libgguf_check() reports */
    bool allow_duplicates;   /**< duplicate keys and tensor names are listed instead of refused */
    bool single_file;        /**< a shard is opened alone, as the file it is */
    bool read_to_end;        /**< a stream is read (and dropped) to its end, so that its size and
                                what is missing are known; otherwise both stay unknown */
    /** Called while a stream is read to its end; false stops with CANCELLED. May be NULL. */
    bool (*progress)(void *context, uint64_t bytes);
    void *progress_context;
};

/** Facts of one file's header; all offsets are bytes from the start of that file. */
struct libgguf_header {
    uint32_t version;            /**< 1, 2 or 3 */
    bool big_endian;             /**< byte order of everything after the magic */
    uint64_t alignment;          /**< bytes; LIBGGUF_DEFAULT_ALIGNMENT unless the file says */
    uint64_t kv_offset;          /**< of the first metadata entry */
    uint64_t tensor_info_offset; /**< of the first tensor record; the end of the metadata */
    uint64_t info_end;           /**< the end of the last tensor record, before padding */
    uint64_t data_offset;        /**< of the data section: info_end, aligned */
    uint64_t data_end; /**< the furthest end of a tensor, without padding, where one of unknown size
                            counts with its first byte; at least data_offset when there are
                            tensors, else info_end */
    uint64_t file_size; /**< bytes present; LIBGGUF_SIZE_UNKNOWN for an undrained stream */
};

/**
 * Opens the model at @p path. When the name ends in -NNNNN-of-NNNNN.gguf and the file says it is
 * a shard, all shards of the set beside it are opened and presented as one model, whichever of
 * them was named. @p options may be NULL for strict defaults.
 * Statuses: ARGUMENT, MEMORY, IO, RANGE (more than 2^32 - 2 entries or tensors, a pipe whose header
 * is larger than is kept), CHANGED, CANCELLED, and every format status of error.h from NOT_GGUF to
 * SHARDS. An error that is no missing shard is one in spite of allow_missing_data.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_open(const char *path, const struct libgguf_open_options *options,
             struct libgguf_file **out, struct libgguf_error *err);

/**
 * As libgguf_open() for @p size bytes at @p data, which the caller keeps alive and unchanged
 * until libgguf_close(). Strings and tensors are views into it.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_open_memory(const void *data, size_t size, const struct libgguf_open_options *options,
                    struct libgguf_file **out, struct libgguf_error *err);

/**
 * As libgguf_open() for any source. On success the file owns @p source and closes it; on failure
 * it stays the caller's. Statuses: as libgguf_open(), without SHARDS.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_open_source(struct libgguf_source *source, const struct libgguf_open_options *options,
                    struct libgguf_file **out, struct libgguf_error *err);

/** Frees @p file and all that was handed out of it; NULL is allowed. */
LIBGGUF_API void libgguf_close(struct libgguf_file *file);

/** The header facts of the file, or of the first shard that is present. */
LIBGGUF_API const struct libgguf_header *libgguf_header(const struct libgguf_file *file);

/** The source that the file (or its first shard) is read from. */
LIBGGUF_API const struct libgguf_source *libgguf_file_source(const struct libgguf_file *file);

/** How many files the set has, missing ones included; 1 for a single file. */
LIBGGUF_API size_t libgguf_shard_count(const struct libgguf_file *file);

/**
 * The shard at @p index (0-based) as a file of its own, valid until libgguf_close() of the set and
 * never closed by the caller; the file itself when it is no set; NULL when that shard is missing
 * or the index is out of range.
 */
LIBGGUF_API const struct libgguf_file *libgguf_shard_at(const struct libgguf_file *file,
                                                        size_t index);

/** The path of the shard at @p index, present or missing; NULL for memory, streams, out of range.
 */
LIBGGUF_API const char *libgguf_shard_path(const struct libgguf_file *file, size_t index);

LIBGGUF_END_DECLS

#endif
