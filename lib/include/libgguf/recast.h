/**
 * @file The same model as other files: with every tensor on a page boundary, split into shards,
 * or merged into one file. Nothing is written: what is made is opened like a file, and its bytes
 * are put together from the model's when they are read. Only the new header is in memory.
 *
 * Names, values, types and bytes of tensors stay what they are, and so does the order. The model
 * must stay open until the recast file is closed. Threads: as for any opened file.
 */
#ifndef LIBGGUF_RECAST_H
#define LIBGGUF_RECAST_H

#include <stddef.h>
#include <stdint.h>

#include <libgguf/file.h>
#include <libgguf/source.h>

LIBGGUF_BEGIN_DECLS

/** The smallest alignment that libgguf_recast_align() takes: bytes. */
#define LIBGGUF_RECAST_MIN_ALIGNMENT 32
/** The largest: bytes. */
#define LIBGGUF_RECAST_MAX_ALIGNMENT 65536
/** More shards than this are not made: their number is stored in 16 bits. */
#define LIBGGUF_RECAST_MAX_SHARDS 65535

/**
 * Opens @p model, of one file, as if it had been written with @p alignment (a power of two): the
 * data section and all tensors start at a multiple of it, and general.alignment says so.
 * Statuses: ARGUMENT (alignment, or a set of shards), UNSUPPORTED (a tensor of unknown size),
 * TRUNCATED (tensor data is missing), and those of libgguf_writer_copy_kv().
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_recast_align(const struct libgguf_file *model, uint64_t alignment,
                     struct libgguf_file **out, struct libgguf_error *err);

/**
 * Opens the set of shards @p model as one file without the split.* keys. A file that was never
 * split is recast as it is, in canonical form. Statuses: as libgguf_recast_align(), SHARDS (one is
 * missing).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_recast_merge(const struct libgguf_file *model, struct libgguf_file **out,
                     struct libgguf_error *err);

/** How a model is split. Freed with libgguf_split_free(). */
struct libgguf_split {
    uint64_t limit; /**< bytes that no shard exceeds */
    size_t count;   /**< shards */
    size_t *first;  /**< by shard, the first of its tensors; [count] is the number of tensors */
    uint64_t *size; /**< by shard: bytes of its file */
};

/**
 * Plans the split of @p model into shards of at most @p limit bytes each, headers included: all
 * metadata in the first, tensors in their order, as many in each shard as fit. The smallest limit
 * that works is stored in @p smallest, also on failure, unless NULL.
 * Statuses: RANGE (a tensor, or the metadata, is larger: the text names it, its size and the
 * smallest limit that works; or too many shards), and those of libgguf_recast_merge().
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_split_plan(const struct libgguf_file *model, uint64_t limit, struct libgguf_split **out,
                   uint64_t *smallest, struct libgguf_error *err);

/** Frees @p split; NULL is allowed. */
LIBGGUF_API void libgguf_split_free(struct libgguf_split *split);

/**
 * Opens shard number @p index (from 0) of the split. Its file must be called
 * NAME-00001-of-00003.gguf with index + 1 and the count for readers to find it.
 * Statuses: ARGUMENT (no such shard), and those of libgguf_recast_align().
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_recast_shard(const struct libgguf_file *model, const struct libgguf_split *split,
                     size_t index, struct libgguf_file **out, struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
