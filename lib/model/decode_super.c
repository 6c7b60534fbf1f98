/* Types with super-blocks of 256 elements whose sub-blocks have small integer scales, or none. */
#include "model/block.h"

/* 16 bytes: scale and minimum nibbles of 16 elements each | 64 bytes of two bits | d, dmin f16 */
BLOCK_DECODER(block_decode_q2_k)
{
    for (size_t i = 0; i < count; i++, in += 84, out += 256) {
        const float d = block_half(in + 80, big_endian);
        const float dmin = block_half(in + 82, big_endian);
        for (int part = 0; part < 16; part++) {
            const float scale = d * (float)(in[part] & 15);
            const float minimum = dmin * (float)(in[part] >> 4);
            const uint8_t *quants = in + 16 + part / 8 * 32 + part % 2 * 16;
            const int shift = part % 8 / 2 * 2;
            for (int j = 0; j < 16; j++) {
                out[16 * part + j] = scale * (float)(quants[j] >> shift & 3) - minimum;
            }
        }
    }
}

/* 32 bytes of third bits | 64 bytes of two bits | 12 bytes: 16 scales of six bits | d f16 */
BLOCK_DECODER(block_decode_q3_k)
{
    for (size_t i = 0; i < count; i++, in += 110, out += 256) {
        const float d = block_half(in + 108, big_endian);
        const uint8_t *packed = in + 96;
        for (int part = 0; part < 16; part++) {
            const int low = packed[part % 8] >> part / 8 * 4 & 15;
            const int high = packed[8 + part % 4] >> part / 4 * 2 & 3;
            const float scale = d * (float)((low | high << 4) - 32);
            const uint8_t *third = in + part % 2 * 16;
            const uint8_t *quants = in + 32 + part / 8 * 32 + part % 2 * 16;
            const int shift = part % 8 / 2 * 2;
            for (int j = 0; j < 16; j++) {
                const int quant = (quants[j] >> shift & 3) | (third[j] >> part / 2 & 1) << 2;
                out[16 * part + j] = scale * (float)(quant - 4);
            }
        }
    }
}

/* Scale and minimum number @p part of the eight that Q4_K and Q5_K pack into 12 bytes. */
static inline void six_bit_pair(const uint8_t *packed, int part, int *scale, int *minimum)
{
    if (part < 4) {
        *scale = packed[part] & 63;
        *minimum = packed[part + 4] & 63;
    } else {
        *scale = (packed[part + 4] & 15) | packed[part - 4] >> 6 << 4;
        *minimum = packed[part + 4] >> 4 | packed[part] >> 6 << 4;
    }
}

/* d, dmin f16 | 12 bytes: scales and minima of 32 elements each | 128 bytes of nibbles */
BLOCK_DECODER(block_decode_q4_k)
{
    for (size_t i = 0; i < count; i++, in += 144, out += 256) {
        const float d = block_half(in, big_endian);
        const float dmin = block_half(in + 2, big_endian);
        for (int part = 0; part < 8; part++) {
            int scale_quant, minimum_quant;
            six_bit_pair(in + 4, part, &scale_quant, &minimum_quant);
            const float scale = d * (float)scale_quant;
            const float minimum = dmin * (float)minimum_quant;
            const uint8_t *quants = in + 16 + part / 2 * 32;
            const int shift = part % 2 * 4;
            for (int j = 0; j < 32; j++) {
                out[32 * part + j] = scale * (float)(quants[j] >> shift & 15) - minimum;
            }
        }
    }
}

/* d, dmin f16 | 12 bytes of scales and minima | 32 bytes of fifth bits | 128 bytes of nibbles */
BLOCK_DECODER(block_decode_q5_k)
{
    for (size_t i = 0; i < count; i++, in += 176, out += 256) {
        const float d = block_half(in, big_endian);
        const float dmin = block_half(in + 2, big_endian);
        const uint8_t *fifth = in + 16;
        for (int part = 0; part < 8; part++) {
            int scale_quant, minimum_quant;
            six_bit_pair(in + 4, part, &scale_quant, &minimum_quant);
            const float scale = d * (float)scale_quant;
            const float minimum = dmin * (float)minimum_quant;
            const uint8_t *quants = in + 48 + part / 2 * 32;
            const int shift = part % 2 * 4;
            for (int j = 0; j < 32; j++) {
                const int quant = (quants[j] >> shift & 15) | (fifth[j] >> part & 1) << 4;
                out[32 * part + j] = scale * (float)quant - minimum;
            }
        }
    }
}

