/** @file What a footprint holds. Private to memory/. */
#ifndef MEMORY_FOOTPRINT_H
#define MEMORY_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/estimate.h>

/** Layers one after another with the same keys and values. */
struct kv_run {
    uint64_t layers;
    uint64_t k_elements; /* per token and layer */
    uint64_t v_elements;
    bool sliding;
};

/** One tensor as memory sees it. */
struct weight {
    uint64_t offset;   /* bytes from the start of the first file of the set */
    uint64_t size;     /* packed; an upper bound for types of unknown size */
    uint64_t elements; /* f32 takes four times that, which was checked */
    uint64_t row;      /* elements */
    uint64_t layer;    /* or LIBGGUF_NONE */
    uint32_t type_id;
    uint32_t dim_count;
};

/** Sums over all tensors; bytes unless said otherwise. */
struct weights_total {
    uint64_t file_size;
    uint64_t largest_file;
    struct libgguf_amount packed;
    uint64_t f32;
    uint64_t largest;
    uint64_t largest_f32;
    uint64_t longest_row; /* elements */
    uint64_t q4_0;        /* of matrices */
    uint64_t shrinking;   /* the most that is live while the file shrinks and f32 grows */
};

struct libgguf_footprint {
    struct libgguf_footprint_facts facts;

    struct kv_run *runs;
    size_t run_count;
    enum libgguf_certainty kv_certainty;
    uint64_t state_elements; /* f32, per sequence, all layers together */
    enum libgguf_certainty state_certainty;
    bool plain_attention; /* the scratch formula of the small runtime is exact */

    uint64_t embedding;    /* LIBGGUF_ABSENT when missing, as are the next two */
    uint64_t feed_forward; /* the widest layer */
    uint64_t heads;        /* the most of any layer */

    uint64_t token_bytes; /* of the texts */
    uint64_t merge_count;
    uint64_t merge_bytes;

    struct weight *weights; /* in file order */
    size_t weight_count;
    uint64_t alignment; /* bytes */
    bool open_ended;    /* a tensor of unknown size has elements and not a byte before the end */
    struct weights_total as_in_file;
};

/** Notes are bits. */
static inline void footprint_note(struct libgguf_footprint *footprint, enum libgguf_note note)
{
    footprint->facts.notes |= UINT32_C(1) << note;
}

#endif
