/* Types that number the rows of a codebook: 256 elements in eight parts of 32. */
#include "model/block.h"
#include "model/grids.h"

/* Seven stored signs; the eighth makes their number even. */
static inline unsigned even_signs(unsigned seven)
{
    unsigned parity = seven ^ seven >> 4;
    parity ^= parity >> 2;
    parity ^= parity >> 1;
    return seven | (parity & 1) << 7;
}

static inline float signed_value(int magnitude, unsigned signs, int j)
{
    return (float)((signs >> j & 1) != 0 ? -magnitude : magnitude);
}

static inline void put_iq1(unsigned row, float scale, float delta, float *restrict out)
{
    for (int j = 0; j < 8; j++) {
        out[j] = scale * ((float)((int)(row >> 2 * j & 3) - 1) + delta);
    }
}

static inline void put_iq2(unsigned row, float scale, unsigned signs, float *restrict out)
{
    for (int j = 0; j < 8; j++) {
        const int code = (int)(row >> 2 * j & 3);
        out[j] = scale * signed_value(8 + code * 35 / 2, signs, j);
    }
}

static inline void put_iq3_xxs(unsigned row, float scale, unsigned signs, float *restrict out)
{
    static const uint8_t levels[8] = {4, 12, 20, 28, 36, 44, 52, 62};
    for (int j = 0; j < 4; j++) {
        out[j] = scale * signed_value(levels[row >> 3 * j & 7], signs, j);
    }
}

static inline void put_iq3_s(unsigned row, float scale, unsigned signs, float *restrict out)
{
    for (int j = 0; j < 4; j++) {
        out[j] = scale * signed_value(1 + 2 * (int)(row >> 3 * j & 7), signs, j);
    }
}

static const float iq1_delta = 0.125f;

/* d f16 | 32 bytes of rows | 8 u16: upper row bits 3 x 4, scale 3, sign of the delta 1 */
BLOCK_DECODER(block_decode_iq1_s)
{
    for (size_t i = 0; i < count; i++, in += 50, out += 256) {
        const float d = block_half(in, big_endian);
        for (int part = 0; part < 8; part++) {
            const unsigned word = block_u16(in + 34 + 2 * part, big_endian);
            const float scale = d * (float)(2 * (word >> 12 & 7) + 1);
            const float delta = (word & 0x8000) != 0 ? -iq1_delta : iq1_delta;
            for (int k = 0; k < 4; k++) {
                const unsigned row = in[2 + 4 * part + k] | (word >> 3 * k & 7) << 8;
                put_iq1(grids_iq1[row], scale, delta, out + 32 * part + 8 * k);
            }
        }
    }
}

/* 32 bytes of rows | 16 bytes of nibbles: upper row bits 3, sign of the delta 1 | 4 u16: four
 * scales of three bits, and a quarter of d */
BLOCK_DECODER(block_decode_iq1_m)
{
    for (size_t i = 0; i < count; i++, in += 56, out += 256) {
        const float d = block_half_value(block_iq1_m_scale(in + 48, big_endian));
        for (int part = 0; part < 8; part++) {
            const unsigned word = block_u16(in + 48 + part / 2 * 2, big_endian);
            for (int k = 0; k < 4; k++) {
                const unsigned scale_bits = word >> (part % 2 * 6 + k / 2 * 3) & 7;
                const unsigned nibble = in[32 + 2 * part + k / 2] >> k % 2 * 4 & 15;
                const unsigned row = in[4 * part + k] | (nibble & 7) << 8;
                put_iq1(grids_iq1[row], d * (float)(2 * scale_bits + 1),
                        (nibble & 8) != 0 ? -iq1_delta : iq1_delta, out + 32 * part + 8 * k);
            }
        }
    }
}

