/**
 * @file The chunk plan: where a file is cut into the pieces that a manifest lists. A plan is a pure
 * function of the header, the file's size and the options; docs/manifest-format.md has the rules.
 * Its chunks are contiguous from byte 0, cover every byte, and none is empty or larger than the
 * chunk size. A plan is immutable: any number of threads may read it.
 */
#ifndef LIBGGUF_PLAN_H
#define LIBGGUF_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/file.h>

LIBGGUF_BEGIN_DECLS

/** The chunk size of a caller who names none: bytes. */
#define LIBGGUF_DEFAULT_CHUNK_SIZE 16777216
/** The smallest chunk size that is accepted: bytes. */
#define LIBGGUF_MIN_CHUNK_SIZE 65536
/** The largest chunk size that is accepted: bytes. */
#define LIBGGUF_MAX_CHUNK_SIZE 134217728
/** A plan with more chunks than this is refused: the chunk size is too small for the file. */
#define LIBGGUF_MAX_CHUNKS 1048576

/** How a file is cut. */
enum libgguf_cut {
    LIBGGUF_CUT_TENSOR, /**< along the structure of a GGUF file */
    LIBGGUF_CUT_FIXED,  /**< at every multiple of the chunk size; works on any file */
};

/** What is in a chunk. */
enum libgguf_chunk_role {
    LIBGGUF_ROLE_HEADER,    /**< metadata and tensor records, without the large tokenizer arrays */
    LIBGGUF_ROLE_TOKENIZER, /**< large tokenizer arrays */
    LIBGGUF_ROLE_TENSORS,   /**< tensor data, with its padding and gaps */
    LIBGGUF_ROLE_DATA,      /**< bytes that belong to none of these: after the last tensor, or of a
                                 file that is not GGUF */
};

/** How to cut. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_plan_options {
    size_t struct_size; /**< sizeof(struct libgguf_plan_options) */
    enum libgguf_cut cut;
    uint64_t chunk_size; /**< bytes, the target and the maximum; 0: LIBGGUF_DEFAULT_CHUNK_SIZE */
};

/** One piece of a file. */
struct libgguf_piece {
    uint64_t offset; /**< bytes from the start of the file */
    uint64_t size;   /**< bytes, never 0 */
    enum libgguf_chunk_role role;
};

/** Opaque; freed with libgguf_plan_free(). Holds nothing of the file it was made from. */
struct libgguf_plan;

/**
 * Plans the cuts of one file of @p size bytes. @p file is its index (of a set: one shard, see
 * libgguf_shard_at(); a set itself stands for its first shard) and may be NULL for
 * LIBGGUF_CUT_FIXED. @p size may be LIBGGUF_SIZE_UNKNOWN for a stream, whose plan goes on for
 * ever: the chunks of the same file with its size known are those of the endless plan, the last
 * one cut short. A size below the header's data_end is planned as far as it goes.
 * Statuses: ARGUMENT (NULL file for LIBGGUF_CUT_TENSOR), RANGE (chunk size out of bounds, more
 * than LIBGGUF_MAX_CHUNKS chunks), MEMORY, IO and TRUNCATED (reading tokenizer arrays).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_plan_create(const struct libgguf_file *file, uint64_t size,
                    const struct libgguf_plan_options *options, struct libgguf_plan **out,
                    struct libgguf_error *err);

/** Frees @p plan; NULL is allowed. */
LIBGGUF_API void libgguf_plan_free(struct libgguf_plan *plan);

/** How many chunks the file has; LIBGGUF_MAX_CHUNKS for an endless plan. */
LIBGGUF_API size_t libgguf_plan_count(const struct libgguf_plan *plan);

/** The bytes that are planned, or LIBGGUF_SIZE_UNKNOWN for an endless plan. */
LIBGGUF_API uint64_t libgguf_plan_size(const struct libgguf_plan *plan);

/** Stores the chunk at @p index in @p out; false beyond the last one. Takes constant time. */
LIBGGUF_API bool libgguf_plan_at(const struct libgguf_plan *plan, size_t index,
                                 struct libgguf_piece *out);

/** The name of @p role in a manifest: "header", "tokenizer", "tensors", "data". */
LIBGGUF_API const char *libgguf_chunk_role_name(enum libgguf_chunk_role role);

/** The name of @p cut in a manifest: "tensor", "fixed". */
LIBGGUF_API const char *libgguf_cut_name(enum libgguf_cut cut);

LIBGGUF_END_DECLS

#endif
