/** @file The sums of one piece of a tensor, and how they add up to those of the tensor. */
#ifndef MODEL_STATS_PIECE_H
#define MODEL_STATS_PIECE_H

#include <libgguf/stats.h>

/** Sums over elements; counts are of elements, indices from the start of the tensor. */
struct stats_sums {
    uint64_t element_count;
    uint64_t zero_count;
    uint64_t nan_count;
    uint64_t inf_count;
    uint64_t first_nonfinite;
    double sum;
    double square_sum;
    double min; /* infinity when there is no finite element */
    double max; /* -infinity, likewise */
    struct libgguf_block_faults faults;
};

/** The sums of no elements. */
struct stats_sums stats_sums_empty(void);

/**
 * The sums of @p block_count blocks at @p blocks, of a type that can be decoded; the first one is
 * number @p first_block of its tensor. At most LIBGGUF_STATS_PIECE elements.
 */
struct stats_sums stats_sums_of_blocks(const struct libgguf_tensor_type *type, bool big_endian,
                                       const void *blocks, size_t block_count,
                                       uint64_t first_block);

/** Adds @p next, which follows in the tensor, to @p sums. */
void stats_sums_add(struct stats_sums *sums, const struct stats_sums *next);

/** What @p sums of a whole tensor come to. */
struct libgguf_tensor_stats stats_sums_finish(const struct stats_sums *sums);

#endif