/* d f16 | 8 times: four bytes of rows, u32 of signs 7 x 4 and scale 4 */
BLOCK_DECODER(block_decode_iq2_xxs)
{
    for (size_t i = 0; i < count; i++, in += 66, out += 256) {
        const float d = block_half(in, big_endian);
        for (int part = 0; part < 8; part++) {
            const uint8_t *rows = in + 2 + 8 * part;
            const uint32_t word = block_u32(rows + 4, big_endian);
            const float scale = d * (0.5f + (float)(word >> 28)) * 0.25f;
            for (int k = 0; k < 4; k++) {
                put_iq2(grids_iq2_xxs[rows[k]], scale, even_signs(word >> 7 * k & 127),
                        out + 32 * part + 8 * k);
            }
        }
    }
}

/* d f16 | 32 u16: row 9, signs 7 | 8 bytes of scale nibbles of 16 elements each */
BLOCK_DECODER(block_decode_iq2_xs)
{
    for (size_t i = 0; i < count; i++, in += 74, out += 256) {
        const float d = block_half(in, big_endian);
        for (int k = 0; k < 32; k++) {
            const int scale_bits = in[66 + k / 4] >> k % 4 / 2 * 4 & 15;
            const float scale = d * (0.5f + (float)scale_bits) * 0.25f;
            const unsigned word = block_u16(in + 2 + 2 * k, big_endian);
            put_iq2(grids_iq2_xs[word & 511], scale, even_signs(word >> 9), out + 8 * k);
        }
    }
}

/* d f16 | 32 bytes of rows | 32 bytes of signs | 8 bytes of upper row bits | 8 of scale nibbles */
BLOCK_DECODER(block_decode_iq2_s)
{
    for (size_t i = 0; i < count; i++, in += 82, out += 256) {
        const float d = block_half(in, big_endian);
        for (int k = 0; k < 32; k++) {
            const int scale_bits = in[74 + k / 4] >> k % 4 / 2 * 4 & 15;
            const float scale = d * (0.5f + (float)scale_bits) * 0.25f;
            const int row = in[2 + k] | (in[66 + k / 4] >> k % 4 * 2 & 3) << 8;
            put_iq2(grids_iq2_s[row], scale, in[34 + k], out + 8 * k);
        }
    }
}

/* d f16 | 64 bytes of rows | 8 u32: signs 7 x 4, scale 4 */
BLOCK_DECODER(block_decode_iq3_xxs)
{
    for (size_t i = 0; i < count; i++, in += 98, out += 256) {
        const float d = block_half(in, big_endian);
        for (int part = 0; part < 8; part++) {
            const uint32_t word = block_u32(in + 66 + 4 * part, big_endian);
            const float scale = d * (0.5f + (float)(word >> 28)) * 0.5f;
            for (int k = 0; k < 4; k++) {
                const uint8_t *rows = in + 2 + 8 * part + 2 * k;
                const unsigned signs = even_signs(word >> 7 * k & 127);
                float *to = out + 32 * part + 8 * k;
                put_iq3_xxs(grids_iq3_xxs[rows[0]], scale, signs, to);
                put_iq3_xxs(grids_iq3_xxs[rows[1]], scale, signs >> 4, to + 4);
            }
        }
    }
}

/* d f16 | 64 bytes of rows | 8 bytes of ninth row bits | 32 bytes of signs | 4 of scale nibbles */
BLOCK_DECODER(block_decode_iq3_s)
{
    for (size_t i = 0; i < count; i++, in += 110, out += 256) {
        const float d = block_half(in, big_endian);
        for (int k = 0; k < 32; k++) {
            const int scale_bits = in[106 + k / 8] >> k / 4 % 2 * 4 & 15;
            const float scale = d * (float)(1 + 2 * scale_bits);
            const int ninth = in[66 + k / 4] >> k % 4 * 2;
            const unsigned signs = in[74 + k];
            float *to = out + 8 * k;
            put_iq3_s(grids_iq3_s[in[2 + 2 * k] | (ninth & 1) << 8], scale, signs, to);
            put_iq3_s(grids_iq3_s[in[3 + 2 * k] | (ninth & 2) << 7], scale, signs >> 4, to + 4);
        }
    }
}
