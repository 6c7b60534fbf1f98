/**
 * @file Statistics of tensors: what their elements look like once decoded, and which blocks cannot
 * be right. Reads the file in pieces, on several threads, in memory that does not grow with it.
 *
 * The result depends on the file alone. A tensor is cut into pieces of LIBGGUF_STATS_PIECE
 * elements. Within a piece, element i belongs to lane i mod 8; each lane adds its finite elements,
 * and their squares, in order, in double arithmetic; the lanes are then added as
 * ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7)). The sums of the pieces are added in order.
 */
#ifndef LIBGGUF_STATS_H
#define LIBGGUF_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/decode.h>
#include <libgguf/error.h>
#include <libgguf/file.h>
#include <libgguf/tensor.h>

LIBGGUF_BEGIN_DECLS

/** Elements of one piece: the unit of work of a thread. */
#define LIBGGUF_STATS_PIECE 65536
/** More threads than this are not started. */
#define LIBGGUF_STATS_MAX_THREADS 64

/**
 * The elements of one tensor, as 32-bit floats (libgguf_blocks_decode()), those of F64 as they are:
 * there the sum of the squares, and with it rms, may be infinite though every element is finite.
 */
struct libgguf_tensor_stats {
    /**
     * OK; UNSUPPORTED when the tensor cannot be decoded (its type, byte order or row length);
     * TRUNCATED when bytes of it are missing, be it that a stream ends before. All else is zero
     * then.
     */
    enum libgguf_status status;
    uint64_t element_count;
    uint64_t zero_count; /**< of either sign */
    uint64_t nan_count;
    uint64_t inf_count;       /**< of either sign */
    uint64_t first_nonfinite; /**< index of the first NaN or infinity; 0 when there is none */
    double min;               /**< of the finite elements; NaN when there are none */
    double max;               /**< likewise */
    double mean;              /**< likewise: their sum divided by their number */
    double rms;               /**< likewise: the root of the mean of their squares */
    struct libgguf_block_faults faults; /**< libgguf_blocks_check() over the whole tensor */
};

/** How to work. Zero-initialise, set struct_size, then what is wanted. */
struct libgguf_stats_options {
    size_t struct_size; /**< sizeof(struct libgguf_stats_options) */
    unsigned threads;   /**< 0: 2; 1: the caller's thread alone */
    /**
     * Hears the bytes read so far, of all tensors that are decoded together. Never called by two
     * threads at once, though from any of them. False stops the work. May be NULL.
     */
    bool (*progress)(void *context, uint64_t bytes);
    void *context; /**< handed to progress */
};

/**
 * Computes the statistics of @p count tensors of @p file and stores them in the same order in
 * @p out. A tensor that cannot be decoded is no failure: its status says so. @p options may be
 * NULL. About 0.6 MiB for each thread.
 *
 * A stream is read by the caller's thread alone, whatever the options say: in passing when the
 * tensors are given in the order of their data (nothing of them can be read again then), otherwise
 * within what the stream may keep.
 * Statuses: ARGUMENT, MEMORY, IO, TRUNCATED (the file shrank),
 * CHANGED (it changed while it was read), RANGE (more of a stream would have to be kept than may
 * be), CANCELLED. On failure @p out is undefined.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_tensors_stats(const struct libgguf_file *file, const struct libgguf_tensor *const *tensors,
                      size_t count, const struct libgguf_stats_options *options,
                      struct libgguf_tensor_stats *out, struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