/* 128 bytes of nibbles | 64 bytes of upper two bits | 16 i8 scales of 16 elements each | d f16 */
BLOCK_DECODER(block_decode_q6_k)
{
    for (size_t i = 0; i < count; i++, in += 210, out += 256) {
        const float d = block_half(in + 208, big_endian);
        for (int part = 0; part < 16; part++) {
            const float scale = d * (float)(int8_t)in[192 + part];
            const int half = part / 8;
            const int quarter = part % 8 / 2;
            const uint8_t *low = in + half * 64 + quarter % 2 * 32 + part % 2 * 16;
            const uint8_t *high = in + 128 + half * 32 + part % 2 * 16;
            const int low_shift = quarter / 2 * 4;
            const int high_shift = quarter * 2;
            for (int j = 0; j < 16; j++) {
                const int quant = (low[j] >> low_shift & 15) | (high[j] >> high_shift & 3) << 4;
                out[16 * part + j] = scale * (float)(quant - 32);
            }
        }
    }
}

/* d f32 | 256 i8 | 16 sums i16, not needed here */
BLOCK_DECODER(block_decode_q8_k)
{
    for (size_t i = 0; i < count; i++, in += 292, out += 256) {
        const float d = block_float(block_u32(in, big_endian));
        for (int j = 0; j < 256; j++) {
            out[j] = d * (float)(int8_t)in[4 + j];
        }
    }
}

/* d f16 | u16 of upper scale bits | 4 bytes of lower scale nibbles | 128 bytes of level nibbles */
BLOCK_DECODER(block_decode_iq4_xs)
{
    for (size_t i = 0; i < count; i++, in += 136, out += 256) {
        const float d = block_half(in, big_endian);
        const unsigned upper = block_u16(in + 2, big_endian);
        for (int part = 0; part < 8; part++) {
            const int low = in[4 + part / 2] >> part % 2 * 4 & 15;
            const int high = (int)(upper >> 2 * part & 3);
            const float scale = d * (float)((low | high << 4) - 32);
            const uint8_t *quants = in + 8 + 16 * part;
            for (int j = 0; j < 16; j++) {
                out[32 * part + j] = scale * (float)block_iq4_levels[quants[j] & 15];
                out[32 * part + j + 16] = scale * (float)block_iq4_levels[quants[j] >> 4];
            }
        }
    }
}

/* @p width bytes hold @p digits times as many ternary digits: the n-th most significant one of
 * byte/256 as a fraction in base three is element n * width + j. */
static inline float *ternary_digits(const uint8_t *bytes, int width, int digits, float d,
                                    float *restrict out)
{
    unsigned power = 1;
    for (int n = 0; n < digits; n++, power *= 3, out += width) {
        for (int j = 0; j < width; j++) {
            const unsigned rest = bytes[j] * power & 255;
            out[j] = (float)((int)(rest * 3 >> 8) - 1) * d;
        }
    }
    return out;
}

/* 48 bytes of five ternary digits | 4 bytes of four | d f16 */
BLOCK_DECODER(block_decode_tq1_0)
{
    for (size_t i = 0; i < count; i++, in += 54) {
        const float d = block_half(in + 52, big_endian);
        out = ternary_digits(in, 32, 5, d, out);
        out = ternary_digits(in + 32, 16, 5, d, out);
        out = ternary_digits(in + 48, 4, 4, d, out);
    }
}

/* 64 bytes of two bits, + 1 | d f16 */
BLOCK_DECODER(block_decode_tq2_0)
{
    for (size_t i = 0; i < count; i++, in += 66, out += 256) {
        const float d = block_half(in + 64, big_endian);
        for (int part = 0; part < 8; part++) {
            const uint8_t *quants = in + part / 4 * 32;
            const int shift = part % 4 * 2;
            for (int j = 0; j < 32; j++) {
                out[32 * part + j] = (float)((quants[j] >> shift & 3) - 1) * d;
            }
        }
    }
}
