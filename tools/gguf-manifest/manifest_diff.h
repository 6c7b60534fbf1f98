/** @file What two manifests say about how their models differ. */
#ifndef MANIFEST_DIFF_H
#define MANIFEST_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include <libgguf/manifest.h>

/** Whether two models share something. */
enum sharing {
    SHARING_NONE,    /**< neither has one */
    SHARING_SAME,    /**< the bytes are equal */
    SHARING_OTHER,   /**< they are not, or only one has it */
    SHARING_UNKNOWN, /**< the manifests do not say */
};

/** What happened to a tensor. */
enum tensor_change { TENSOR_ADDED, TENSOR_REMOVED, TENSOR_CHANGED };

struct tensor_difference {
    enum tensor_change change;
    const struct libgguf_manifest_tensor *before; /**< NULL when added */
    const struct libgguf_manifest_tensor *after;  /**< NULL when removed */
};

/** The outcome; freed with comparison_free(). */
struct comparison {
    enum sharing bytes; /**< of everything: SAME, OTHER or UNKNOWN */
    enum sharing header;
    enum sharing tokenizer;
    enum sharing chat_template;
    enum sharing weights;
    uint64_t size_before;
    uint64_t size_after;
    size_t chunk_count; /**< of the new one */
    size_t new_count;   /**< chunks that the old one does not have */
    uint64_t new_size;  /**< their bytes */
    size_t difference_count;
    struct tensor_difference *differences; /**< by name */
};

/** Compares; false when out of memory. */
bool comparison_make(const struct libgguf_manifest *before, const struct libgguf_manifest *after,
                     struct comparison *out);
void comparison_free(struct comparison *comparison);

#endif
