/* Types with one element to a block: floats and integers as they are. */
#include "model/block.h"

BLOCK_DECODER(block_decode_f32)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = block_float(block_u32(in + 4 * i, big_endian));
    }
}

BLOCK_DECODER(block_decode_f16)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = block_half(in + 2 * i, big_endian);
    }
}

/* bfloat16 is the upper half of a binary32. */
BLOCK_DECODER(block_decode_bf16)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = block_float((uint32_t)block_u16(in + 2 * i, big_endian) << 16);
    }
}

BLOCK_DECODER(block_decode_f64)
{
    for (size_t i = 0; i < count; i++) {
        const uint64_t bits = block_u64(in + 8 * i, big_endian);
        double value;
        memcpy(&value, &bits, sizeof value);
        out[i] = (float)value;
    }
}

BLOCK_DECODER(block_decode_i8)
{
    (void)big_endian;
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)(int8_t)in[i];
    }
}

BLOCK_DECODER(block_decode_i16)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)(int16_t)block_u16(in + 2 * i, big_endian);
    }
}

BLOCK_DECODER(block_decode_i32)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)(int32_t)block_u32(in + 4 * i, big_endian);
    }
}

BLOCK_DECODER(block_decode_i64)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)(int64_t)block_u64(in + 8 * i, big_endian);
    }
}
