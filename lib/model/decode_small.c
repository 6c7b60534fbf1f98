/* Types with blocks of 32 to 128 elements and a scale or two of their own. */
#include "model/block.h"

/* d f16 | 16 bytes: element j in the low nibble of byte j, element j + 16 in the high one, + 8 */
BLOCK_DECODER(block_decode_q4_0)
{
    for (size_t i = 0; i < count; i++, in += 18, out += 32) {
        const float d = block_half(in, big_endian);
        const uint8_t *quants = in + 2;
        for (int j = 0; j < 16; j++) {
            out[j] = (float)((quants[j] & 15) - 8) * d;
            out[j + 16] = (float)((quants[j] >> 4) - 8) * d;
        }
    }
}

/* d f16 | minimum f16 | 16 bytes of nibbles */
BLOCK_DECODER(block_decode_q4_1)
{
    for (size_t i = 0; i < count; i++, in += 20, out += 32) {
        const float d = block_half(in, big_endian);
        const float minimum = block_half(in + 2, big_endian);
        const uint8_t *quants = in + 4;
        for (int j = 0; j < 16; j++) {
            out[j] = (float)(quants[j] & 15) * d + minimum;
            out[j + 16] = (float)(quants[j] >> 4) * d + minimum;
        }
    }
}

/* The five bits of element j, the fifth in bit j of @p high. */
static inline int five_bits(const uint8_t *quants, uint32_t high, int j)
{
    const int low = j < 16 ? quants[j] & 15 : quants[j - 16] >> 4;
    return low | (int)(high >> j & 1) << 4;
}

/* d f16 | fifth bits u32 | 16 bytes of nibbles, + 16 */
BLOCK_DECODER(block_decode_q5_0)
{
    for (size_t i = 0; i < count; i++, in += 22, out += 32) {
        const float d = block_half(in, big_endian);
        const uint32_t high = block_u32(in + 2, big_endian);
        for (int j = 0; j < 16; j++) {
            out[j] = (float)(five_bits(in + 6, high, j) - 16) * d;
            out[j + 16] = (float)(five_bits(in + 6, high, j + 16) - 16) * d;
        }
    }
}

/* d f16 | minimum f16 | fifth bits u32 | 16 bytes of nibbles */
BLOCK_DECODER(block_decode_q5_1)
{
    for (size_t i = 0; i < count; i++, in += 24, out += 32) {
        const float d = block_half(in, big_endian);
        const float minimum = block_half(in + 2, big_endian);
        const uint32_t high = block_u32(in + 4, big_endian);
        for (int j = 0; j < 16; j++) {
            out[j] = (float)five_bits(in + 8, high, j) * d + minimum;
            out[j + 16] = (float)five_bits(in + 8, high, j + 16) * d + minimum;
        }
    }
}

/* d f16 | 32 i8 */
BLOCK_DECODER(block_decode_q8_0)
{
    for (size_t i = 0; i < count; i++, in += 34, out += 32) {
        const float d = block_half(in, big_endian);
        for (int j = 0; j < 32; j++) {
            out[j] = (float)(int8_t)in[2 + j] * d;
        }
    }
}

/* d f16 | sum f16, not needed here | 32 i8 */
BLOCK_DECODER(block_decode_q8_1)
{
    for (size_t i = 0; i < count; i++, in += 36, out += 32) {
        const float d = block_half(in, big_endian);
        for (int j = 0; j < 32; j++) {
            out[j] = (float)(int8_t)in[4 + j] * d;
        }
    }
}

/* d f16 | 128 bits: set is d, clear is -d */
BLOCK_DECODER(block_decode_q1_0)
{
    for (size_t i = 0; i < count; i++, in += 18, out += 128) {
        const float d = block_half(in, big_endian);
        for (int byte = 0; byte < 16; byte++) {
            for (int bit = 0; bit < 8; bit++) {
                out[8 * byte + bit] = (in[2 + byte] >> bit & 1) != 0 ? d : -d;
            }
        }
    }
}

/* d f16 | 64 times two bits, four elements in a row to a byte, + 1 */
BLOCK_DECODER(block_decode_q2_0)
{
    for (size_t i = 0; i < count; i++, in += 18, out += 64) {
        const float d = block_half(in, big_endian);
        for (int byte = 0; byte < 16; byte++) {
            for (int k = 0; k < 4; k++) {
                out[4 * byte + k] = (float)((in[2 + byte] >> 2 * k & 3) - 1) * d;
            }
        }
    }
}

/* E2M1 values times two, so that they are integers; the scales below are halved in return. */
static const int8_t e2m1_doubled[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/* 2^(exponent - 128); the two smallest are subnormal. 255, NaN in E8M0, is a number to ggml. */
static inline float e8m0_halved(uint8_t exponent)
{
    return block_float(exponent < 2 ? 0x00200000u << exponent : (uint32_t)(exponent - 1) << 23);
}

/* scale E8M0 | 16 bytes of nibbles */
BLOCK_DECODER(block_decode_mxfp4)
{
    (void)big_endian;
    for (size_t i = 0; i < count; i++, in += 17, out += 32) {
        const float d = e8m0_halved(in[0]);
        for (int j = 0; j < 16; j++) {
            out[j] = (float)e2m1_doubled[in[1 + j] & 15] * d;
            out[j + 16] = (float)e2m1_doubled[in[1 + j] >> 4] * d;
        }
    }
}

/* Unsigned E4M3: the top bit means nothing. 0x7f, NaN in E4M3, is 0 to ggml; 0xff is a number. */
static inline float ue4m3_halved(uint8_t scale)
{
    const uint32_t exponent = scale >> 3 & 15;
    const uint32_t mantissa = scale & 7;
    if (scale == 0x7f) {
        return 0.0f;
    }
    return exponent == 0 ? (float)mantissa * 0x1p-10f
                         : block_float((exponent + 127 - 8) << 23 | mantissa << 20);
}

/* 4 scales UE4M3 | for each 8 bytes of nibbles, 16 elements */
BLOCK_DECODER(block_decode_nvfp4)
{
    (void)big_endian;
    for (size_t i = 0; i < count; i++, in += 36, out += 64) {
        for (int part = 0; part < 4; part++) {
            const float d = ue4m3_halved(in[part]);
            const uint8_t *quants = in + 4 + 8 * part;
            for (int j = 0; j < 8; j++) {
                out[16 * part + j] = (float)e2m1_doubled[quants[j] & 15] * d;
                out[16 * part + j + 8] = (float)e2m1_doubled[quants[j] >> 4] * d;
            }
        }
    }
}

const int8_t block_iq4_levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                     1,    13,   25,  38,  53,  69,  89,  113};

/* d f16 | 16 bytes of nibbles that number levels */
BLOCK_DECODER(block_decode_iq4_nl)
{
    for (size_t i = 0; i < count; i++, in += 18, out += 32) {
        const float d = block_half(in, big_endian);
        for (int j = 0; j < 16; j++) {
            out[j] = d * (float)block_iq4_levels[in[2 + j] & 15];
            out[j + 16] = d * (float)block_iq4_levels[in[2 + j] >> 4];
        }
    }
}
