/**
 * @file Decoding quantised blocks to 32-bit floats, bit for bit as ggml's reference decoder of
 * August 2026 does, and finding blocks that cannot be right. Pure functions of their arguments:
 * any number of threads may call them at once.
 *
 * Every type that libgguf_tensor_type_at() calls active or internal is decoded in little-endian
 * files, and in big-endian ones all but IQ2_XXS, whose packed fields no writer has ever laid down
 * for that byte order. In a big-endian block the multi-byte scalars are swapped (scales, and the
 * bit fields of Q5_0, Q5_1, IQ2_XS, IQ3_XXS, IQ4_XS, IQ1_S and IQ1_M); runs of bytes are not.
 *
 * Integers and doubles are rounded to the nearest float, doubles beyond its range to infinity.
 * A NaN stays a NaN and its payload is not specified.
 */
#ifndef LIBGGUF_DECODE_H
#define LIBGGUF_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libgguf/error.h>
#include <libgguf/tensor.h>

LIBGGUF_BEGIN_DECLS

/** What is wrong with a block. For types of one element to a block, the value is the block. */
enum libgguf_block_fault {
    LIBGGUF_BLOCK_SOUND = 0, /**< nothing */
    LIBGGUF_BLOCK_NAN_VALUE, /**< an unquantised element that is not a number */
    LIBGGUF_BLOCK_INF_VALUE, /**< an unquantised element that is infinite */
    LIBGGUF_BLOCK_NAN_SCALE, /**< a scale (or minimum) that is not a number */
    LIBGGUF_BLOCK_INF_SCALE, /**< a scale (or minimum) that is infinite */
};

/** What libgguf_blocks_check() found. */
struct libgguf_block_faults {
    uint64_t count;                      /**< blocks that are not sound */
    uint64_t first;                      /**< index of the first of them; 0 when count is 0 */
    enum libgguf_block_fault first_kind; /**< what is wrong with that one */
};

/** Words for @p fault, such as "scale is NaN"; "unknown" for a value that is none. */
LIBGGUF_API const char *libgguf_block_fault_name(enum libgguf_block_fault fault);

/** True when blocks of the type numbered @p type_id can be decoded and checked. */
LIBGGUF_API bool libgguf_type_decodable(uint32_t type_id, bool big_endian);

/**
 * Decodes @p block_count whole blocks at @p blocks, of any alignment, into @p out, which has room
 * for block_count times the type's block_elements floats and does not overlap them.
 * Statuses: ARGUMENT (a NULL pointer with blocks to decode), UNSUPPORTED (a type that was removed
 * or is unknown, or the byte order for it).
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_blocks_decode(uint32_t type_id, bool big_endian, const void *blocks, size_t block_count,
                      float *out, struct libgguf_error *err);

/**
 * Looks for blocks whose scale is impossible (NaN, or infinite where the scale's type can be) and,
 * in the unquantised float types, for elements that are NaN or infinite. Decoding such a block is
 * defined, but nothing useful comes out. Integer types are always sound.
 * Statuses: as libgguf_blocks_decode().
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_blocks_check(uint32_t type_id, bool big_endian, const void *blocks, size_t block_count,
                     struct libgguf_block_faults *out, struct libgguf_error *err);

/**
 * OK when @p tensor of @p file can be decoded; otherwise UNSUPPORTED, for its type or byte order as
 * libgguf_blocks_decode(), or for rows that are not a whole number of blocks.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_tensor_decodable(const struct libgguf_file *file, const struct libgguf_tensor *tensor,
                         struct libgguf_error *err);

/**
 * Reads and decodes @p block_count blocks of @p tensor, from block @p first_block of it, into
 * @p out: a walk through a tensor of any size in the caller's buffer. Blocks follow each other
 * through all rows, so element k of the tensor is in block k / block_elements.
 * Statuses: ARGUMENT (beyond the tensor's last block), UNSUPPORTED (as
 * libgguf_tensor_decodable()), TRUNCATED (bytes are missing), IO.
 */
LIBGGUF_API LIBGGUF_NODISCARD enum libgguf_status
libgguf_tensor_decode(const struct libgguf_file *file, const struct libgguf_tensor *tensor,
                      uint64_t first_block, size_t block_count, float *out,
                      struct libgguf_error *err);

LIBGGUF_END_DECLS

#endif
