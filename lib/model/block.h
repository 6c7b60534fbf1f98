/** @file What block decoders share: loads of either byte order and the small float formats. */
#ifndef MODEL_BLOCK_H
#define MODEL_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Decodes @p count blocks at @p in, of any alignment, to @p out. */
#define BLOCK_DECODER(name)                                                                        \
    void name(const uint8_t *restrict in, size_t count, bool big_endian, float *restrict out)

BLOCK_DECODER(block_decode_f32);
BLOCK_DECODER(block_decode_f16);
BLOCK_DECODER(block_decode_bf16);
BLOCK_DECODER(block_decode_f64);
BLOCK_DECODER(block_decode_i8);
BLOCK_DECODER(block_decode_i16);
BLOCK_DECODER(block_decode_i32);
BLOCK_DECODER(block_decode_i64);

BLOCK_DECODER(block_decode_q4_0);
BLOCK_DECODER(block_decode_q4_1);
BLOCK_DECODER(block_decode_q5_0);
BLOCK_DECODER(block_decode_q5_1);
BLOCK_DECODER(block_decode_q8_0);
BLOCK_DECODER(block_decode_q8_1);
BLOCK_DECODER(block_decode_q1_0);
BLOCK_DECODER(block_decode_q2_0);
BLOCK_DECODER(block_decode_mxfp4);
BLOCK_DECODER(block_decode_nvfp4);
BLOCK_DECODER(block_decode_iq4_nl);

BLOCK_DECODER(block_decode_q2_k);
BLOCK_DECODER(block_decode_q3_k);
BLOCK_DECODER(block_decode_q4_k);
BLOCK_DECODER(block_decode_q5_k);
BLOCK_DECODER(block_decode_q6_k);
BLOCK_DECODER(block_decode_q8_k);
BLOCK_DECODER(block_decode_iq4_xs);
BLOCK_DECODER(block_decode_tq1_0);
BLOCK_DECODER(block_decode_tq2_0);

BLOCK_DECODER(block_decode_iq1_s);
BLOCK_DECODER(block_decode_iq1_m);
BLOCK_DECODER(block_decode_iq2_xxs);
BLOCK_DECODER(block_decode_iq2_xs);
BLOCK_DECODER(block_decode_iq2_s);
BLOCK_DECODER(block_decode_iq3_xxs);
BLOCK_DECODER(block_decode_iq3_s);

/** The 16 levels of IQ4_NL and IQ4_XS. */
extern const int8_t block_iq4_levels[16];

static inline uint16_t block_u16(const uint8_t *at, bool big_endian)
{
    const unsigned first = at[0];
    const unsigned second = at[1];
    return (uint16_t)(big_endian ? first << 8 | second : second << 8 | first);
}

static inline uint32_t block_u32(const uint8_t *at, bool big_endian)
{
    return big_endian
               ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
               : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static inline uint64_t block_u64(const uint8_t *at, bool big_endian)
{
    const uint64_t first = block_u32(at, big_endian);
    const uint64_t second = block_u32(at + 4, big_endian);
    return big_endian ? first << 32 | second : second << 32 | first;
}

static inline float block_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/**
 * IEEE 754 binary16 to binary32, without a branch. The exponent is rebased by 127 - 15; infinities
 * and NaNs need that twice, and for subnormals the implied leading bit is subtracted again, which
 * is exact and gives a normal result.
 */
static inline float block_half_value(uint16_t half)
{
    const uint32_t rebase = (uint32_t)(127 - 15) << 23;
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    const uint32_t magnitude = (uint32_t)(half & 0x7fff) << 13;
    const uint32_t one_up = rebase + (1u << 23);
    const float subnormal = block_float(magnitude + one_up) - block_float(one_up);
    uint32_t subnormal_bits;
    memcpy(&subnormal_bits, &subnormal, sizeof subnormal_bits);
    const uint32_t normal_bits = magnitude + rebase + (magnitude >= 0x7c00u << 13 ? rebase : 0);
    return block_float(sign | (magnitude < 0x0400u << 13 ? subnormal_bits : normal_bits));
}

/** The binary16 at @p at. */
static inline float block_half(const uint8_t *at, bool big_endian)
{
    return block_half_value(block_u16(at, big_endian));
}

/** The binary16 bits that IQ1_M spreads over the top nibbles of its four words of scales. */
static inline uint16_t block_iq1_m_scale(const uint8_t *scales, bool big_endian)
{
    uint16_t bits = 0;
    for (unsigned i = 0; i < 4; i++) {
        const unsigned word = block_u16(scales + 2 * i, big_endian);
        bits = (uint16_t)(bits | (word >> 12) << 4 * i);
    }
    return bits;
}

#endif
