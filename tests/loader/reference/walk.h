/**
 * @file The header of a model the tests made or checked, read where it lies, without allocating and
 * without the library: what the loader needs to know is worked out twice, here and there.
 */
#ifndef LOADER_WALK_H
#define LOADER_WALK_H

#include <stddef.h>
#include <stdint.h>

/** What one llama needs. */
struct walk {
    const unsigned char *bytes; /**< of the header */
    uint64_t layers;
    uint64_t embedding;
    uint64_t feed_forward;
    uint64_t heads;
    uint64_t heads_kv;
    uint64_t context;
    uint64_t vocabulary;
    uint64_t tokens; /**< file offset of the first; 0 for none */
    uint64_t token_count;
    uint64_t merges; /**< the same */
    uint64_t merge_count;
    uint64_t tensor_count;
    uint64_t tensor_infos; /**< file offset of the first */
    uint64_t data;         /**< file offset of the tensor data */
};

/** One tensor. */
struct walk_tensor {
    uint64_t name; /**< file offset */
    uint64_t name_size;
    uint32_t type;
    uint64_t row; /**< elements */
    uint64_t rows;
    uint64_t offset; /**< from the start of the file */
    uint64_t size;   /**< packed bytes */
};

/** Reads the header at @p bytes. Returns 0 when something is not as the loader knows it. */
int walk_header(struct walk *walk, const unsigned char *bytes);

/** Reads the tensor at @p index. Returns 0 for a type that the loader cannot decode. */
int walk_tensor(const struct walk *walk, uint64_t index, struct walk_tensor *out);

/** A string at @p offset; its bytes follow, and the next string follows them. */
uint64_t walk_string_size(const struct walk *walk, uint64_t offset);

/** Elements and bytes of one block of @p type; 0 for a type that the loader cannot decode. */
unsigned walk_block_elements(uint32_t type);
unsigned walk_block_size(uint32_t type);

/** Decodes @p count blocks. */
void walk_decode(uint32_t type, const unsigned char *blocks, size_t count, float *out);

#endif
