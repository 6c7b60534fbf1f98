/** @file Where a block keeps its scales, and which bit patterns of them are impossible. */
#ifndef MODEL_BLOCK_SCALE_H
#define MODEL_BLOCK_SCALE_H

#include <libgguf/decode.h>

enum block_scale_format {
    BLOCK_SCALE_NONE, /**< every bit pattern is sound */
    BLOCK_VALUE_F32,  /**< BLOCK_VALUE_*: the block is one float */
    BLOCK_VALUE_F16,
    BLOCK_VALUE_BF16,
    BLOCK_VALUE_F64,
    BLOCK_SCALE_F32,
    BLOCK_SCALE_F16,
    BLOCK_SCALE_E8M0,
    BLOCK_SCALE_UE4M3,
    BLOCK_SCALE_IQ1_M, /**< a binary16 in the top nibbles of four words */
};

struct block_scales {
    enum block_scale_format format;
    uint8_t offset; /**< bytes from the start of the block to the first one */
    uint8_t count;  /**< how many, one after the other */
};

/** Adds the faults of @p count blocks of @p size bytes to @p out, which starts as zeros. */
void block_scales_check(const struct block_scales *scales, size_t size, const uint8_t *blocks,
                        size_t count, bool big_endian, struct libgguf_block_faults *out);

#endif
