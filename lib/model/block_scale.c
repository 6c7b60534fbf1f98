#include "model/block_scale.h"

#include "model/block.h"

/* What the bits of an IEEE 754 number mean, its sign shifted out to the left. */
static enum libgguf_block_fault judge(uint64_t magnitude, uint64_t infinity,
                                      enum libgguf_block_fault nan, enum libgguf_block_fault inf)
{
    if (magnitude < infinity) {
        return LIBGGUF_BLOCK_SOUND;
    }
    return magnitude == infinity ? inf : nan;
}

static enum libgguf_block_fault judge_value(uint64_t magnitude, uint64_t infinity)
{
    return judge(magnitude, infinity, LIBGGUF_BLOCK_NAN_VALUE, LIBGGUF_BLOCK_INF_VALUE);
}

static enum libgguf_block_fault judge_scale(uint64_t magnitude, uint64_t infinity)
{
    return judge(magnitude, infinity, LIBGGUF_BLOCK_NAN_SCALE, LIBGGUF_BLOCK_INF_SCALE);
}

#define F16_INFINITY 0x7c00u
#define BF16_INFINITY 0x7f80u
#define F32_INFINITY 0x7f800000u
#define F64_INFINITY 0x7ff0000000000000u

/* Scale number @p index of those at @p at. */
static inline enum libgguf_block_fault scale_fault(enum block_scale_format format,
                                                   const uint8_t *at, size_t index, bool big_endian)
{
    switch (format) {
    case BLOCK_SCALE_NONE:
        return LIBGGUF_BLOCK_SOUND;
    case BLOCK_VALUE_F32:
        return judge_value(block_u32(at, big_endian) & 0x7fffffffu, F32_INFINITY);
    case BLOCK_VALUE_F16:
        return judge_value(block_u16(at, big_endian) & 0x7fffu, F16_INFINITY);
    case BLOCK_VALUE_BF16:
        return judge_value(block_u16(at, big_endian) & 0x7fffu, BF16_INFINITY);
    case BLOCK_VALUE_F64:
        return judge_value(block_u64(at, big_endian) & 0x7fffffffffffffffu, F64_INFINITY);
    case BLOCK_SCALE_F32:
        return judge_scale(block_u32(at + 4 * index, big_endian) & 0x7fffffffu, F32_INFINITY);
    case BLOCK_SCALE_F16:
        return judge_scale(block_u16(at + 2 * index, big_endian) & 0x7fffu, F16_INFINITY);
    case BLOCK_SCALE_E8M0:
        return at[index] == 0xff ? LIBGGUF_BLOCK_NAN_SCALE : LIBGGUF_BLOCK_SOUND;
    case BLOCK_SCALE_UE4M3:
        return (at[index] & 0x7f) == 0x7f ? LIBGGUF_BLOCK_NAN_SCALE : LIBGGUF_BLOCK_SOUND;
    case BLOCK_SCALE_IQ1_M:
        return judge_scale(block_iq1_m_scale(at, big_endian) & 0x7fffu, F16_INFINITY);
    }
    return LIBGGUF_BLOCK_SOUND;
}

/* Inlined with a constant format into each case below, so that the loop has no switch in it. */
static inline void check_run(enum block_scale_format format, const struct block_scales *scales,
                             size_t size, const uint8_t *blocks, size_t count, bool big_endian,
                             struct libgguf_block_faults *out)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = blocks + i * size + scales->offset;
        enum libgguf_block_fault fault = LIBGGUF_BLOCK_SOUND;
        for (size_t k = 0; k < scales->count && fault == LIBGGUF_BLOCK_SOUND; k++) {
            fault = scale_fault(format, at, k, big_endian);
        }
        if (fault != LIBGGUF_BLOCK_SOUND && out->count++ == 0) {
            out->first = i;
            out->first_kind = fault;
        }
    }
}

void block_scales_check(const struct block_scales *scales, size_t size, const uint8_t *blocks,
                        size_t count, bool big_endian, struct libgguf_block_faults *out)
{
#define CHECK_RUN(format)                                                                          \
    case format:                                                                                   \
        check_run(format, scales, size, blocks, count, big_endian, out);                           \
        break
    switch (scales->format) {
    case BLOCK_SCALE_NONE:
        break;
        CHECK_RUN(BLOCK_VALUE_F32);
        CHECK_RUN(BLOCK_VALUE_F16);
        CHECK_RUN(BLOCK_VALUE_BF16);
        CHECK_RUN(BLOCK_VALUE_F64);
        CHECK_RUN(BLOCK_SCALE_F32);
        CHECK_RUN(BLOCK_SCALE_F16);
        CHECK_RUN(BLOCK_SCALE_E8M0);
        CHECK_RUN(BLOCK_SCALE_UE4M3);
        CHECK_RUN(BLOCK_SCALE_IQ1_M);
    }
#undef CHECK_RUN
}

const char *libgguf_block_fault_name(enum libgguf_block_fault fault)
{
    switch (fault) {
    case LIBGGUF_BLOCK_SOUND:
        return "sound";
    case LIBGGUF_BLOCK_NAN_VALUE:
        return "value is NaN";
    case LIBGGUF_BLOCK_INF_VALUE:
        return "value is infinite";
    case LIBGGUF_BLOCK_NAN_SCALE:
        return "scale is NaN";
    case LIBGGUF_BLOCK_INF_SCALE:
        return "scale is infinite";
    }
    return "unknown";
}
