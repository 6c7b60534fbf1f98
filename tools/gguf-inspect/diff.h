/** @file --diff: what makes one model another. */
#ifndef INSPECT_DIFF_H
#define INSPECT_DIFF_H

#include "cli/program.h"
#include "model_file.h"
#include "value_compare.h"

/** A metadata entry that is not the same in both. */
struct diff_entry {
    const struct libgguf_kv *old_kv; /**< NULL: added */
    const struct libgguf_kv *new_kv; /**< NULL: removed */
    struct value_difference difference;
};

/** What is different about a tensor that both models have. */
enum diff_change {
    DIFF_TYPE = 1,
    DIFF_SHAPE = 2,
    DIFF_MOVED = 4, /**< another offset in the data section, or another shard */
    DIFF_BYTES = 8, /**< the same type and shape, but other bytes */
};

/** A tensor that is not the same in both. */
struct diff_tensor {
    const struct libgguf_tensor *old_tensor; /**< NULL: added */
    const struct libgguf_tensor *new_tensor; /**< NULL: removed */
    unsigned changes;                        /**< enum diff_change, or'ed */
    uint64_t first_byte;                     /**< with DIFF_BYTES: the first that differs */
    uint64_t differing_bytes;                /**< with DIFF_BYTES */
    struct libgguf_digest digests[2];        /**< with DIFF_BYTES: SHA-256, old and new */
};

/** How many of each kind. */
struct diff_counts {
    size_t added;
    size_t removed;
    size_t changed;
    size_t same;
};

/** All differences. In each list: removed and changed in the old order, then added in the new. */
struct diff {
    const struct model_file *old_model;
    const struct model_file *new_model;
    struct diff_entry *entries;
    size_t entry_count;
    struct diff_counts metadata;  /**< of keys that do not begin with "tokenizer." */
    struct diff_counts tokenizer; /**< of keys that do */
    struct diff_tensor *tensors;
    size_t tensor_count;
    struct diff_counts tensor_counts; /**< changed: without those that only moved */
    size_t moved;                     /**< tensors that only moved */
    bool data;                        /**< bytes were compared */
    size_t not_compared;              /**< tensors whose bytes could not be compared */
    size_t unmatched; /**< tensors of one model that may be in a missing shard of the other */
};

/**
 * Compares two models, with @p data also the bytes of tensors of the same type and shape. CLI_YES,
 * or CLI_FAILED when that could not be done, which is reported; then @p out is empty.
 */
enum cli_exit diff_compute(const struct model_file *old_model, const struct model_file *new_model,
                           bool data, struct diff *out);

/** Frees what diff_compute() stored. */
void diff_free(struct diff *diff);

/** True when @p entry belongs to the vocabulary. */
bool diff_entry_is_tokenizer(const struct diff_entry *entry);

/** True when version, byte order or alignment differ. */
bool diff_header(const struct diff *diff);

/** CLI_YES when the models are the same, CLI_NO when not, CLI_FAILED when that is not known. */
enum cli_exit diff_verdict(const struct diff *diff);

/** Prints @p diff as text. */
void diff_print(const struct diff *diff);

/** Prints @p diff as a document of its own; false when that was not possible. */
bool diff_print_json(const struct diff *diff);

#endif
